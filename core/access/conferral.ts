import type { Tx } from '../data/tables.ts'
import { withEffectiveGroups, withGroupAndParents } from '../identity/groups.ts'
import { rolesOfGroup, rolesOfUser } from '../identity/roles.ts'
import { type Caller, demandAll } from './caller.ts'
import { type Permission, permissionsOf, type RoleDefinitions } from './permissions.ts'

/**
 * Nobody gives what they lack, and nobody takes it from others. Every way in which somebody gets permissions (roles, groups with roles, groups
 * inside such groups, tokens) and every way to act as somebody else (their password, address, recovery link) comes by here. All throw
 * `Lacking`.
 */
export type Conferral = {
  /** To give these roles to anybody, or take them away. `giver`: what gives them, where it is not the request itself, e.g. `The flow "join"`. */
  roles(slugs: readonly string[], giver?: string): void
  /** To put users or groups into a group, take them out, or change what it is in: of the roles that its members have by it. */
  group(tx: Tx, id: string, slug: string, giver?: string): Promise<void>
  /** To change a user in a way that lets the caller act as that user, or locks the user out. */
  user(tx: Tx, id: string, username: string): Promise<void>
}

/** Sinks, and the groups whose members they tell of events: to be in one, or to get somebody's mail who is, is to read events. */
export type Telling = ReadonlyMap<string, { readonly groups: readonly string[] }>

const reading: ReadonlySet<Permission> = new Set<Permission>(['events.view'])

export const conferral = (caller: Caller, definitions: RoleDefinitions, sinks: Telling): Conferral => {
  const told = [...sinks.values()].flatMap(({ groups }) => groups)
  const isTold = async (tx: Tx, subject: { readonly group: string } | { readonly user: string }): Promise<boolean> => {
    if (told.length === 0) return false
    const within = 'group' in subject ? withGroupAndParents(tx, subject.group) : withEffectiveGroups(tx, subject.user)
    const found = await within
      .selectFrom('effective')
      .innerJoin('groups', 'groups.id', 'effective.group_id')
      .select('groups.id')
      .where('groups.slug', 'in', told)
      .limit(1)
      .executeTakeFirst()
    return found !== undefined
  }
  return {
    roles(slugs, giver) {
      for (const slug of slugs) {
        const role = giver === undefined ? `The role "${slug}"` : `${giver} gives the role "${slug}", which`
        demandAll(caller, permissionsOf([slug], definitions), `${role} has permissions that you cannot give or take`)
      }
    },
    async group(tx, id, slug, giver) {
      const had = permissionsOf(await rolesOfGroup(tx, id), definitions)
      const group = giver === undefined ? `The group "${slug}"` : `${giver} puts people into the group "${slug}", which`
      demandAll(caller, had, `${group} gives its members permissions that you cannot give or take`)
      if (await isTold(tx, { group: id })) demandAll(caller, reading, `${group} is told of events by a sink, which you may not read`)
    },
    async user(tx, id, username) {
      if (id === caller.userId && !caller.limited) return
      const had = permissionsOf(await rolesOfUser(tx, id), definitions)
      demandAll(caller, had, `The user "${username}" may do more than you`)
      if (await isTold(tx, { user: id })) demandAll(caller, reading, `The user "${username}" is told of events by a sink`)
    },
  }
}
