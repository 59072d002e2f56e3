import { isDeepStrictEqual } from 'node:util'
import type { Secret } from '../api/index.ts'
import type { ObjectChange } from '../configuration/plane-types.ts'
import type { Path } from '../configuration/problem.ts'
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
type Fields = NonNullable<ObjectChange['fields']>
/** What the directory has against a seed. `path` is that of the value to be changed, e.g. `['users', 'ada', 'groups']`. */
export type SeedProblem = { readonly path: Path; readonly message: string }
/** What seeds changed in the directory. Passwords are named, not told. */
export type Sown = { readonly changes: readonly ObjectChange[]; readonly problems: readonly SeedProblem[] }
/** Hashes of first passwords, by the key of the user's name. */
export type Hashes = ReadonlyMap<string, string>

/** Passwords hashed at a time: the hasher refuses a long queue. */
const hashedAtOnce = 16

const plain = (password: Secret | string): string => (typeof password === 'string' ? password : password.reveal())

/**
 * Hashes for those users who have no password yet. Before the transaction, since hashing is slow.
 * @param hash throws for a password that cannot be hashed
 */
export const hashSeeds = async ({ sql }: Database, users: Seeds['users'], hash: (password: string) => Promise<string>): Promise<Hashes> => {
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

const added = (pointer: string, after: readonly string[]): Fields => (after.length > 0 ? [{ pointer, after }] : [])

const findGroup = (tx: Tx, slug: string) => tx.selectFrom('groups').select(['id', 'name']).where('slug', '=', slug).executeTakeFirst()

/** Makes the group, or names it. */
const sowGroup = async (tx: Tx, slug: string, { name }: GroupSeed, now: number): Promise<ObjectChange | undefined> => {
  const group = await findGroup(tx, slug)
  if (!group) {
    await createGroup(tx, { slug, ...(name !== undefined && { name }) }, now)
    return { kind: 'groups', slug, change: 'create' }
  }
  if (name === undefined || name === group.name) return undefined
  await tx.updateTable('groups').set({ name }).where('id', '=', group.id).execute()
  await groupChanged(tx, group.id, now)
  return { kind: 'groups', slug, change: 'update', fields: [{ pointer: '/name', before: group.name, after: name }] }
}

/** Of a group that is there: its parents and roles. */
const sowBelongings = async (tx: Tx, slug: string, { parents = [], roles = [] }: GroupSeed, now: number): Promise<Fields> => {
  const newParents = await addParents(tx, slug, parents)
  const group = await findGroup(tx, slug)
  if (!group) return []
  const newRoles = await assignRoles(tx, { kind: 'group', id: group.id }, roles)
  if (newParents || newRoles) await groupChanged(tx, group.id, now)
  return [...(newParents ? added('/parents', parents) : []), ...(newRoles ? added('/roles', roles) : [])]
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
    !isDeepStrictEqual(attributes, JSON.parse(known.attributes)) && { attributes: attributes as NonNullable<UserChanges['attributes']> }),
})

const beforeOf = (known: Known, field: string): unknown =>
  field === 'enabled' ? Boolean(known.enabled) : field === 'attributes' ? JSON.parse(known.attributes) : known[field as 'name' | 'email']

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

const sowUser = async (
  tx: Tx,
  username: string,
  seed: UserSeed,
  hash: string | undefined,
  now: number,
): Promise<ObjectChange | undefined> => {
  const { groups = [], roles = [], password: _, attributes, ...fields } = seed
  const known = await findUser(tx, username)
  if (!known) {
    const stated = attributes as UserChanges['attributes']
    const id = await createUser(tx, { username, ...fields, ...(stated && { attributes: stated }), groups, roles }, now)
    await setFirstPassword(tx, id, hash, now)
    return { kind: 'users', slug: username, change: 'create' }
  }
  const changes = differing(known, seed)
  if (Object.keys(changes).length > 0) await updateUser(tx, known.id, changes, now)
  const newGroups = await joinGroups(tx, known.id, groups)
  const newRoles = await assignRoles(tx, { kind: 'user', id: known.id }, roles)
  const newPassword = await setFirstPassword(tx, known.id, hash, now)
  if (newGroups || newRoles || newPassword) await userChanged(tx, known.id, now)
  const told: Fields = [
    ...Object.entries(changes).map(([field, after]) => ({ pointer: `/${field}`, before: beforeOf(known, field), after })),
    ...(newGroups ? added('/groups', groups) : []),
    ...(newRoles ? added('/roles', roles) : []),
    ...(newPassword ? [{ pointer: '/password' }] : []),
  ]
  return told.length > 0 ? { kind: 'users', slug: username, change: 'update', fields: told } : undefined
}

/**
 * Brings the users and groups of a configuration document into the directory: makes those that are missing, sets the stated fields of the
 * others, adds the stated groups, parents and roles, and takes nothing away. A password is set only if the user has none. A second run with the
 * same seeds writes nothing. Where there are problems the transaction is to be rolled back. `now` in epoch ms.
 */
export const sow = async (tx: Tx, { groups, users }: Seeds, hashes: Hashes, now: number): Promise<Sown> => {
  const problems: SeedProblem[] = []
  const changes: ObjectChange[] = []
  const at = async <T>(path: Path, refused: string, work: Promise<T>, fields: Readonly<Record<string, unknown>> = {}) => {
    try {
      return await work
    } catch (error) {
      if (error instanceof Conflict) {
        for (const field of Object.keys(error.errors)) {
          problems.push({
            path: field === 'username' ? path : [...path, field],
            message: `the ${field} ${JSON.stringify(fields[field])} is not valid; correct it`,
          })
        }
      } else if (error instanceof Refused) problems.push({ path: [...path, refused], message: error.message })
      else throw error
      return undefined
    }
  }
  const made = new Map<string, ObjectChange>()
  for (const [slug, group] of Object.entries(groups)) {
    const change = await sowGroup(tx, slug, group, now)
    if (change) made.set(slug, change)
  }
  for (const [slug, group] of Object.entries(groups)) {
    const fields = (await at(['groups', slug], 'parents', sowBelongings(tx, slug, group, now))) ?? []
    const earlier = made.get(slug)
    if (earlier?.change === 'create') changes.push(earlier)
    else if (earlier || fields.length > 0)
      changes.push({ kind: 'groups', slug, change: 'update', fields: [...(earlier?.fields ?? []), ...fields] })
  }
  for (const [username, user] of Object.entries(users)) {
    const { email } = user
    const change = await at(['users', username], 'groups', sowUser(tx, username, user, hashes.get(usernameKey(username)), now), {
      username,
      email,
    })
    if (change) changes.push(change)
  }
  return { changes, problems }
}
