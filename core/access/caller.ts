import type { Database } from '../data/database.ts'
import { rolesOf } from '../identity/roles.ts'
import { expanded, isPermission, lacking, type Permission, type Permissions, permissionsOf, type RoleDefinitions } from './permissions.ts'

/** Who asks the HTTP API for something, and what they may. Made for one request: nothing of it outlives a change of roles or scopes. */
export type Caller = {
  readonly userId: string
  readonly username: string
  /** The token that speaks for the user; undefined: the user, at a browser. */
  readonly token: { readonly id: string; readonly name: string } | undefined
  /** Id of the session of a user at a browser. */
  readonly sessionId: string | undefined
  readonly permissions: Permissions
  /** By the token's scopes: then it may do what these say and nothing else, not even with what is the user's own. */
  readonly limited: boolean
}

type Identified = Pick<Caller, 'userId' | 'username' | 'token' | 'sessionId'> & { readonly scopes?: readonly string[] | undefined }

/** Looks up what a user may do now, no more than `scopes` where there are any. */
export const createCallers = (database: Database) => {
  const roles = rolesOf(database)
  return async ({ userId, username, token, sessionId, scopes }: Identified, definitions: RoleDefinitions): Promise<Caller> => {
    const had = permissionsOf(await roles(userId), definitions)
    const within = scopes && expanded(scopes)
    return {
      userId,
      username,
      token,
      sessionId,
      permissions: within ? had.intersection(within) : had,
      limited: scopes !== undefined,
    }
  }
}

/** A permission is missing: which, and what for. */
export class Lacking extends Error {
  readonly permissions: readonly Permission[]
  constructor(permissions: readonly Permission[], what: string) {
    const names =
      permissions.length > 3 ? `${permissions.slice(0, 3).join(', ')} and ${permissions.length - 3} more` : permissions.join(', ')
    super(`${what}; you lack ${names}`)
    this.name = 'Lacking'
    this.permissions = permissions
  }
}

/** Throws `Lacking` unless the caller has it. */
export const demand = (caller: Caller, permission: Permission): void => {
  if (!caller.permissions.has(permission)) throw new Lacking([permission], `This needs the permission ${permission}`)
}

/** With what is their own everybody does as they like; a token that is limited to scopes needs the permission there, too. */
export const mustBeOwnOr = (caller: Caller, userId: string, permission: Permission): void => {
  if (userId !== caller.userId || caller.limited) demand(caller, permission)
}

/** Throws `Lacking` unless the caller has all of them: nobody gives, takes or acts through what they do not have. */
export const demandAll = (caller: Caller, wanted: Iterable<Permission>, what: string): void => {
  const missing = lacking(caller.permissions, wanted)
  if (missing.length > 0) throw new Lacking(missing, what)
}

/** May the caller see objects of this kind? */
export const maySee = ({ permissions }: Caller, kind: string): boolean => {
  const permission = `${kind}.view`
  return isPermission(permission) && permissions.has(permission)
}
