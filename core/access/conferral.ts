import type { Tx } from '../data/tables.ts'
import { rolesOfGroup, rolesOfUser } from '../identity/roles.ts'
import { type Caller, demandAll } from './caller.ts'
import { permissionsOf, type RoleDefinitions } from './permissions.ts'

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

export const conferral = (caller: Caller, definitions: RoleDefinitions): Conferral => ({
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
  },
  async user(tx, id, username) {
    if (id === caller.userId && !caller.limited) return
    const had = permissionsOf(await rolesOfUser(tx, id), definitions)
    demandAll(caller, had, `The user "${username}" may do more than you`)
  },
})
