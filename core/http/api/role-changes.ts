import { demand } from '../../access/caller.ts'
import { conferral } from '../../access/conferral.ts'
import type { Tx } from '../../data/tables.ts'
import { assignRoles, type Subject, withdrawRoles } from '../../identity/roles.ts'
import { mustBeRoles } from './role-names.ts'
import type { Call } from './route.ts'

/**
 * Gives a user or a group the roles that are wanted in place of those that were had. What is given or taken must be the caller's to give.
 * @returns whether anything changed
 */
export const setRoles = async (
  tx: Tx,
  call: Call,
  subject: Subject,
  had: readonly string[],
  wanted: readonly string[],
): Promise<boolean> => {
  const given = wanted.filter((role) => !had.includes(role))
  const taken = had.filter((role) => !wanted.includes(role))
  if (given.length + taken.length > 0) demand(call.caller, 'roles.assign')
  mustBeRoles(given, call, '/roles')
  conferral(call.caller, call.roles, call.snapshot.sinks).roles([...given, ...taken])
  const changed = [await assignRoles(tx, subject, given), await withdrawRoles(tx, subject, taken)]
  return changed.includes(true)
}
