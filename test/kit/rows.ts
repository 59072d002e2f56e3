import { sql } from 'kysely'
import { opened, run, type Stored } from './database.ts'

const rowsNow = (server: Stored): Promise<string> =>
  opened(server, async (database) => {
    const tables = await database.sql.introspection.getTables({ withInternalKyselyTables: true })
    const rows: unknown[] = []
    for (const { name } of tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      // what the server does by itself, every second
      if (name === 'jobs') continue
      const all = (await sql`select * from ${sql.table(name)}`.execute(database.sql)).rows.map((row) => JSON.stringify(row, bytesAsHex))
      // PostgreSQL moves a row that was written anew
      rows.push([name, all.toSorted().map((row) => JSON.parse(row) as unknown)])
    }
    return JSON.stringify(rows)
  })

/** Events get their seal within a second or two. */
const isSealed = async (server: Stored): Promise<boolean> =>
  (await run(server, 'select id from events where seal is null limit 1')).rows.length === 0

const bytesAsHex = (_: string, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)

/** Every row of every table, as text, once what is written a moment after an answer is written too. `waits: false` where no server runs. */
export const everyRow = async (server: Stored, { waits = true }: { readonly waits?: boolean } = {}): Promise<string> => {
  for (let last = await rowsNow(server); ;) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    // Asked first: what is sealed after the rows were read is not in them.
    const isWhole = !waits || (await isSealed(server))
    const now = await rowsNow(server)
    if (now === last && isWhole) return now
    last = now
  }
}
