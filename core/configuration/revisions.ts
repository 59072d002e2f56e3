import type { Database } from '../data/database.ts'
import type { Tables, Tx } from '../data/tables.ts'
import type { Kysely } from 'kysely'
import type { Catalog } from './catalog.ts'
import { type Held, type Row, specText, versionsOf } from './held.ts'
import type { Actor } from './plane-types.ts'

type Sql = Kysely<Tables>

/** Rows in one statement: SQLite takes 32,766 values in one. */
const atOnce = 500

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += atOnce) yield all.slice(at, at + atOnce)
}

/** The number of the newest revision; 0 before the first. */
export const readHead = async (sql: Sql): Promise<number> => {
  const { head } = await sql
    .selectFrom('revisions')
    .select((row) => row.fn.max('number').as('head'))
    .executeTakeFirstOrThrow()
  return head ?? 0
}

const objectOf = ({ id, kind, slug, spec, revision, owner }: Row): Row => ({ id, kind, slug, spec, revision, owner })

/** The stored objects and the head that they are of, as of one moment. */
export const readObjects = async (database: Database): Promise<{ readonly head: number; readonly rows: readonly Row[] }> => {
  for (;;) {
    const head = await readHead(database.sql)
    const rows = await database.sql.selectFrom('configuration_objects').selectAll().orderBy('kind').orderBy('slug').execute()
    // Somebody committed in between: what was read may be of both.
    if ((await readHead(database.sql)) === head) return { head, rows: rows.map(objectOf) }
  }
}

export type StoredRevision = { readonly number: number; readonly at: Date; readonly actor: Actor; readonly message: string }

/** Newest first. */
export const readRevisions = async (
  { sql }: Database,
  { limit, before }: { readonly limit: number; readonly before?: number },
): Promise<readonly StoredRevision[]> => {
  let query = sql.selectFrom('revisions').selectAll().orderBy('number', 'desc').limit(limit)
  if (before !== undefined) query = query.where('number', '<', before)
  const rows = await query.execute()
  return rows.map(({ number, at, actor, message }) => ({ number, at: new Date(at), actor: JSON.parse(actor) as Actor, message }))
}

export const hasRevision = async ({ sql }: Database, number: number): Promise<boolean> =>
  (await sql.selectFrom('revisions').select('number').where('number', '=', number).executeTakeFirst()) !== undefined

/** The objects as a revision left them, by their ids. */
export const readObjectsAt = async ({ sql }: Database, number: number): Promise<ReadonlyMap<string, Row>> => {
  const rows = await sql
    .selectFrom('revision_objects')
    .selectAll()
    .where('revision_number', '<=', number)
    .orderBy('revision_number')
    .execute()
  const objects = new Map<string, Row>()
  for (const { object_id: id, revision_number: revision, kind, slug, spec, owner } of rows) {
    if (spec === null) objects.delete(id)
    else objects.set(id, { id, kind, slug, spec, revision, owner })
  }
  return objects
}

/** The rows of one revision, and of each object the row before. Of a deletion `spec` is null. */
export const readRevision = async ({ sql }: Database, number: number) => {
  const own = await sql.selectFrom('revision_objects').selectAll().where('revision_number', '=', number).execute()
  const earlier = await sql
    .selectFrom('revision_objects')
    .selectAll()
    .where('revision_number', '<', number)
    .where('object_id', 'in', (query) => query.selectFrom('revision_objects').select('object_id').where('revision_number', '=', number))
    .orderBy('revision_number')
    .execute()
  const before = new Map(earlier.map((row) => [row.object_id, row]))
  const row = (found: (typeof own)[number] | undefined): Row | undefined =>
    found?.spec == null
      ? undefined
      : { id: found.object_id, kind: found.kind, slug: found.slug, spec: found.spec, revision: found.revision_number, owner: found.owner }
  return own.map((found) => ({ before: row(before.get(found.object_id)), after: row(found) }))
}

/** The greatest number of upgrades that settings in it have had: those of each type are in the spec. */
const versionOf = ({ kind, item }: Held, catalog: Catalog): number =>
  Math.max(0, ...Object.values(item ? versionsOf(kind, item.written, catalog) : {}))

/** What a commit writes. */
export type Written = {
  readonly number: number
  readonly at: number
  readonly actor: Actor
  readonly message: string
  readonly put: readonly Held[]
  readonly deleted: readonly Held[]
}

/** Writes a revision and the head that it makes. Its number is taken by one of two that race; the other one's transaction fails. */
export const writeRevision = async (tx: Tx, { number, at, actor, message, put, deleted }: Written, catalog: Catalog): Promise<void> => {
  await tx
    .insertInto('revisions')
    .values({ number, at, actor: JSON.stringify(actor), message })
    .execute()
  const rows = put.map((held) => ({ held, spec: specText(held, catalog), settings_version: versionOf(held, catalog) }))
  const history = [...rows, ...deleted.map((held) => ({ held, spec: null, settings_version: 0 }))]
  for (const some of chunks(history)) {
    const values = some.map(({ held: { id, kind, slug, owner }, spec, settings_version }) => ({
      revision_number: number,
      object_id: id,
      kind,
      slug,
      spec,
      settings_version,
      owner,
    }))
    await tx.insertInto('revision_objects').values(values).execute()
  }
  // What was there goes first: two objects may have changed their slugs with one another.
  for (const some of chunks([...put, ...deleted])) {
    const ids = some.map(({ id }) => id)
    await tx.deleteFrom('configuration_objects').where('id', 'in', ids).execute()
  }
  for (const some of chunks(rows)) {
    const values = some.map(({ held: { id, kind, slug, owner }, spec, settings_version }) => ({
      id,
      kind,
      slug,
      spec,
      settings_version,
      revision: number,
      owner,
    }))
    await tx.insertInto('configuration_objects').values(values).execute()
  }
}

type Renamed = { readonly kind: string; readonly from: string; readonly to: string }

const moveSlug = async (tx: Tx, { kind, from, to }: Renamed): Promise<void> => {
  if (kind === 'applications') {
    await tx.updateTable('grants').set({ application: to }).where('application', '=', from).execute()
    await tx.updateTable('consents').set({ application: to }).where('application', '=', from).execute()
  }
  if (kind === 'providers') await tx.updateTable('grants').set({ provider: to }).where('provider', '=', from).execute()
  if (kind === 'roles') await tx.updateTable('role_assignments').set({ role: to }).where('role', '=', from).execute()
}

/**
 * Deletes so many at a time that no statement is long: there may be a grant for each sign-in of months. In the order of the key and on from the last
 * one: what is deleted is still there for PostgreSQL to step over, and must not be stepped over by each batch.
 */
const forgetGrants = async (tx: Tx, column: 'application' | 'provider', slug: string): Promise<void> => {
  let after = ''
  for (;;) {
    const found = tx.selectFrom('grants').select('id').where(column, '=', slug).where('id', '>', after).orderBy('id').limit(atOnce)
    const ids = (await found.execute()).map(({ id }) => id)
    if (ids.length > 0) await tx.deleteFrom('grants').where('id', 'in', ids).execute()
    if (ids.length < atOnce) return
    after = ids.at(-1) ?? after
  }
}

const forgetConsents = async (tx: Tx, application: string): Promise<void> => {
  let after = ''
  for (;;) {
    const ofIt = tx.selectFrom('consents').select('user_id').where('application', '=', application)
    const users = (await ofIt.where('user_id', '>', after).orderBy('user_id').limit(atOnce).execute()).map(({ user_id }) => user_id)
    if (users.length > 0) await tx.deleteFrom('consents').where('application', '=', application).where('user_id', 'in', users).execute()
    if (users.length < atOnce) return
    after = users.at(-1) ?? after
  }
}

/** What was granted to the application or the provider of a slug ends, and what users allowed it is forgotten. */
const forget = async (tx: Tx, kind: string, slug: string): Promise<void> => {
  if (kind === 'applications') {
    await forgetGrants(tx, 'application', slug)
    await forgetConsents(tx, slug)
  }
  if (kind === 'providers') await forgetGrants(tx, 'provider', slug)
}

/**
 * Grants and consents are for an object, not for whatever has its slug later. They go with the object; and what another process, which did not
 * know of that yet, wrote since goes when an object of the slug is made, also by a rollback: who was gone asks again.
 */
export const forgetGranted = async (tx: Tx, objects: readonly Pick<Held, 'kind' | 'slug'>[]): Promise<void> => {
  for (const { kind, slug } of objects) await forget(tx, kind, slug)
}

const clearSlug = async (tx: Tx, { kind, to }: Renamed): Promise<void> => {
  await forget(tx, kind, to)
  if (kind === 'roles') await tx.deleteFrom('role_assignments').where('role', '=', to).execute()
}

/**
 * What others have written down under an object's slug follows its new one. What is left there of an object that had it before goes. All are
 * put aside first: objects may have changed their slugs with one another, and nobody is to get the role of another.
 */
export const rewriteSlugs = async (tx: Tx, renames: readonly Renamed[]): Promise<void> => {
  // No slug has a colon.
  const aside = (slug: string): string => `renamed:${slug}`
  for (const { kind, from, to } of renames) await moveSlug(tx, { kind, from, to: aside(to) })
  for (const renamed of renames) {
    await clearSlug(tx, renamed)
    await moveSlug(tx, { ...renamed, from: aside(renamed.to) })
  }
}
