import { type Caller, maySee } from '../../access/caller.ts'
import type { Document } from '../../configuration/document.ts'
import type { KindName } from '../../configuration/kinds.ts'
import type { Actor, Change, Committed, NotCommitted, ObjectChange, Plan, Plane } from '../../configuration/plane-types.ts'
import type { Path, Problem } from '../../configuration/problem.ts'
import { commitAction, commitDetail } from '../../configuration/commit-event.ts'
import type { ApiParts } from './parts.ts'
import { pointerOf } from '../../configuration/places.ts'
import { ApiProblem, type FieldError } from './problem.ts'
import type { Call } from './route.ts'
import { toldTo } from './told.ts'

/** Objects as a document; where they stand in a request is told by pointers alone. */
export const documentOf = (kind: KindName, objects: Readonly<Record<string, unknown>>): Document => ({
  value: { version: 1, [kind]: objects },
  at: () => ({ file: 'request', line: 1, column: 1 }),
  secrets: undefined,
})

/** Where a problem's path is in the body of a request that has one object. */
export const inSpec = (path: Path): Path => ['spec', ...path.slice(2)]

export const actorOf = ({ caller }: Call): Actor =>
  caller.token ? { type: 'token', ...caller.token } : { type: 'user', id: caller.userId, name: caller.username }

/** `place`: how a problem's path begins in the request. Positions are told of documents, which have lines. */
export const errorsOf = (
  problems: readonly Problem[],
  place: (path: Path) => Path = (path) => path,
  withPositions = false,
): readonly FieldError[] =>
  problems.map(({ path = [], position, message }) => ({
    pointer: pointerOf(place(path)),
    detail: message,
    ...(withPositions && position && { line: position.line, column: position.column }),
  }))

export const unusable = (errors: readonly FieldError[]): ApiProblem => {
  const [first] = errors
  const told = first ? `${first.pointer === '' ? '' : `${first.pointer} `}${first.detail}` : 'unknown reason'
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see "errors")` : ''
  return new ApiProblem(422, 'invalid-configuration', `Nothing was changed: ${told}${more}`, { errors })
}

const changeText = ({ kind, slug, change, to }: ObjectChange): string => `${kind}.${slug} (${change}${to === undefined ? '' : ` to ${to}`})`

const conflicting = ({ head, changes }: Extract<NotCommitted, { conflict: unknown }>['conflict'], status: 409 | 412): ApiProblem => {
  const what = changes.slice(0, 10).map(changeText).join(', ')
  return new ApiProblem(
    status,
    'changed-meanwhile',
    `The configuration is at revision ${head} now; changed since: ${what || 'nothing that is left'}. Read it again, and apply your change to that.`,
  )
}

const toldProblems = (problems: readonly Problem[], caller: Caller): readonly Problem[] => {
  const told = toldTo(caller)
  return problems.map((problem) => ({ ...problem, message: told(problem.message) }))
}

/** What came of a plan or a commit, or a problem: nothing was changed then. */
export const orProblem = <T extends Plan>(
  result: T | NotCommitted,
  caller: Caller,
  {
    place,
    withPositions,
    conflict = 409,
  }: { readonly place?: (path: Path) => Path; readonly withPositions?: boolean; readonly conflict?: 409 | 412 } = {},
): T => {
  if ('problems' in result) throw unusable(errorsOf(toldProblems(result.problems, caller), place, withPositions))
  if ('conflict' in result) throw conflicting(result.conflict, conflict)
  return result
}

/** What changes: the values that were and will be there for those who may see them, where they are for everybody who may change them. */
export const shownChanges = (changes: readonly ObjectChange[], caller: Caller) =>
  changes.map(({ kind, slug, change, to, fields }) => ({
    kind,
    slug,
    change,
    ...(to !== undefined && { to }),
    ...(fields && {
      fields: maySee(caller, kind) || maySee(caller, 'configuration') ? fields : fields.map(({ pointer }) => ({ pointer })),
    }),
  }))

/** A plan as the API shows it. */
export const shownPlan = ({ changes, warnings }: Plan, caller: Caller) => ({
  changes: shownChanges(changes, caller),
  warnings: errorsOf(toldProblems(warnings, caller), undefined, true),
})

/** Records a commit that a request made. */
export const auditCommit = async ({ events }: ApiParts, call: Call, done: Committed): Promise<void> => {
  const detail = commitDetail(done, actorOf(call))
  const { caller, request } = call
  if (detail)
    await events.record({
      action: commitAction,
      userId: caller.userId,
      detail: { ...detail, ...(caller.token && { token: caller.token }) },
      request,
    })
}

const tries = 3

/**
 * Plans a change, has the plan looked at by `mayDo` (which throws if the caller may not), and commits just that. Somebody else's commit
 * between the two is a conflict, after which all of it is done again, unless the request was made for one head, or for any revision (`If-Match: *`),
 * where what is written was merged into what was read before.
 */
export const commitChecked = async (
  plane: Plane,
  change: Change,
  mayDo: (plan: Plan) => Promise<void>,
  { planOnly }: { readonly planOnly: boolean },
): Promise<Committed | Plan | NotCommitted> => {
  const mayRepeat = change.head === undefined && change.expected?.length !== 0
  for (let left = tries; ; left--) {
    const head = plane.head()
    const planned = await plane.plan(change)
    if (!('changes' in planned)) return planned
    await mayDo(planned)
    if (planOnly) return planned
    const done = await plane.commit({ ...change, head: change.head ?? head })
    const isRaced = 'conflict' in done && mayRepeat && left > 1
    if (!isRaced) return done
    await plane.refresh()
  }
}
