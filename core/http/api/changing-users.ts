import { conferral } from '../../access/conferral.ts'
import type { Tx } from '../../data/tables.ts'
import { listedUsers, type ListedUser } from '../../identity/administration.ts'
import { etagOf, mustMatch } from './etags.ts'
import type { ApiParts } from './parts.ts'
import { notFound } from './problem.ts'
import type { Call } from './route.ts'

/** The user of an id. Throws `ApiProblem` (404). */
export const foundUser = async (sql: Tx | ApiParts['database']['sql'], id: string): Promise<ListedUser> => {
  const [known] = await listedUsers(sql, [id])
  if (!known) throw notFound(`user ${JSON.stringify(id.slice(0, 40))}`)
  return known
}

/** A user, as audit events name one. */
export const userRef = ({ id, username }: Pick<ListedUser, 'id' | 'username'>) => ({ kind: 'user', id, name: username })

/** Changes one user in a transaction, if the caller may change that one, tells that user, and returns the user as before. */
export const changingUsers =
  ({ database, notices }: Pick<ApiParts, 'database' | 'notices'>) =>
  (call: Call<{ readonly id: string }>, work: (tx: Tx, user: ListedUser) => Promise<void>): Promise<ListedUser> =>
    database.transaction(async (tx) => {
      const known = await foundUser(tx, call.params.id)
      mustMatch(call, etagOf(known.version))
      await conferral(call.caller, call.roles, call.snapshot.sinks).user(tx, known.id, known.username)
      await notices.watch(tx, known.id, () => work(tx, known))
      return known
    })
