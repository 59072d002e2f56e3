import { defineEntity, p } from '@mikro-orm/core'
import type { Json } from '../../api/index.ts'
import { id, instant, json } from '../columns.ts'

export const User = defineEntity({
  name: 'User',
  tableName: 'users',
  // What lists are sorted by, with what tells equal ones apart.
  indexes: [{ properties: ['name', 'id'] }, { properties: ['createdAt', 'id'] }, { properties: ['updatedAt', 'id'] }],
  properties: {
    id: id(),
    username: p.string().length(150),
    /** What user names are compared by: NFKC and lower case. */
    usernameKey: p.text().unique(),
    name: p.text(),
    email: p.string().length(320).nullable(),
    /** What addresses are compared by. Several users may share one. */
    emailKey: p.text().nullable().index(),
    emailVerified: p.boolean(),
    enabled: p.boolean(),
    attributes: json<Readonly<Record<string, Json>>>(),
    /** When the time ends in which they may sign in without the second factor that they need; null: it has not begun. */
    secondFactorDueAt: instant().nullable(),
    version: p.integer().version(),
    createdAt: instant(),
    updatedAt: instant(),
  },
})

/** What searches look through, made comparable by the writer of users. Databases have an index of its trigrams, which an entity cannot say. */
export const UserSearch = defineEntity({
  name: 'UserSearch',
  tableName: 'user_search',
  properties: {
    id: p.integer().primary().autoincrement(),
    user: () => p.oneToOne(User).owner().deleteRule('cascade'),
    /** The user name and the name, a line each. */
    names: p.text(),
    email: p.text().nullable(),
  },
})

/** A user's password. No row: the user has none. */
export const Password = defineEntity({
  name: 'Password',
  tableName: 'passwords',
  properties: {
    user: () => p.oneToOne(User).owner().primary().deleteRule('cascade'),
    /** Argon2id in PHC format. */
    hash: p.text(),
    changedAt: instant(),
  },
})
