import Type from 'typebox'
import { type Caller, demand } from '../../access/caller.ts'
import { documentSchema } from '../../configuration/document-schema.ts'
import { type Document, readDocument } from '../../configuration/document.ts'
import { documentText } from '../../configuration/write-yaml.ts'
import type { Change, Plane, RevisionEntry } from '../../configuration/plane-types.ts'
import { actorOf, auditCommit, commitChecked, errorsOf, orProblem, shownChanges, shownPlan, unusable } from './changes.ts'
import { generatedIn } from './generated.ts'
import { mayReturn, mustBeGivable } from './giving.ts'
import { changesSchema, historyPage, revisionSchema } from './plane-schemas.ts'
import { pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { impossible, invalid, notFound } from './problem.ts'
import { defineRoute, type Route } from './route.ts'

const owner = Type.String({
  description: 'Who applies it: pruning deletes only what the same owner applied.',
  pattern: '^[a-z0-9][a-z0-9_-]{0,99}$',
  default: 'api',
})
const message = Type.Optional(Type.String({ description: 'Why, for the history.', maxLength: 1000 }))
const head = Type.Optional(Type.Integer({ description: 'Only if this is the revision now.', minimum: 0 }))
const plan = Type.Optional(Type.Boolean({ description: 'Only say what would be changed.', default: false }))
const number = (description: string) => Type.Integer({ description, minimum: 0 })
const { limit: limitOf, cursor: cursorOf } = pageQuery

/** The owner of what the server applies by itself, from the files of its options. */
const reserved = 'file'

const applyRoute = (parts: ApiParts) =>
  defineRoute({
    method: 'POST',
    path: '/configuration/apply',
    permission: 'configuration.apply',
    summary: 'Apply a configuration document',
    description:
      'All of it or nothing. Every object that is changed needs the permission of its kind, too. With `generate`, a secret that is needed and left out is made, and told in `generated` this once; else none is made up. `$env` and `$file` are for files, `{ "$keep": … }` keeps what is stored.',
    query: Type.Object({
      plan,
      prune: Type.Optional(Type.Boolean({ description: 'Delete what this owner applied before and does not name now.', default: false })),
      owner: Type.Optional(owner),
      message,
      head,
      generate: Type.Optional(Type.Boolean({ description: 'Make secrets that are needed and left out.', default: false })),
    }),
    document: true,
    response: changesSchema,
    async handler(call) {
      const { plan: planOnly = false, prune = false, owner: of = 'api', message: why, head: at, generate = false } = call.query
      if (of === reserved)
        throw invalid([
          { pointer: '/owner', detail: `"${reserved}" is the server itself, for the files of its options; choose another owner` },
        ])
      const read = readDocument(typeof call.body === 'string' ? call.body : '', 'body')
      if ('problems' in read) throw unusable(errorsOf(read.problems, undefined, true))
      const attempt = (document: Document) => {
        const documents = [document]
        const change: Change = {
          documents,
          prune,
          owner: of,
          actor: actorOf(call),
          ...(why !== undefined && { message: why }),
          ...(at !== undefined && { head: at }),
        }
        return commitChecked(parts.plane, change, (planned) => mustBeGivable(parts, call, documents, planned), { planOnly })
      }
      let result = await attempt(read.document)
      const made = generate && 'problems' in result ? generatedIn(parts.catalog, read.document, result.problems) : undefined
      if (made) result = await attempt(made.document)
      const done = orProblem(result, call.caller, { withPositions: true })
      if (!('revision' in done)) return { body: shownPlan(done, call.caller) }
      await auditCommit(parts, call, done)
      return { body: { ...shownPlan(done, call.caller), revision: done.revision, ...(made && { generated: made.secrets }) } }
    },
  })

const mustExist = ({ head }: Pick<Plane, 'head'>, revision: number, pointer: string): void => {
  if (revision > head())
    throw impossible('no-such-revision', [{ pointer, detail: `there is no revision ${revision}; the last one is ${head()}` }])
}

const exportRoute = ({ plane }: ApiParts) =>
  defineRoute({
    method: 'GET',
    path: '/configuration/export',
    permission: 'configuration.view',
    summary: 'Export the configuration as one document',
    description:
      'Secrets are `{ "$keep": <fingerprint> }`. With `directory` also users and groups, without passwords; needs `users.view` and `groups.view`.',
    query: Type.Object({
      directory: Type.Optional(Type.Boolean({ description: 'With users and groups.', default: false })),
      shipped: Type.Optional(Type.Boolean({ description: 'With what is shipped and unchanged.', default: false })),
      format: Type.Optional(Type.Enum(['json', 'yaml'], { default: 'json' })),
      revision: Type.Optional(number('As this revision left it; as it is now, where nothing is said.')),
    }),
    response: Type.Object({}, { additionalProperties: true }),
    async handler({ query: { directory = false, shipped = false, format, revision }, caller }) {
      if (revision !== undefined) mustExist(plane, revision, '/revision')
      if (directory) for (const permission of ['users.view', 'groups.view'] as const) demand(caller, permission)
      const body = await plane.exported({ directory, shipped, ...(revision !== undefined && { revision }) })
      return format === 'yaml' ? { text: { type: 'application/yaml', content: documentText(body) } } : { body }
    },
  })

const shownRevision = ({ number: id, at, actor, message: why, changes }: RevisionEntry, caller: Caller) => ({
  number: id,
  at: at.toISOString(),
  actor,
  message: why,
  changes: shownChanges(changes, caller),
})

export const configurationRoutes = (parts: ApiParts): readonly Route[] => {
  const { plane, cursors, catalog } = parts
  return [
    applyRoute(parts),
    exportRoute(parts),

    defineRoute({
      method: 'GET',
      path: '/configuration/schema',
      permission: 'configuration.view',
      summary: 'The JSON Schema of configuration documents',
      description: 'For editors: it knows what the loaded plugins bring, with all their settings.',
      response: Type.Object({}, { additionalProperties: true }),
      handler: async () => ({ body: documentSchema(catalog) }),
    }),

    defineRoute({
      method: 'GET',
      path: '/configuration/history',
      permission: 'configuration.view',
      summary: 'List the revisions',
      query: Type.Object({ limit: limitOf, cursor: cursorOf }),
      response: historyPage,
      async handler({ query: { limit = 50, cursor }, caller }) {
        const before = cursor === undefined ? undefined : Number(cursors.read('history', cursor).id)
        const found = await plane.history({ limit: limit + 1, ...(before !== undefined && { before }) })
        const shown = found.slice(0, limit)
        const last = shown.at(-1)
        return {
          body: {
            items: shown.map((revision) => shownRevision(revision, caller)),
            next: found.length > limit && last ? cursors.write('history', { value: last.number, id: last.number }) : null,
          },
        }
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/configuration/history/:number',
      permission: 'configuration.view',
      summary: 'Show a revision',
      response: revisionSchema,
      async handler({ params, caller }) {
        const wanted = Number(params.number)
        const [found] = Number.isSafeInteger(wanted) ? await plane.history({ limit: 1, before: wanted + 1 }) : []
        if (found?.number !== wanted) throw notFound(`revision ${JSON.stringify(params.number.slice(0, 40))}`)
        return { body: shownRevision(found, caller) }
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/configuration/diff',
      permission: 'configuration.view',
      summary: 'Compare two revisions',
      query: Type.Object({
        from: number('A revision; 0 is the empty one.'),
        to: Type.Optional(number('Another; the one now, where nothing is said.')),
      }),
      response: changesSchema,
      async handler({ query: { from, to = plane.head() }, caller }) {
        mustExist(plane, from, '/from')
        mustExist(plane, to, '/to')
        return { body: { changes: shownChanges(await plane.diff(from, to), caller) } }
      },
    }),

    defineRoute({
      method: 'POST',
      path: '/configuration/rollback',
      permission: 'configuration.rollback',
      summary: 'Go back to an earlier revision',
      description:
        'Makes a new revision whose content is that of the earlier one. Where roles or flows differ, whoever does it needs every permission.',
      body: Type.Object({ to: number('The revision whose content is wanted.'), head, plan, message }),
      response: changesSchema,
      async handler(call) {
        const { to, head: wanted, plan: planOnly = false, message: why } = call.body
        mustExist(plane, to, '/to')
        // What was looked at is what is done: a commit in between is a conflict.
        const at = wanted ?? plane.head()
        const changes = await plane.diff(at, to)
        await mayReturn(parts, call, changes)
        if (planOnly) return { body: { changes: shownChanges(changes, call.caller), warnings: [] } }
        const rolled = await plane.rollback(to, { actor: actorOf(call), head: at, ...(why !== undefined && { message: why }) })
        const done = orProblem(rolled, call.caller)
        await auditCommit(parts, call, done)
        return { body: { ...shownPlan(done, call.caller), revision: done.revision } }
      },
    }),
  ]
}
