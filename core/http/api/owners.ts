import type { Kysely } from 'kysely'
import Type from 'typebox'
import type { Tables } from '../../data/tables.ts'
import { usernameKey } from '../../identity/names.ts'
import { contains } from './search.ts'

/** A parameter of lists of what belongs to users. */
export const userQuery = Type.Optional(Type.String({ description: 'Only those of this user: an id.', maxLength: 40 }))

/** Ids of the users whose name has this in it. */
export const ownersNamed = (sql: Kysely<Tables>, text: string) =>
  sql
    .selectFrom('users')
    .select('users.id')
    .where((row) => contains(row, { 'users.username_key': usernameKey(text), 'users.name': text }))
