import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestServer } from './server.ts'

const rowsNow = (dataDir: string): string => {
  const database = new DatabaseSync(join(dataDir, 'sluice.db'), { readOnly: true })
  const tables = database.prepare("select name from sqlite_master where type = 'table' order by name").all() as { name: string }[]
  const rows = tables.map(({ name }) => [name, database.prepare(`select * from "${name}"`).all()])
  database.close()
  return JSON.stringify(rows, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value))
}

/** Every row of every table, as text, once what is written a moment after an answer is written too. */
export const everyRow = async ({ dataDir }: Pick<TestServer, 'dataDir'>): Promise<string> => {
  for (let last = rowsNow(dataDir); ;) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const now = rowsNow(dataDir)
    if (now === last) return now
    last = now
  }
}
