import type { Kysely } from 'kysely'
import Type from 'typebox'
import { conferral } from '../../access/conferral.ts'
import { isUniqueViolation } from '../../data/errors.ts'
import type { Tables, Tx } from '../../data/tables.ts'
import { deleteGroup, type ListedGroup, listedGroups, listedUsers } from '../../identity/administration.ts'
import { groupChanged, userChanged } from '../../identity/changes.ts'
import { addParents, countMembers, createGroup, groupId, joinGroups, leaveGroups, removeParents } from '../../identity/groups.ts'
import { audit } from './audit.ts'
import { etagOf, mustMatch } from './etags.ts'
import { groupListRoute, shownGroup } from './group-list.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem, notFound } from './problem.ts'
import { setRoles } from './role-changes.ts'
import { type Call, defineRoute, type Route } from './route.ts'
import { group, groupFields, slug } from './schemas.ts'
import { referrers, usedBySchema } from './referrers.ts'
import { answerFor, unseenNote } from './unseen.ts'
import { mustBeFree } from './used-by.ts'

const refFor = ({ id, slug: name }: Pick<ListedGroup, 'id' | 'slug'>) => ({ kind: 'group', id, name })

const found = async (sql: Kysely<Tables>, wanted: string): Promise<ListedGroup> => {
  const row = await sql.selectFrom('groups').select('id').where('slug', '=', wanted).executeTakeFirst()
  const [known] = row ? await listedGroups(sql, [row.id]) : []
  if (!known) throw notFound(`group ${JSON.stringify(wanted.slice(0, 100))}`)
  return known
}

type Fields = { readonly name?: string; readonly parents?: readonly string[]; readonly roles?: readonly string[] }

/** Parents and roles as they are wanted. What is added or taken away must be the caller's to give. */
const setRest = async (
  tx: Tx,
  call: Call,
  before: Pick<ListedGroup, 'id' | 'slug' | 'parents' | 'roles'>,
  { parents, roles }: Fields,
): Promise<boolean> => {
  const given = conferral(call.caller, call.roles, call.snapshot.sinks)
  const changed: boolean[] = []
  if (parents) {
    const added = parents.filter((parent) => !before.parents.includes(parent))
    const removed = before.parents.filter((parent) => !parents.includes(parent))
    for (const parent of [...added, ...removed]) await given.group(tx, await groupId(tx, parent), parent)
    changed.push(await removeParents(tx, before.slug, removed), await addParents(tx, before.slug, added))
  }
  if (roles) changed.push(await setRoles(tx, call, { kind: 'group', id: before.id }, before.roles, roles))
  return changed.includes(true)
}

export const groupRoutes = (parts: ApiParts): readonly Route[] => {
  const { database, clock, events } = parts
  const now = () => clock.now().getTime()
  const shown = async (name: string) => {
    const known = await found(database.sql, name)
    return { body: shownGroup(known), etag: etagOf(known.version) }
  }

  /** Changes what members have by a group: all of it must be the caller's to give. */
  const changing = (call: Call<{ readonly slug: string }>, work: (tx: Tx, known: ListedGroup) => Promise<void>): Promise<ListedGroup> =>
    database.transaction(async (tx) => {
      const known = await found(tx, call.params.slug)
      mustMatch(call, etagOf(known.version))
      await conferral(call.caller, call.roles, call.snapshot.sinks).group(tx, known.id, known.slug)
      await work(tx, known)
      return known
    })

  const setMembership = async (call: Call<{ readonly slug: string; readonly user: string }>, isMember: boolean) => {
    const { user: id } = call.params
    const { known, member, changed } = await database.transaction(async (tx) => {
      const into = await found(tx, call.params.slug)
      await conferral(call.caller, call.roles, call.snapshot.sinks).group(tx, into.id, into.slug)
      const [user] = await listedUsers(tx, [id])
      if (!user) throw notFound(`user ${JSON.stringify(id.slice(0, 40))}`)
      const done = isMember ? await joinGroups(tx, id, [into.slug]) : await leaveGroups(tx, id, [into.slug])
      if (done) await userChanged(tx, id, now())
      return { known: into, member: user, changed: done }
    })
    const more = { user: { id, name: member.username } }
    if (changed) await audit(events, call, isMember ? 'group.member-added' : 'group.member-removed', { ...refFor(known), more })
    return {}
  }

  return [
    groupListRoute(parts),

    defineRoute({
      method: 'POST',
      path: '/groups',
      permission: 'groups.create',
      summary: 'Create a group',
      description: 'Roles need `roles.assign`. Parents and roles may be only such as give nothing that you lack.',
      body: Type.Object({ slug, ...groupFields }),
      response: group,
      status: 201,
      async handler(call) {
        const { slug: name, ...fields } = call.body
        const id = await database.transaction(async (tx) => {
          const made = await createGroup(tx, { slug: name, ...(fields.name !== undefined && { name: fields.name }) }, now()).catch(
            (error: unknown) => {
              throw isUniqueViolation(error)
                ? new ApiProblem(409, 'slug-taken', `There is a group "${name}" already; choose another slug.`)
                : error
            },
          )
          if (await setRest(tx, call, { id: made, slug: name, parents: [], roles: [] }, fields)) await groupChanged(tx, made, now())
          return made
        })
        await audit(events, call, 'group.created', { kind: 'group', id, name, fields: Object.keys(fields) })
        return { ...(await shown(name)), location: `/groups/${name}` }
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/groups/:slug',
      permission: 'groups.view',
      summary: 'Show a group',
      response: group,
      handler: ({ params }) => shown(params.slug),
    }),

    defineRoute({
      method: 'GET',
      path: '/groups/:slug/used-by',
      permission: 'groups.view',
      summary: 'Tell what of the configuration names a group, and how many are in it',
      response: Type.Object({
        ...usedBySchema.properties,
        members: Type.Object({
          direct: Type.Integer(),
          all: Type.Integer({ description: 'With those of the groups inside of it, each once.' }),
        }),
        groups: Type.Array(Type.String(), { description: 'Groups that are inside of it directly, by slug.' }),
      }),
      async handler({ params, caller }) {
        const known = await found(database.sql, params.slug)
        const inside = await database.sql
          .selectFrom('group_parents')
          .innerJoin('groups', 'groups.id', 'group_parents.group_id')
          .select('groups.slug')
          .where('group_parents.parent_id', '=', known.id)
          .orderBy('groups.slug')
          .execute()
        const members = await countMembers(database.sql, known.id)
        const used = await referrers(parts.plane, caller, 'groups', known.slug)
        return { body: { ...used, members, groups: inside.map((row) => row.slug) } }
      },
    }),

    defineRoute({
      method: 'PATCH',
      path: '/groups/:slug',
      permission: 'groups.edit',
      summary: 'Change a group',
      description: `What is not named stays as it is; \`parents\` and \`roles\` are replaced whole. ${unseenNote('groups')}`,
      body: Type.Object(groupFields),
      response: group,
      async handler(call) {
        const before = await changing(call, async (tx, known) => {
          const { name } = call.body
          const isRenamed = name !== undefined && name !== known.name
          if (isRenamed) await tx.updateTable('groups').set({ name }).where('id', '=', known.id).execute()
          const isChanged = await setRest(tx, call, known, call.body)
          if (isRenamed || isChanged) await groupChanged(tx, known.id, now())
        })
        await audit(events, call, 'group.updated', { ...refFor(before), fields: Object.keys(call.body) })
        return answerFor(call.caller, 'groups', await shown(before.slug))
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/groups/:slug',
      permission: 'groups.delete',
      summary: 'Delete a group',
      description: 'Its members stay. 409 while the configuration names the group, with the places.',
      response: undefined,
      async handler(call) {
        const gone = await changing(call, async (tx, known) => {
          mustBeFree(parts, call.caller, 'groups', known.slug)
          await deleteGroup(tx, known, now())
        })
        await audit(events, call, 'group.deleted', refFor(gone))
        return {}
      },
    }),

    defineRoute({
      method: 'PUT',
      path: '/groups/:slug/members/:user',
      permission: 'groups.edit',
      summary: 'Put a user into a group',
      description: '`user` is an id. `GET /users?group=` lists the members.',
      response: undefined,
      handler: (call) => setMembership(call, true),
    }),

    defineRoute({
      method: 'DELETE',
      path: '/groups/:slug/members/:user',
      permission: 'groups.edit',
      summary: 'Take a user out of a group',
      response: undefined,
      handler: (call) => setMembership(call, false),
    }),
  ]
}
