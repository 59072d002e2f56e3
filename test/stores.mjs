// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/**
 * What is run a second time on other stores than SQLite: files of a kind, with what the environment tells them. Files that are about SQLite
 * itself, `*.sqlite.test.ts`, are left out.
 *
 * @typedef {{ name: string, variables: readonly string[], kinds: readonly string[], is: (path: string) => boolean }} Stores
 * @type {readonly Stores[]}
 */
export const otherStores = [
  {
    name: 'PostgreSQL',
    variables: ['TEST_DATABASE'],
    kinds: ['unit', 'server'],
    // guides say themselves which database their servers have
    is: (path) => /^(core|plugins|test)\//.test(path) && !/^(core\/interfaces|test\/docs)\//.test(path),
  },
  {
    name: 'PostgreSQL and Redis',
    variables: ['TEST_DATABASE', 'TEST_REDIS'],
    kinds: ['server'],
    // one breaks the table in which the database keeps what Redis keeps here
    is: (path) => /^test\/(journeys|hostile)\//.test(path) && !path.endsWith('/errors.test.ts'),
  },
]

/** Debian packages of those stores. */
export const storePackages = ['postgresql-15', 'redis-server']

/** @param {string} path */
export const isOfSqlite = (path) => path.endsWith('.sqlite.test.ts')

/**
 * Starts a PostgreSQL and a Redis of their own.
 *
 * @param {string} node
 * @param {string} root
 * @returns {Promise<{ environment: Readonly<Record<string, string>>, stop(): Promise<void> }>} where they are, by variable
 */
export async function startStores(node, root) {
  const child = spawn(node, ['test/kit/services.ts'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const said = await Promise.race([once(lines, 'line'), once(child, 'exit')])
  if (typeof said[0] !== 'string') throw new Error('PostgreSQL and Redis did not start')
  return {
    environment: JSON.parse(said[0]),
    async stop() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
