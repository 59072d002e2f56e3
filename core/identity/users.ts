import { randomUUIDv7 } from 'node:crypto'
import type { Selectable } from 'kysely'
import { prepare } from '../data/prepared.ts'
import type { Effect, Identifier, Json, User, UserFields, Users, UsersWrite } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { EffectHandlers } from '../data/effects.ts'
import type { Tables, Tx } from '../data/tables.ts'
import type { Directory, UserRecord } from '../policy/directory.ts'
import { groupsColumn, groupsOf } from './groups.ts'
import { emailKey, isEmail, isUsername, usernameKey } from './names.ts'
import { nobody } from './nobody.ts'
import { rolesOf } from './roles.ts'
import { createUser, updateUser } from './write-users.ts'

type Row = Selectable<Tables['users']>
type By = { readonly key: string }

const recordOf = (row: Row): UserRecord => ({
  id: row.id,
  username: row.username,
  name: row.name,
  email: row.email ?? undefined,
  emailVerified: Boolean(row.email_verified),
  enabled: Boolean(row.enabled),
  attributes: JSON.parse(row.attributes),
  updatedAt: new Date(row.updated_at),
})

const userOf = (row: Row, groups: readonly string[]): User => ({ ...recordOf(row), groups })

/** A user as columns of a query that joins `users`, beside `user_groups` by `groupsColumn`: all in one statement. */
export const userColumns = [
  'users.username as user_username',
  'users.name as user_name',
  'users.email as user_email',
  'users.email_verified as user_email_verified',
  'users.enabled as user_enabled',
  'users.attributes as user_attributes',
  'users.updated_at as user_updated_at',
] as const

type NameOf<Column> = Column extends `users.${infer Name extends keyof Row} as ${string}` ? Name : never

/** What these columns are read as. */
export type UserColumns = {
  readonly user_id: string
  /** Null for nobody only. */
  readonly user_groups: string | null
} & { readonly [Name in NameOf<(typeof userColumns)[number]> as `user_${Name}`]: Row[Name] }

export const joinedUser = (row: UserColumns): User => ({
  id: row.user_id,
  username: row.user_username,
  name: row.user_name,
  email: row.user_email ?? undefined,
  emailVerified: Boolean(row.user_email_verified),
  enabled: Boolean(row.user_enabled),
  attributes: JSON.parse(row.user_attributes),
  updatedAt: new Date(row.user_updated_at),
  groups: JSON.parse(row.user_groups ?? '[]'),
})

/** The directory in parts, for those who name the parts that they need. */
export const createDirectory = (database: Database): Directory => {
  const byId = prepare(database, ({ key }: By) => database.sql.selectFrom('users').selectAll().where('id', '=', key))
  return {
    async user(id) {
      const [row] = await byId({ key: id })
      return row && recordOf(row)
    },
    groups: groupsOf(database),
    roles: rolesOf(database),
  }
}

/**
 * The users of the directory. An identifier is tried as each of `by`; the first that finds somebody decides. Whether anybody is found costs the
 * same queries: who has an account is not told by the time that it takes.
 */
export const createUsers = (database: Database): Users => {
  const all = database.sql.selectFrom('users').selectAll()
  const byId = prepare(database, ({ key }: By) =>
    database.sql
      .selectFrom('users')
      .select('users.id as user_id')
      .select(userColumns)
      .select(groupsColumn(database).as('user_groups'))
      .where('users.id', '=', key),
  )
  const byUsername = prepare(database, ({ key }: By) => all.where('username_key', '=', key))
  const byEmail = prepare(database, ({ key }: By) => all.where('email_key', '=', key).limit(2))
  const groups = groupsOf(database)

  const seek: Readonly<Record<Identifier, (identifier: string) => Promise<readonly Row[]>>> = {
    username: async (identifier) => (isUsername(identifier) ? byUsername({ key: usernameKey(identifier) }) : []),
    email: async (identifier) => (isEmail(identifier) ? byEmail({ key: emailKey(identifier) }) : []),
  }
  return {
    async get(id) {
      const [row] = await byId({ key: id })
      return row && joinedUser(row)
    },
    async find(identifier, by) {
      const found = await Promise.all(by.map((kind) => seek[kind](identifier)))
      const [row, another] = found.find((rows) => rows.length > 0) ?? []
      const known = another ? undefined : row
      const slugs = await groups(known?.id ?? nobody)
      return known && userOf(known, slugs)
    },
  }
}

type Fields = Partial<UserFields>

/** A plugin's object may have more in it than its type says. */
const only = ({ username, name, email, attributes }: Fields) => ({
  ...(username !== undefined && { username }),
  ...(name !== undefined && { name }),
  ...(email !== undefined && { email }),
  ...(attributes !== undefined && { attributes }),
})

/** Makes effects. What is wrong with the fields shows when they are committed, as a conflict that people can repair. */
export const createUsersWrite = (): UsersWrite => ({
  create(fields, { roles = [], groups = [], back } = {}) {
    const id = randomUUIDv7()
    const data = { ...only(fields), id, roles, groups } satisfies Json
    return { id, effect: { effect: 'users.create', data, ...(back !== undefined && { back }) } }
  },
  update(id, fields, { back } = {}) {
    return { effect: 'users.update', data: { id, fields: only(fields) }, ...(back !== undefined && { back }) }
  },
})

type Update = { readonly id: string; readonly fields: Fields }

/** Whose address an effect would change: of a user who is there. */
export const changesAddressOf = async (tx: Tx, { effect, data }: Effect): Promise<string | undefined> => {
  if (effect !== 'users.update') return undefined
  const { id, fields } = data as Update
  if (fields.email === undefined) return undefined
  const user = await tx.selectFrom('users').select('email_key').where('id', '=', id).executeTakeFirst()
  return user && user.email_key !== (fields.email ? emailKey(fields.email) : null) ? id : undefined
}

export const userEffects: EffectHandlers = {
  async 'users.create'(tx, data, now) {
    const { id: _, ...fields } = data as Parameters<typeof createUser>[1]
    const userId = await createUser(tx, data as Parameters<typeof createUser>[1], now)
    return { action: 'user.created', userId, fields: Object.keys(fields) }
  },
  async 'users.update'(tx, data, now) {
    const { id, fields } = data as Update
    await updateUser(tx, id, fields, now)
    return { action: 'user.updated', userId: id, fields: Object.keys(fields) }
  },
}
