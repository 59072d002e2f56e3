import type { Events } from '../api/index.ts'
import { auditCommit } from './commit-event.ts'
import { type Document, readDocument } from './document.ts'
import type { Actor, Committed, NotCommitted, ObjectChange, Plan, Plane } from './plane-types.ts'
import { inOrder, type Problem, problemText } from './problem.ts'
import type { SecretReader } from './secrets.ts'

/** A document as a local command has read it: its text, and what its `{ $env }` and `{ $file }` stand for. */
export type SentDocument = {
  readonly file: string
  readonly text: string
  readonly env: SecretReader['env']
  readonly files: NonNullable<SecretReader['files']>
}
export type ApplyInput = {
  readonly documents: readonly SentDocument[]
  readonly plan: boolean
  readonly prune: boolean
  readonly owner: string
  /** The name of the person's account on the machine. */
  readonly by: string
  readonly message?: string | undefined
}
/** `problems` and `warnings` are lines for people. `revision`: the head now; none for a plan. */
export type ApplyResult =
  | { readonly changes: readonly ObjectChange[]; readonly warnings?: readonly string[]; readonly revision?: number }
  | { readonly problems: readonly string[] }
  | { readonly conflict: { readonly head: number; readonly changes: readonly ObjectChange[] } }
export type ExportInput = { readonly directory: boolean }
export type ExportResult = { readonly document: Readonly<Record<string, unknown>> }
export type HistoryInput = { readonly limit: number; readonly before?: number | undefined }
export type HistoryResult = {
  readonly revisions: readonly {
    readonly number: number
    /** ISO 8601. */
    readonly at: string
    readonly actor: Actor
    readonly message: string
    readonly changes: readonly ObjectChange[]
  }[]
}
/** Without `to`: up to the head. */
export type DiffInput = { readonly from: number; readonly to?: number | undefined }
export type DiffResult = { readonly from: number; readonly to: number; readonly changes: readonly ObjectChange[] }
export type RollbackInput = { readonly to: number; readonly by: string; readonly message?: string | undefined }

const lines = (problems: readonly Problem[]): readonly string[] => inOrder(problems).map(problemText)

const resultOf = (done: Plan | Committed | NotCommitted): ApplyResult => {
  if ('problems' in done) return { problems: lines(done.problems) }
  if ('conflict' in done) return done
  const { warnings, ...told } = done
  return warnings.length > 0 ? { ...told, warnings: lines(warnings) } : told
}

const documentsOf = (sent: readonly SentDocument[]): { readonly documents: readonly Document[]; readonly problems: readonly Problem[] } => {
  const documents: Document[] = []
  const problems: Problem[] = []
  for (const { file, text, env, files } of sent) {
    const read = readDocument(text, file, { env, files, directory: '' })
    if ('problems' in read) problems.push(...read.problems)
    else documents.push(read.document)
  }
  return { documents, problems }
}

/** What local commands do with the configuration. */
export const configurationCommands = (plane: () => Promise<Plane>, events: Pick<Events, 'record'>) => ({
  async apply({ documents: sent, plan, prune, owner, by, message }: ApplyInput): Promise<ApplyResult> {
    const { documents, problems } = documentsOf(sent)
    if (problems.length > 0) return { problems: lines(problems) }
    const actor: Actor = { type: 'cli', name: by }
    const change = { documents, prune, owner, actor, ...(message !== undefined && { message }) }
    const { plan: planned, commit } = await plane()
    if (plan) return resultOf(await planned(change))
    const done = await commit(change)
    if ('revision' in done) await auditCommit(events, done, actor)
    return resultOf(done)
  },
  export: async ({ directory }: ExportInput): Promise<ExportResult> => ({ document: await (await plane()).exported({ directory }) }),
  async history({ limit, before }: HistoryInput): Promise<HistoryResult> {
    const revisions = await (await plane()).history({ limit, ...(before !== undefined && { before }) })
    return { revisions: revisions.map((revision) => ({ ...revision, at: revision.at.toISOString() })) }
  },
  async diff({ from, to }: DiffInput): Promise<DiffResult> {
    const { diff, head } = await plane()
    const until = to ?? head()
    return { from, to: until, changes: await diff(from, until) }
  },
  async rollback({ to, by, message }: RollbackInput): Promise<ApplyResult> {
    const actor: Actor = { type: 'cli', name: by }
    const done = await (await plane()).rollback(to, { actor, ...(message !== undefined && { message }) })
    if ('revision' in done) await auditCommit(events, done, actor)
    return resultOf(done)
  },
  broken: async () => ({ problems: lines(await (await plane()).broken()) }),
})
