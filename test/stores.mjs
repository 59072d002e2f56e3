// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { reaches } from './reached.mjs'

/** Of tests and what they use, the only file that looks at what the environment tells about stores, with `test/kit/database.ts`, which imports it. */
const told = 'core/data/fixture.ts'

/**
 * Journeys and attacks whose subject is kept in the database alone: of Redis they would use only what every sign-in uses, which all the others do too.
 * What is kept in Redis: runs, codes, links, tokens that are over, counts of attempts, and signals, whose every way is in the contracts of
 * `test/contract/{store,signals,pushed}.services.test.ts`. A new file is run on Redis until it is named here.
 */
const ofDatabase = new Set(
  [
    // Configuration and its commands: revisions, objects, flows as they are read, the secret key, plugins. Signals of it: `replicas.services.test.ts`.
    'journeys/configuration',
    'journeys/configuration-api',
    'journeys/plugin-new',
    'journeys/policies-api',
    'journeys/strangers',
    'journeys/upgrade',
    'hostile/secret-key',
    // Lists and records of the API, and who may have them.
    'journeys/access',
    'journeys/audit-log',
    'journeys/claims',
    'journeys/console-api',
    'journeys/directory-api',
    'journeys/events-api',
    'journeys/jobs-api',
    'journeys/lists-api',
    'journeys/system-api',
    'hostile/api-secrets',
    'hostile/permissions',
    // Pages, files, logs and traces; plugins that hang or throw.
    'journeys/interfaces',
    'journeys/traces',
    'hostile/headers',
    'hostile/metrics',
    'hostile/plugins',
    'hostile/uploads',
    // It breaks the table in which the database keeps what Redis keeps here.
    'journeys/errors',
  ].map((name) => `test/${name}.test.ts`),
)

/**
 * What is run a second time on other stores than SQLite: files of a kind, with what the environment tells them. Left out are files that are about
 * SQLite itself, `*.sqlite.test.ts`, and those that do not reach the one that looks at the environment: they would do the very same again.
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
    is: (path) => /^test\/(journeys|hostile)\//.test(path) && !ofDatabase.has(path),
  },
]

/**
 * Whether a file is run again on other stores.
 *
 * @param {string} root
 * @param {Stores} stores
 * @param {string} path
 */
export const isRunOn = (root, stores, path) => stores.is(path) && !path.endsWith('.sqlite.test.ts') && reaches(root, path, told)

/** Debian packages of those stores. */
export const storePackages = ['postgresql-15', 'redis-server']

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
