import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Kysely, sql } from 'kysely'
import type { Connections } from './connections.ts'
import { openConnections } from './database.ts'
import { newPostgresql, testKind } from './fixture.ts'
import { migrate } from './migrate.ts'
import { migrationsFor } from './migrations/index.ts'
import { createOrm } from './orm.ts'

type Column = { readonly table: string; readonly name: string; readonly type: string }
type Reference = { readonly table: string; readonly name: string; readonly to: string; readonly key: string }
type Row = Readonly<Record<string, unknown>>

const all = migrationsFor(testKind)

/** A database that had the first `count` migrations, as an earlier version left it. */
const databaseOf = async (count: number) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-migrations-'))
  const made = testKind === 'sqlite' ? undefined : await newPostgresql({ empty: true })
  const connections = await openConnections(made?.url ?? `sqlite:${folder}/a.db`)
  const openOrm: Parameters<typeof migrate>[1] = async (dialect, options) => {
    const orm = await createOrm(connections, dialect, options)
    await orm.connect()
    return orm
  }
  const upTo = (end: number) => migrate(connections, openOrm, all.slice(0, end))
  await upTo(count)
  const close = async () => {
    await connections.close()
    await made?.drop()
    await rm(folder, { recursive: true })
  }
  return { connections, db: new Kysely<any>({ dialect: connections.dialect }), upTo, openOrm, close }
}
type Made = Awaited<ReturnType<typeof databaseOf>>

const read = async <T>(db: Kysely<any>, statement: string): Promise<readonly T[]> => (await sql.raw<T>(statement).execute(db)).rows

/** Tables that hold data of ours: not those of the migrator, and not those that triggers fill. */
const isOurs = ({ table }: { readonly table: string }): boolean => !/^(mikro_orm|sqlite_|user_search)/.test(table)
const columnsOf = async ({ db }: Made): Promise<readonly Column[]> =>
  (
    await read<Column>(
      db,
      testKind === 'sqlite'
        ? `select m.name as "table", p.name, lower(p.type) as type from sqlite_master m, pragma_table_info(m.name) p where m.type = 'table' order by m.name, p.cid`
        : `select table_name as "table", column_name as name, data_type as type from information_schema.columns
           where table_schema = 'public' and is_generated = 'NEVER' order by table_name, ordinal_position`,
    )
  ).filter(isOurs)
const referencesOf = ({ db }: Made): Promise<readonly Reference[]> =>
  read<Reference>(
    db,
    testKind === 'sqlite'
      ? `select m.name as "table", f."from" as name, f."table" as "to", coalesce(f."to", 'id') as "key" from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table'`
      : `select c.conrelid::regclass::text as "table", a.attname as name, c.confrelid::regclass::text as "to", b.attname as "key"
         from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
         join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1] where c.contype = 'f'`,
  )

/** Tables, those that others refer to first. */
const inOrder = (columns: readonly Column[], references: readonly Reference[]): readonly string[] => {
  const done: string[] = []
  const add = (table: string): void => {
    if (done.includes(table)) return
    for (const { table: from, to } of references) if (from === table && to !== table) add(to)
    done.push(table)
  }
  for (const { table } of columns) add(table)
  return done
}

const valueFor = ({ table, name, type }: Column, row: number): unknown => {
  if (/json/.test(type)) return JSON.stringify({ of: table, row })
  if (/bool/.test(type)) return testKind === 'sqlite' ? 1 : true
  if (/blob|bytea/.test(type)) return Buffer.from(`${table} ${row}`)
  if (/int|real|numeric|double/.test(type)) return row
  return `${table}.${name} ${row}`
}

/** Puts two rows into every table, with a value in every column. */
const fill = async (made: Made): Promise<void> => {
  const [columns, references] = await Promise.all([columnsOf(made), referencesOf(made)])
  const written = new Map<string, readonly Row[]>()
  for (const table of inOrder(columns, references)) {
    const own = columns.filter((column) => column.table === table)
    const rows = [1, 2].map((row) =>
      Object.fromEntries(
        own.map((column) => {
          const reference = references.find((one) => one.table === table && one.name === column.name && one.to !== table)
          return [column.name, reference ? written.get(reference.to)?.[row - 1]?.[reference.key] : valueFor(column, row)]
        }),
      ),
    )
    written.set(table, rows)
    await made.db.insertInto(table).values(rows).execute()
  }
}

const textOf = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('hex') : String(value))
/** Every row as text, by table; only these columns. */
const contentOf = async ({ db }: Made, columns: readonly Column[]): Promise<Readonly<Record<string, readonly string[]>>> => {
  const tables = [...new Set(columns.map(({ table }) => table))]
  const contents = await Promise.all(
    tables.map(async (table) => {
      const names = columns.filter((column) => column.table === table).map(({ name }) => name)
      const rows = await db.selectFrom(table).select(names).execute()
      return [table, rows.map((row) => names.map((name) => `${name}=${textOf(row[name])}`).join(' ')).toSorted()] as const
    }),
  )
  return Object.fromEntries(contents)
}

const schemaIsToday = async ({ connections, openOrm }: Made & { readonly connections: Connections }): Promise<void> => {
  const orm = await openOrm(connections.ormDialect, {})
  assert.equal((await orm.schema.getUpdateSchemaSQL()).trim(), '')
}

describe(`migrations on ${testKind}`, () => {
  for (const [at, { name }] of all.entries()) {
    const count = at + 1
    test(`from ${name} to today in one step, with data in every table: nothing is lost`, async () => {
      const made = await databaseOf(count)
      try {
        await fill(made)
        const columns = await columnsOf(made)
        const before = await contentOf(made, columns)
        assert.ok(Object.values(before).every((rows) => rows.length === 2))
        assert.equal((await made.upTo(all.length)).length, all.length - count)
        assert.deepEqual(await contentOf(made, columns), before)
        await schemaIsToday(made)
      } finally {
        await made.close()
      }
    })
  }

  test('one by one they make what they make in one step', async () => {
    const made = await databaseOf(1)
    try {
      await fill(made)
      for (let count = 2; count <= all.length; count++) assert.equal((await made.upTo(count)).length, 1)
      await schemaIsToday(made)
    } finally {
      await made.close()
    }
  })
})

test('migrations of PostgreSQL only add, so that servers of the version before go on while one is updated', async () => {
  const [, ...later] = migrationsFor('postgresql')
  for (const { name } of later) {
    const text = await readFile(join(import.meta.dirname, `migrations/postgresql/${name}.ts`), 'utf8')
    const up = text.slice(text.indexOf(' up()'), text.indexOf(' down()'))
    assert.ok(up.includes('addSql'), name)
    const breaking =
      /\b(drop (table|column|constraint)|rename|set not null|alter column|truncate|add "\w+" (?:(?!default)[^,;])*not null(?![^,;]*default))\b/i
    assert.equal(breaking.exec(up)?.[0], undefined, `${name}: a server of the version before would fail; do it in two versions`)
  }
})
