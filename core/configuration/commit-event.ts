import type { Events, Json } from '../api/index.ts'
import type { Actor, Committed } from './plane-types.ts'

/** Changes in one event: which, how, and the names of their fields. What these hold may be anything, and is never told. */
const mostTold = 100

export const commitAction = 'configuration.changed'

/** What the audit log says of a commit. `undefined`: nothing was changed. */
export const commitDetail = ({ revision, changes }: Committed, actor: Actor): { readonly [key: string]: Json } | undefined => {
  if (changes.length === 0) return undefined
  return {
    object: { kind: 'revision', id: String(revision), name: `revision ${revision}` },
    revision,
    actor,
    changes: changes.slice(0, mostTold).map(({ kind, slug, change, to, fields }) => ({
      kind,
      slug,
      change,
      ...(to !== undefined && { to }),
      ...(fields && { fields: fields.map(({ pointer }) => pointer) }),
    })),
    count: changes.length,
  }
}

/** Records a commit that no request made: by a command, or by the files of a start. */
export const auditCommit = async (events: Pick<Events, 'record'>, done: Committed, actor: Actor): Promise<void> => {
  const detail = commitDetail(done, actor)
  if (detail) await events.record({ action: commitAction, detail })
}
