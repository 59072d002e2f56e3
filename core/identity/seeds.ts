import type { Secret } from '../api/index.ts'
import type { Seeds } from '../configuration/types.ts'
import type { Database } from '../data/database.ts'
import { Conflict } from '../data/effects.ts'
import type { Tx } from '../data/tables.ts'
import { groupChanged, userChanged } from './changes.ts'
import { addParents, createGroup, joinGroups, Refused } from './groups.ts'
import { emailKey, usernameKey } from './names.ts'
import { assignRoles } from './roles.ts'
import { createUser, updateUser, type UserChanges } from './write-users.ts'

type GroupSeed = Seeds['groups'][string]
type UserSeed = Seeds['users'][string]
type Sown = { readonly hash: (password: string) => Promise<string>; /** Epoch ms. */ readonly now: number }

/** What is wrong with seeds, a line each: where and what. Nothing was written. */
export class SeedProblems extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'SeedProblems'
    this.problems = problems
  }
}

/** Passwords hashed at a time: the hasher refuses a long queue. */
const hashedAtOnce = 16

const plain = (password: Secret | string): string => (typeof password === 'string' ? password : password.reveal())

/** Hashes for those users who have no password yet, by the key of their name. Before the transaction, since hashing is slow. */
const hashesOf = async ({ sql }: Database, users: Seeds['users'], { hash }: Sown): Promise<ReadonlyMap<string, string>> => {
  const wanted: { key: string; password: string }[] = []
  for (const [username, { password }] of Object.entries(users)) {
    if (password === undefined) continue
    const key = usernameKey(username)
    const query = sql.selectFrom('passwords').innerJoin('users', 'users.id', 'passwords.user_id').select('users.id')
    const has = await query.where('users.username_key', '=', key).executeTakeFirst()
    if (!has) wanted.push({ key, password: plain(password) })
  }
  const hashes = new Map<string, string>()
  for (let i = 0; i < wanted.length; i += hashedAtOnce) {
    const some = wanted.slice(i, i + hashedAtOnce)
    await Promise.all(some.map(async ({ key, password }) => hashes.set(key, await hash(password))))
  }
  return hashes
}

const sowGroup = async (tx: Tx, slug: string, { name }: GroupSeed, now: number): Promise<void> => {
  const group = await tx.selectFrom('groups').select(['id', 'name']).where('slug', '=', slug).executeTakeFirst()
  if (!group) return void (await createGroup(tx, { slug, ...(name !== undefined && { name }) }, now))
  if (name === undefined || name === group.name) return
  await tx.updateTable('groups').set({ name }).where('id', '=', group.id).execute()
  await groupChanged(tx, group.id, now)
}

const sowParents = async (tx: Tx, slug: string, { parents = [] }: GroupSeed, now: number): Promise<void> => {
  if (!(await addParents(tx, slug, parents))) return
  const { id } = await tx.selectFrom('groups').select('id').where('slug', '=', slug).executeTakeFirstOrThrow()
  await groupChanged(tx, id, now)
}

const findUser = (tx: Tx, username: string) =>
  tx.selectFrom('users').selectAll().where('username_key', '=', usernameKey(username)).executeTakeFirst()
type Known = NonNullable<Awaited<ReturnType<typeof findUser>>>

/** Those of the stated fields that are not so yet. The spelling of a user name is left as it is. */
const differing = (known: Known, { name, email, enabled, attributes }: UserSeed): UserChanges => ({
  ...(name !== undefined && name !== known.name && { name }),
  ...(email !== undefined && emailKey(email) !== (known.email_key ?? '') && { email }),
  ...(enabled !== undefined && enabled !== Boolean(known.enabled) && { enabled }),
  ...(attributes !== undefined &&
    JSON.stringify(attributes) !== known.attributes && { attributes: attributes as NonNullable<UserChanges['attributes']> }),
})

const setFirstPassword = async (tx: Tx, userId: string, hash: string | undefined, now: number): Promise<boolean> => {
  if (hash === undefined) return false
  const row = await tx
    .insertInto('passwords')
    .values({ user_id: userId, hash, changed_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('user_id')
    .executeTakeFirst()
  return row !== undefined
}

const sowUser = async (tx: Tx, username: string, seed: UserSeed, hash: string | undefined, now: number): Promise<void> => {
  const { groups = [], roles = [], password: _, attributes, ...fields } = seed
  const known = await findUser(tx, username)
  if (!known) {
    const stated = attributes as UserChanges['attributes']
    const id = await createUser(tx, { username, ...fields, ...(stated && { attributes: stated }), groups, roles }, now)
    await setFirstPassword(tx, id, hash, now)
    return
  }
  const changes = differing(known, seed)
  if (Object.keys(changes).length > 0) await updateUser(tx, known.id, changes, now)
  const added = [
    await joinGroups(tx, known.id, groups),
    await assignRoles(tx, { kind: 'user', id: known.id }, roles),
    await setFirstPassword(tx, known.id, hash, now),
  ]
  if (added.includes(true)) await userChanged(tx, known.id, now)
}

/**
 * Brings the users and groups of a configuration document into the directory, in one transaction: makes those that are missing, sets the
 * stated fields of the others, adds the stated groups, parents and roles, and takes nothing away. A password is set only if the user has
 * none. A second run with the same seeds writes nothing. Throws `SeedProblems`.
 */
export const seed = async (database: Database, { groups, users }: Seeds, sown: Sown): Promise<void> => {
  const hashes = await hashesOf(database, users, sown)
  const problems: string[] = []
  const { now } = sown
  const at = async (place: string, work: Promise<void>, fields: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    try {
      await work
    } catch (error) {
      if (error instanceof Conflict)
        problems.push(
          ...Object.keys(error.errors).map((field) => `${place}: the ${field} ${JSON.stringify(fields[field])} is not valid; correct it`),
        )
      else if (error instanceof Refused) problems.push(`${place}: ${error.message}`)
      else throw error
    }
  }
  await database.transaction(async (tx) => {
    for (const [slug, group] of Object.entries(groups)) await sowGroup(tx, slug, group, now)
    for (const [slug, group] of Object.entries(groups)) await at(`groups.${slug}.parents`, sowParents(tx, slug, group, now))
    for (const [username, user] of Object.entries(users)) {
      const { email } = user
      await at(`users.${username}`, sowUser(tx, username, user, hashes.get(usernameKey(username)), now), { username, email })
    }
    if (problems.length > 0) throw new SeedProblems(problems)
  })
}
