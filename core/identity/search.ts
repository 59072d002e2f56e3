import type { ExpressionBuilder, Insertable } from 'kysely'
import { contains, userSearchRows } from '../data/containing.ts'
import type { Database } from '../data/database.ts'
import type { Tables, Tx } from '../data/tables.ts'
import { usernameKey } from './names.ts'

/** What searches are compared by: small and capital letters of all scripts are alike, and so are forms that look alike. */
const searchKey = usernameKey

/** Writes down what a user is found by; to be done after each change of the user. No search has a line break in it, so none is found across two names. */
export const indexUser = async (tx: Tx, id: string): Promise<void> => {
  const user = await tx.selectFrom('users').select(['username', 'name', 'email']).where('id', '=', id).executeTakeFirstOrThrow()
  const row = { names: `${searchKey(user.username)}\n${searchKey(user.name)}`, email: user.email && searchKey(user.email) }
  await tx
    .insertInto('user_search')
    .values({ user_id: id, ...row } as Insertable<Tables['user_search']>)
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
    .execute()
}

type Searched = Pick<Database, 'kind' | 'sql'>

/** Ids of the users who have this in their user name or their name. */
export const usersNamed = (database: Searched, text: string) => userSearchRows(database, searchKey(text), ['names'])

/** From so many hits on, users are looked at one by one in the order of the list until its page is full: it soon is. */
const many = 1000

/** Users who have a text in their user name, their name or their e-mail address. */
export const searchUsers = async (database: Searched, text: string) => {
  const key = searchKey(text)
  const hits = userSearchRows(database, key, ['names', 'email'])
  const first = await hits.limit(many).execute()
  const ids = first.length < many ? first.map((row) => row.user_id) : undefined
  return {
    /** Where there are many, for counting: not in order. */
    hits: ids ? undefined : hits,
    /** In the way that is fast for their number. */
    test: (row: ExpressionBuilder<Tables, 'users'>) =>
      ids
        ? row('users.id', 'in', ids)
        : row.exists(
            database.sql
              .selectFrom('user_search')
              .select('user_search.id')
              .where('user_search.user_id', '=', row.ref('users.id') as never)
              .where((one) => contains(one, { 'user_search.names': key, 'user_search.email': key })),
          ),
  }
}
