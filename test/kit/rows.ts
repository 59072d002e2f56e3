import { sql } from 'kysely'
import { opened, type Stored } from './database.ts'

const rowsNow = (server: Stored): Promise<string> =>
  opened(server, async (database) => {
    const tables = await database.sql.introspection.getTables({ withInternalKyselyTables: true })
    const rows: unknown[] = []
    for (const { name } of tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const all = (await sql`select * from ${sql.table(name)}`.execute(database.sql)).rows.map((row) => JSON.stringify(row, bytesAsHex))
      // PostgreSQL moves a row that was written anew
      rows.push([name, all.toSorted()])
    }
    return JSON.stringify(rows)
  })

const bytesAsHex = (_: string, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)

/** Every row of every table, as text, once what is written a moment after an answer is written too. */
export const everyRow = async (server: Stored): Promise<string> => {
  for (let last = await rowsNow(server); ;) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const now = await rowsNow(server)
    if (now === last) return now
    last = now
  }
}
