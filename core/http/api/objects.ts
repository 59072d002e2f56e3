import Type from 'typebox'
import { isPermission, type Permission } from '../../access/permissions.ts'
import { kindNames } from '../../configuration/kinds.ts'
import type { Change, NotCommitted, Plan, RevisionedKind, StoredObject } from '../../configuration/plane-types.ts'
import { actorOf, auditCommit, commitChecked, documentOf, inSpec, orProblem, shownPlan } from './changes.ts'
import { etagOf, isAny, mustMatch, mustSayVersion } from './etags.ts'
import { generated } from './generated.ts'
import { mustBeGivable } from './giving.ts'
import { merged } from './merge.ts'
import { objectListRoute, shownObject } from './object-list.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem, notFound } from './problem.ts'
import { type Call, defineRoute, type Route } from './route.ts'
import { referrers, usedBySchema } from './referrers.ts'
import { changesSchema, objectSchema } from './plane-schemas.ts'
import { answerFor, unseenNote } from './unseen.ts'

type Spec = Readonly<Record<string, unknown>>

const spec = Type.Unsafe<Spec>(Type.Object({}, { description: 'As in a configuration document.', additionalProperties: true }))
const slug = Type.String({ description: 'What the configuration calls it.', minLength: 1, maxLength: 100 })
const message = Type.Optional(Type.String({ description: 'Why, for the history.', maxLength: 1000 }))
const dryRun = Type.Optional(Type.Boolean({ description: 'Only say what would be changed.', default: false }))
const writeQuery = Type.Object({ dryRun, message })

type Write = { readonly dryRun?: boolean; readonly message?: string }
type Wish = Pick<Change, 'documents' | 'renames' | 'expected'>

/** The revision that a request was made for: of an object that is there it has to be told. `*`: any. */
const expectedOf = (
  call: Pick<Call, 'ifMatch'>,
  kind: RevisionedKind,
  { slug: name, revision }: StoredObject,
): NonNullable<Change['expected']> => {
  mustSayVersion(call)
  if (isAny(call.ifMatch)) return []
  mustMatch(call, etagOf(revision))
  return [{ kind, slug: name, revision }]
}

/** The routes of one kind of configuration. All changes are commits. */
const routesOf = (parts: ApiParts, kind: RevisionedKind): readonly Route[] => {
  const { plane } = parts
  const permission = (action: string): Permission => {
    const wanted = `${kind}.${action}`
    if (!isPermission(wanted)) throw new Error(`the kind "${kind}" needs a permission ${wanted}`)
    return wanted
  }
  const find = async (name: string): Promise<StoredObject> => {
    const object = await plane.object(kind, name)
    if (!object) throw notFound(`${kind}.${name.slice(0, 100)}`)
    return object
  }

  const attempt = (call: Call<unknown, Write>, { documents, ...wish }: Wish): Promise<Plan | NotCommitted> => {
    const { message: why, dryRun: planOnly = false } = call.query
    const change: Change = { documents, ...wish, owner: 'api', actor: actorOf(call), ...(why !== undefined && { message: why }) }
    return commitChecked(plane, change, (plan) => mustBeGivable(parts, call, documents, plan), { planOnly })
  }
  const finish = async (
    call: Call<unknown, Write>,
    result: Plan | NotCommitted,
    name: string | undefined,
    more: { readonly status?: number; readonly body?: object; readonly location?: string } = {},
  ) => {
    const done = orProblem(result, call.caller, { place: inSpec, conflict: 412 })
    if (!('revision' in done)) return { status: 200, body: shownPlan(done, call.caller) }
    await auditCommit(parts, call, done as Plan & { revision: number })
    if (name === undefined) return { status: 204 }
    const object = await find(name)
    const { status, body, location } = more
    return {
      status: status ?? 200,
      body: { ...shownObject(object), ...body },
      etag: etagOf(object.revision),
      ...(location !== undefined && { location }),
    }
  }

  return [
    objectListRoute(parts, kind, permission('view')),

    defineRoute({
      method: 'POST',
      path: `/${kind}`,
      permission: permission('create'),
      summary: `Create one of ${kind}`,
      description: 'A secret that is needed and left out is made, and told in `generated` this once.',
      query: writeQuery,
      body: Type.Object({ slug, spec }),
      response: Type.Union([objectSchema, changesSchema]),
      status: 201,
      async handler(call) {
        const { slug: name, spec: written } = call.body
        if (await plane.object(kind, name))
          throw new ApiProblem(409, 'slug-taken', `There is ${kind}.${name} already; choose another slug, or change that one.`)
        const expected = [{ kind, slug: name, revision: 0 }]
        const first = await attempt(call, { documents: [documentOf(kind, { [name]: written })], expected })
        const made = 'problems' in first ? generated(parts.catalog, kind, written, first.problems) : undefined
        const result = made ? await attempt(call, { documents: [documentOf(kind, { [name]: made.spec })], expected }) : first
        return finish(call, result, name, { status: 201, location: `/${kind}/${name}`, ...(made && { body: { generated: made.secrets } }) })
      },
    }),

    defineRoute({
      method: 'GET',
      path: `/${kind}/:slug`,
      permission: permission('view'),
      summary: `Show one of ${kind}`,
      response: objectSchema,
      async handler({ params }) {
        const object = await find(params.slug)
        return { body: shownObject(object), etag: etagOf(object.revision) }
      },
    }),

    defineRoute({
      method: 'GET',
      path: `/${kind}/:slug/used-by`,
      permission: permission('view'),
      summary: `Tell what names one of ${kind}`,
      description: 'It cannot be deleted while anything does.',
      response: usedBySchema,
      handler: async ({ params, caller }) => ({ body: await referrers(plane, caller, kind, (await find(params.slug)).slug) }),
    }),

    defineRoute({
      method: 'PUT',
      path: `/${kind}/:slug`,
      permission: permission('edit'),
      summary: `Replace one of ${kind}, or make it`,
      description:
        'What is there already needs its ETag as If-Match. A secret stays as it is where `{ "$keep": … }` stands, as it was read.',
      query: writeQuery,
      body: Type.Object({ spec }),
      response: Type.Union([objectSchema, changesSchema]),
      async handler(call) {
        const { params, body } = call
        const known = await plane.object(kind, params.slug)
        if (known && call.ifNoneMatch?.trim() === '*')
          throw new ApiProblem(412, 'changed-meanwhile', `There is ${kind}.${params.slug} already.`)
        if (!known && call.ifMatch !== undefined)
          throw new ApiProblem(412, 'changed-meanwhile', `There is no ${kind}.${params.slug} any more.`)
        const expected = known ? expectedOf(call, kind, known) : [{ kind, slug: params.slug, revision: 0 }]
        const result = await attempt(call, { documents: [documentOf(kind, { [params.slug]: body.spec })], expected })
        return finish(call, result, params.slug, known ? {} : { status: 201, location: `/${kind}/${params.slug}` })
      },
    }),

    defineRoute({
      method: 'PATCH',
      path: `/${kind}/:slug`,
      permission: permission('edit'),
      summary: `Change or rename one of ${kind}`,
      description: `\`spec\` is merged into what is there (RFC 7396: null removes). With \`slug\` it is renamed, and what refers to it is rewritten. ${unseenNote(kind)}`,
      query: writeQuery,
      body: Type.Object({ spec: Type.Optional(spec), slug: Type.Optional(slug) }),
      response: Type.Union([objectSchema, changesSchema]),
      async handler(call) {
        const { params, body } = call
        const known = await find(params.slug)
        const expected = expectedOf(call, kind, known)
        const name = body.slug ?? known.slug
        const result = await attempt(call, {
          documents: body.spec ? [documentOf(kind, { [name]: merged(known.spec, body.spec) })] : [],
          expected,
          ...(name !== known.slug && { renames: [{ kind, from: known.slug, to: name }] }),
        })
        const answer = await finish(call, result, name)
        return call.query.dryRun ? answer : answerFor(call.caller, kind, answer)
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: `/${kind}/:slug`,
      permission: permission('delete'),
      summary: `Delete one of ${kind}`,
      description: 'Needs its ETag as If-Match. What is shipped comes to light again where it was replaced.',
      query: writeQuery,
      response: changesSchema,
      status: 204,
      async handler(call) {
        const known = await find(call.params.slug)
        if (known.layer === 'shipped')
          throw new ApiProblem(409, 'shipped', `${kind}.${known.slug} is part of Sluice; it can be replaced, not deleted.`)
        const expected = expectedOf(call, kind, known)
        return finish(call, await attempt(call, { documents: [documentOf(kind, { [known.slug]: null })], expected }), undefined)
      },
    }),
  ]
}

/** Every kind that is kept in revisions. */
export const objectRoutes = (parts: ApiParts): readonly Route[] =>
  kindNames.filter((kind) => kind !== 'users' && kind !== 'groups').flatMap((kind) => routesOf(parts, kind))
