// @ts-check
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const installed = '/usr/lib/postgresql'

/** Where Debian keeps the programs of the newest version that is installed. */
const programs = () => {
  const versions = existsSync(installed) ? readdirSync(installed).filter((name) => /^\d+$/.test(name)) : []
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) throw new Error(`There is no PostgreSQL in ${installed}: apt-get install postgresql`)
  return join(installed, newest, 'bin')
}

/** @returns {Promise<number>} a port of 127.0.0.1 that nothing listens on */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('a server has a port'))))
    })
  })

/** PostgreSQL refuses to run as root. */
const postgres = () => {
  if (process.getuid?.() !== 0) return {}
  const [, , uid, gid] = (spawnSync('getent', ['passwd', 'postgres'], { encoding: 'utf8' }).stdout ?? '').split(':')
  if (!uid || !gid) throw new Error('There is no user postgres, whom the package postgresql makes')
  return { uid: Number(uid), gid: Number(gid) }
}

/**
 * A PostgreSQL server of its own, on a free port of the loopback, in a directory that is removed when it stops. By default it forgets what it has
 * when the machine loses its power, which makes tests faster.
 *
 * @param {{ durable?: boolean, settings?: Readonly<Record<string, string>> }} [wish]
 * @returns {Promise<{ url: string, port: number, pid(): number | undefined, signal(name: NodeJS.Signals): void, start(): Promise<void>, stop(name?: NodeJS.Signals): Promise<void>, remove(): Promise<void> }>}
 *   `url` is that of the database `postgres`, as a user who may do everything
 */
export async function startPostgresql({ durable = false, settings = {} } = {}) {
  const bin = programs()
  const user = postgres()
  const directory = mkdtempSync(join(tmpdir(), 'sluice-postgresql-'))
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid)
  const data = join(directory, 'data')
  const made = spawnSync(
    join(bin, 'initdb'),
    ['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync'],
    { ...user, encoding: 'utf8', cwd: directory, env: { PATH: process.env['PATH'] ?? '' } },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const forgetful = durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: directory,
    max_connections: '300',
    ...forgetful,
    ...settings,
  }
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child
  const kill = () => child?.kill('SIGQUIT')
  process.on('exit', () => {
    kill()
    rmSync(directory, { recursive: true, force: true })
  })

  const start = async () => {
    const running = spawn(
      join(bin, 'postgres'),
      ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...user,
        cwd: directory,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    child = running
    let said = ''
    running.stderr.on('data', (text) => (said = `${said}${text}`.slice(-4000)))
    for (let tries = 0; tries < 300; tries++) {
      if (running.exitCode !== null) throw new Error(`PostgreSQL ended: ${said}`)
      const ready = spawnSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0
      if (ready) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`PostgreSQL was not ready after 15 s: ${said}`)
  }
  /** @param {NodeJS.Signals} name */
  const stop = async (name = 'SIGINT') => {
    const running = child
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    await new Promise((resolve) => {
      running.once('exit', resolve)
      running.kill(name)
    })
  }
  await start()
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    port,
    pid: () => child?.pid,
    signal: (name) => void child?.kill(name),
    start,
    stop,
    async remove() {
      await stop('SIGQUIT')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
