import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer, temporaryDirectory } from '../kit/server.ts'
import { refused } from './refused.ts'

test('a file that is no database is refused by name', async () => {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'data'))
  writeFileSync(join(directory, 'data/sluice.db'), 'not a database, but quite a long text '.repeat(100))
  const { lines } = await refused({ SLUICE_DATA_DIR: join(directory, 'data') })
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /^sluice: the database cannot be opened: .*\(SQLITE_NOTADB\)$/)
})

test('without SLUICE_APPLY a server needs nothing but its data directory', async (t) => {
  const server = await startServer({ fresh: true })
  t.after(() => server.stop())
  assert.deepEqual(
    readdirSync(server.dataDir)
      .toSorted()
      .filter((name) => !/-(shm|wal|journal)$/.test(name)),
    ['secret.key', 'sluice.db', 'sluice.lock', 'sluice.sock'],
  )
})
