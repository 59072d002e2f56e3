// @ts-check

/**
 * A kind of test file, told by its path, and how such files are run.
 * - `one`: all files in one process, which is a tenth of the work; else a process for each
 * - `beside`: the kind that runs at the same time where both are run: what is in one process has use for one core only
 * - `timeout`: of one test, in seconds; `deadline`: of all files of the kind, in minutes
 * - `debian`: Debian packages that they need
 *
 * @typedef {{ name: string, is: (path: string) => boolean, one?: true, parallel?: number, beside?: string, timeout: number, deadline: number, debian?: readonly string[] }} Kind
 */

/**
 * The first that fits a file is its kind.
 * @type {readonly Kind[]}
 */
export const kinds = [
  { name: 'long', is: (path) => path.endsWith('.long.test.ts'), parallel: 1, timeout: 3600, deadline: 240 },
  {
    name: 'peers',
    is: (path) => path.startsWith('test/peers/'),
    parallel: 1,
    timeout: 120,
    deadline: 15,
    debian: [
      'apache2',
      'libapache2-mod-auth-openidc',
      'python3-flask',
      'python3-authlib',
      'python3-requests',
      'chromium-headless-shell',
      'haproxy',
      'nginx-light',
    ],
  },
  {
    name: 'browser',
    is: (path) => path.endsWith('.browser.test.ts'),
    parallel: 2,
    timeout: 120,
    deadline: 25,
    debian: ['chromium-headless-shell'],
  },
  {
    name: 'services',
    is: (path) => path.endsWith('.services.test.ts'),
    parallel: 1,
    timeout: 240,
    deadline: 15,
    debian: ['postgresql-15', 'redis-server', 'haproxy', 'docker-compose'],
  },
  {
    // One more than the cores of a small machine: they wait for servers a third of their time.
    name: 'server',
    is: (path) => path.endsWith('.crash.test.ts') || /^test\/(journeys|hostile|docs)\//.test(path),
    parallel: 3,
    timeout: 120,
    deadline: 20,
  },
  { name: 'isolated', is: (path) => path.endsWith('.isolated.test.ts'), parallel: 2, beside: 'unit', timeout: 60, deadline: 5 },
  { name: 'unit', is: () => true, one: true, timeout: 30, deadline: 5 },
]

/** What each command runs; `default` is `npm test`. */
export const tiers = /** @type {const} */ ({
  quick: ['unit', 'isolated'],
  default: ['unit', 'isolated', 'server'],
  all: ['unit', 'isolated', 'server', 'services', 'browser', 'peers'],
  long: ['long'],
})

/** @typedef {keyof typeof tiers} Tier */

/**
 * @param {string} path relative to the checkout, with forward slashes
 * @returns {Kind}
 */
export function kindOf(path) {
  const kind = kinds.find(({ is }) => is(path))
  if (!kind) throw new Error(`no kind of test fits ${path}`)
  return kind
}
