import type { SelectQueryBuilder } from 'kysely'
import type { Tables } from '../data/tables.ts'
import { type Caller, demand } from './caller.ts'
import type { Permission } from './permissions.ts'

/** What everybody may see of their own, and the column that says whose it is. */
const owned = {
  users: { column: 'users.id', permission: 'users.view' },
  tokens: { column: 'tokens.user_id', permission: 'tokens.view' },
  sessions: { column: 'sessions.user_id', permission: 'sessions.view' },
  consents: { column: 'consents.user_id', permission: 'consents.view' },
  devices: { column: 'devices.user_id', permission: 'devices.view' },
  browser_users: { column: 'browser_users.user_id', permission: 'devices.view' },
  events: { column: 'events.user_id', permission: 'events.view' },
} as const satisfies Readonly<Record<string, { readonly column: string; readonly permission: Permission }>>

export type Owned = keyof typeof owned

/** Does the caller see everybody's, or only what is their own? Throws `Lacking` for a token whose scopes allow neither. */
export const seesAll = (caller: Caller, resource: Owned): boolean => {
  const { permission } = owned[resource]
  if (caller.limited) demand(caller, permission)
  return caller.permissions.has(permission)
}

/** The one filter of lists: narrows a query to what the caller may see. Throws `Lacking` for a token whose scopes allow nothing of it. */
export const visible = <DB extends Tables, T extends keyof DB, O>(
  query: SelectQueryBuilder<DB, T, O>,
  caller: Caller,
  resource: Owned,
): SelectQueryBuilder<DB, T, O> =>
  seesAll(caller, resource) ? query : query.where(owned[resource].column as never, '=', caller.userId as never)
