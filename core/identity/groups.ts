import { randomUUIDv7 } from 'node:crypto'
import { sql as raw, type Expression, type Kysely } from 'kysely'
import { prepare } from '../data/prepared.ts'
import { didYouMean } from '../configuration/suggest.ts'
import type { Database } from '../data/database.ts'
import type { Tables, Tx } from '../data/tables.ts'
import { groupChanged } from './changes.ts'

/** What cannot be, because of what the directory has: says what and why, for the operator who asked for it. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** A query over `effective`: the ids of the groups that the user is in, also by way of their parents. */
export const withEffectiveGroups = (sql: Kysely<Tables>, userId: string | Expression<string>) =>
  sql.withRecursive('effective', (query) =>
    query
      .selectFrom('memberships')
      .select('group_id')
      .where('user_id', '=', userId)
      .union(
        query
          .selectFrom('group_parents')
          .innerJoin('effective', 'effective.group_id', 'group_parents.group_id')
          .select('group_parents.parent_id as group_id'),
      ),
  )

/** A query over `effective`: the ids of a group and of all groups that it is inside of. */
export const withGroupAndParents = (sql: Kysely<Tables>, groupId: string) =>
  sql.withRecursive('effective', (query) =>
    query
      .selectFrom('groups')
      .select('id as group_id')
      .where('id', '=', groupId)
      .union(
        query
          .selectFrom('group_parents')
          .innerJoin('effective', 'effective.group_id', 'group_parents.group_id')
          .select('group_parents.parent_id as group_id'),
      ),
  )

/** A query over `inside`: the ids of these groups and of all groups that are inside of them. */
export const withGroupsInside = (sql: Kysely<Tables>, groupIds: readonly string[]) =>
  sql.withRecursive('inside', (query) =>
    query
      .selectFrom('groups')
      .select('id as group_id')
      .where('id', 'in', groupIds)
      .union(
        query
          .selectFrom('group_parents')
          .innerJoin('inside', 'inside.group_id', 'group_parents.parent_id')
          .select('group_parents.group_id as group_id'),
      ),
  )

/** How many users are in a group: directly, and with those of the groups inside of it, each once. */
export const countMembers = async (sql: Kysely<Tables>, groupId: string): Promise<{ readonly direct: number; readonly all: number }> => {
  const { direct, all } = await withGroupsInside(sql, [groupId])
    .selectFrom('memberships')
    .innerJoin('inside', 'inside.group_id', 'memberships.group_id')
    .select((row) => [
      row.fn.count('memberships.user_id').filterWhere('memberships.group_id', '=', groupId).as('direct'),
      row.fn.count('memberships.user_id').distinct().as('all'),
    ])
    .executeTakeFirstOrThrow()
  return { direct: Number(direct), all: Number(all) }
}

/** Slugs of the groups that a user is in, with those of parent groups, in order. */
export const groupsOf = (database: Database): ((userId: string) => Promise<readonly string[]>) => {
  const query = prepare(database, (given: { readonly userId: string }) =>
    withEffectiveGroups(database.sql, given.userId)
      .selectFrom('effective')
      .innerJoin('groups', 'groups.id', 'effective.group_id')
      .select('groups.slug')
      .orderBy('groups.slug'),
  )
  return async (userId) => (await query({ userId })).map(({ slug }) => slug)
}

/** The same as a column of a query over `users`: a JSON array. */
export const groupsColumn = ({ sql, kind }: Pick<Database, 'sql' | 'kind'>) => {
  const all = raw<string>`${raw.raw(kind === 'postgresql' ? 'json_agg' : 'json_group_array')}(${raw.ref('groups.slug')} order by ${raw.ref('groups.slug')})`
  return withEffectiveGroups(sql, raw.ref<string>('users.id'))
    .selectFrom('effective')
    .innerJoin('groups', 'groups.id', 'effective.group_id')
    .select(raw<string>`coalesce(${all}, '[]')`.as('slugs'))
}

/** Throws `Refused` for a slug that no group has. */
export const groupId = async (tx: Tx, slug: string): Promise<string> => {
  const group = await tx.selectFrom('groups').select('id').where('slug', '=', slug).executeTakeFirst()
  if (group) return group.id
  const known = await tx.selectFrom('groups').select('slug').execute()
  const guess = didYouMean(
    slug,
    known.map((other) => other.slug),
  )
  throw new Refused(`there is no group "${slug}"${guess}`)
}

/** Makes a group and returns its id. The slug is for good and must be free. */
export const createGroup = async (
  tx: Tx,
  { slug, name = slug }: { readonly slug: string; readonly name?: string },
  now: number,
): Promise<string> => {
  const id = randomUUIDv7()
  await tx.insertInto('groups').values({ id, slug, name, version: 0 }).execute()
  await groupChanged(tx, id, now)
  return id
}

/** The way from one group up to another by parents, both included, as slugs; `undefined` if there is none. */
const wayUp = (parents: ReadonlyMap<string, readonly string[]>, from: string, to: string): readonly string[] | undefined => {
  const seen = new Set([from])
  const ways = [{ last: from, way: [from] }]
  for (const { last, way } of ways) {
    if (last === to) return way
    for (const parent of parents.get(last) ?? []) {
      if (seen.has(parent)) continue
      seen.add(parent)
      ways.push({ last: parent, way: [...way, parent] })
    }
  }
  return undefined
}

const parentsBySlug = async (tx: Tx): Promise<ReadonlyMap<string, readonly string[]>> => {
  const rows = await tx
    .selectFrom('group_parents')
    .innerJoin('groups as child', 'child.id', 'group_parents.group_id')
    .innerJoin('groups as parent', 'parent.id', 'group_parents.parent_id')
    .select(['child.slug as child', 'parent.slug as parent'])
    .execute()
  return new Map([...Map.groupBy(rows, ({ child }) => child)].map(([child, links]) => [child, links.map(({ parent }) => parent)]))
}

/**
 * Makes the members of a group members of its parents too; says whether that was new. Throws `Refused` for a parent that does not exist, and for one
 * that would close a circle, naming the way round. The caller records the change of the group.
 */
export const addParents = async (tx: Tx, slug: string, parents: readonly string[]): Promise<boolean> => {
  const id = await groupId(tx, slug)
  const graph = await parentsBySlug(tx)
  const added = [...new Set(parents)].filter((parent) => !graph.get(slug)?.includes(parent))
  for (const parent of added) {
    const parentId = await groupId(tx, parent)
    const back = wayUp(graph, parent, slug)
    if (back) throw new Refused(`the group "${slug}" cannot be inside itself: ${[slug, ...back].join(' → ')}`)
    await tx.insertInto('group_parents').values({ group_id: id, parent_id: parentId }).execute()
  }
  return added.length > 0
}

/** Takes a group out of some of its parents; says whether it was in any. The caller records the change of the group. */
export const removeParents = async (tx: Tx, slug: string, parents: readonly string[]): Promise<boolean> => {
  if (parents.length === 0) return false
  const { numDeletedRows } = await tx
    .deleteFrom('group_parents')
    .where('group_id', '=', await groupId(tx, slug))
    .where('parent_id', 'in', tx.selectFrom('groups').select('id').where('slug', 'in', parents))
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Takes a user out of groups; says whether the user was in any. The caller records the change of the user. */
export const leaveGroups = async (tx: Tx, userId: string, slugs: readonly string[]): Promise<boolean> => {
  if (slugs.length === 0) return false
  const { numDeletedRows } = await tx
    .deleteFrom('memberships')
    .where('user_id', '=', userId)
    .where('group_id', 'in', tx.selectFrom('groups').select('id').where('slug', 'in', slugs))
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Makes a user a member of groups; says whether that was new. Throws `Refused` for a slug that no group has. The caller records the change of the user. */
export const joinGroups = async (tx: Tx, userId: string, slugs: readonly string[]): Promise<boolean> => {
  let joined = false
  for (const slug of slugs) {
    const row = await tx
      .insertInto('memberships')
      .values({ user_id: userId, group_id: await groupId(tx, slug) })
      .onConflict((conflict) => conflict.doNothing())
      .returning('group_id')
      .executeTakeFirst()
    joined ||= row !== undefined
  }
  return joined
}
