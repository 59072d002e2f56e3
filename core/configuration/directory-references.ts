import type { Database } from '../data/database.ts'
import { isEmail, usernameKey } from '../identity/names.ts'
import { maxPasswordBytes } from '../keys/hashing.ts'
import type { Catalog } from './catalog.ts'
import { type Item, problemOf } from './document.ts'
import { lostImages } from './image-references.ts'
import { isSeed, type KindName } from './kinds.ts'
import type { Path, Problem } from './problem.ts'
import { referencesOf } from './references.ts'
import { didYouMean } from './suggest.ts'
import type { Items } from './types.ts'

type Found = { readonly to: KindName; readonly slug: string; readonly item: Item; readonly path: Path }

/** Names asked for in one query: SQLite takes 32,766 values in one. */
const atOnce = 10_000

/** Which of these groups (by slug) or users (by the key of their names) are in the directory. */
const knownOf = async ({ sql }: Database, to: 'groups' | 'users', wanted: readonly string[]): Promise<ReadonlySet<string>> => {
  const known = new Set<string>()
  for (let at = 0; at < wanted.length; at += atOnce) {
    const some = wanted.slice(at, at + atOnce)
    const rows =
      to === 'groups'
        ? await sql.selectFrom('groups').select('slug as key').where('slug', 'in', some).execute()
        : await sql.selectFrom('users').select('username_key as key').where('username_key', 'in', some).execute()
    for (const { key } of rows) known.add(key)
  }
  return known
}

const nearest = async ({ sql }: Database, to: 'groups' | 'users', slug: string, planned: Iterable<string>): Promise<string> => {
  const rows =
    to === 'groups'
      ? await sql.selectFrom('groups').select('slug as name').limit(atOnce).execute()
      : await sql.selectFrom('users').select('username as name').limit(atOnce).execute()
  return didYouMean(slug, [...planned, ...rows.map(({ name }) => name)])
}

const lostIn = async (
  database: Database,
  items: Iterable<Item>,
  seeds: (kind: KindName) => Items,
  catalog: Catalog,
): Promise<readonly Problem[]> => {
  const found: Found[] = []
  for (const item of items) {
    for (const { to, slug, path } of referencesOf(item, catalog)) if (isSeed(to)) found.push({ to, slug, item, path })
  }
  const problems: Problem[] = []
  for (const to of ['groups', 'users'] as const) {
    const key = (name: string) => (to === 'users' ? usernameKey(name) : name)
    const planned = new Set([...seeds(to).keys()].map(key))
    const asked = found.filter((reference) => reference.to === to && !planned.has(key(reference.slug)))
    const known = asked.length > 0 ? await knownOf(database, to, [...new Set(asked.map(({ slug }) => key(slug)))]) : new Set()
    for (const reference of asked) {
      if (known.has(key(reference.slug))) continue
      const { item, path, slug } = reference
      problems.push(
        problemOf(item, path, `there is no ${to === 'users' ? 'user' : 'group'} "${slug}"${await nearest(database, to, slug, planned)}`),
      )
    }
  }
  return problems
}

/** References to groups and users that neither the directory nor the documents have: of new objects, and of users and groups themselves. */
export const missingReferences = async (
  database: Database,
  items: readonly Item[],
  seeds: (kind: KindName) => Items,
  catalog: Catalog,
): Promise<readonly Problem[]> => {
  const users = [...seeds('users').values()]
  const wrong = users.flatMap((user) => {
    const { email, password } = user.spec as { readonly email?: string; readonly password?: string }
    const long = typeof password === 'string' && Buffer.byteLength(password) > maxPasswordBytes
    return [
      ...(email && !isEmail(email) ? [problemOf(user, ['email'], `${JSON.stringify(email)} is not an e-mail address; correct it`)] : []),
      ...(long ? [problemOf(user, ['password'], `is longer than ${maxPasswordBytes} bytes; use a shorter one`)] : []),
    ]
  })
  return [
    ...wrong,
    ...(await lostIn(database, [...items, ...seeds('groups').values(), ...users], seeds, catalog)),
    ...(await lostImages(database, items, catalog)),
  ]
}

/** References into the directory that lead nowhere any more, e.g. since a group was deleted. */
export const brokenReferences = async (database: Database, items: readonly Item[], catalog: Catalog): Promise<readonly Problem[]> => [
  ...(await lostIn(database, items, () => new Map(), catalog)),
  ...(await lostImages(database, items, catalog)),
]
