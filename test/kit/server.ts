import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ownDatabase } from './database.ts'

const boot = fileURLToPath(new URL('../../core/boot/boot.mjs', import.meta.url))
/** Milliseconds. A start takes about one second; machines that run other tests too take longer. */
const startLimit = 60_000

type Environment = Readonly<Record<string, string>>
export type ServerWish = {
  /** A configuration document, as an object or as YAML. */
  readonly apply?: object | string
  /** Nothing is there yet, not even the data directory: the server makes the schema. Else it finds one, which saves a sixth of its start. */
  readonly fresh?: true
  /** Beside `SLUICE_LISTEN_HTTP`, `SLUICE_DATA_DIR` and `SLUICE_APPLY`. */
  readonly env?: Environment
}

/** How a command ended, with all it wrote. */
export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A command that runs; `ended` resolves in any case. */
export type Command = { readonly child: ChildProcess; readonly ended: Promise<Ended>; out(): string; err(): string }

export type TestServer = {
  /** The origin, e.g. `http://localhost:41234`. */
  readonly url: string
  /** The one-time link for the first administrator that this start printed. */
  readonly setupLink: string | undefined
  readonly dataDir: string
  /** What protects what it stores, in its options or made by itself. */
  secretKey(): string
  /** The address of its database, for who looks into it. */
  readonly databaseUrl: string
  readonly pid: number
  /** Everything that the server wrote since `startServer`, on either stream. */
  logs(): string
  /** Asks the server to end and waits until it did. Its data stay until this process ends. */
  stop(signal?: NodeJS.Signals): Promise<Ended>
  /** Ends the server and starts it again on the same port and data, with what is given in place of what was. */
  restart(wish?: ServerWish): Promise<void>
  /** Runs `sluice <args>` beside the server, on its data directory and with its options. */
  sluice(args: readonly string[], input?: string): Promise<Ended>
}

const children = new Set<ChildProcess>()
const directories = new Set<string>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

/** An empty directory that is removed when this process ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  directories.add(directory)
  return directory
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || !address) throw new Error('a TCP server has an address')
  return address.port
}

/**
 * Runs `sluice <args>` as its users do, in a process of its own, with nothing in its environment but `env`.
 * @param directory where it runs; a `sluice.yml` there is read
 */
export function command(args: readonly string[], { directory, env = {} }: { directory: string; env?: Environment }): Command {
  const child = spawn(process.execPath, [boot, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, ...env },
    stdio: 'pipe',
  })
  children.add(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => (out += String(text)))
  child.stderr.on('data', (text) => (err += String(text)))
  // Who ends before it read everything is told by its exit code.
  child.stdin.on('error', () => {})
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      children.delete(child)
      resolve({ code, signal, out, err })
    })
  })
  return { child, ended, out: () => out, err: () => err }
}

/** What the server says when it is ready. Throws, with what it said instead, when it is not. */
async function greeting({ child, ended, out, err }: Command): Promise<string> {
  const failed = (how: string) => new Error(`the server ${how}:\n${out()}${err()}`)
  const late = setTimeout(() => child.kill('SIGKILL'), startLimit)
  const greeted = new Promise<undefined>((resolve) => {
    child.stdout?.on('data', () => {
      // The greeting ends with an empty line where it has a link.
      if (/^Sluice is ready: \S+\n(?:\n[\s\S]*\n)?$/.test(out())) resolve(undefined)
    })
  })
  const end = await Promise.race([greeted, ended])
  clearTimeout(late)
  if (end) throw failed(end.signal === 'SIGKILL' ? `was not ready after ${startLimit / 1000} s` : `ended with code ${end.code}`)
  return out()
}

/** Starts a server in a process of its own, on a free port of the loopback and an empty data directory, and waits until it is ready. */
export async function startServer(wish: ServerWish = {}): Promise<TestServer> {
  const directory = temporaryDirectory()
  const dataDir = join(directory, 'data')
  const port = await freePort()
  const url = `http://localhost:${port}`
  const database = await ownDatabase(dataDir, { empty: wish.fresh === true })
  let { apply, env = {} } = wish
  let earlier = ''
  let running: Command
  let setupLink: string | undefined

  const options = (): Environment => {
    const file = join(directory, 'configuration.yaml')
    if (apply !== undefined) writeFileSync(file, typeof apply === 'string' ? apply : JSON.stringify(apply))
    return {
      SLUICE_LISTEN_HTTP: `127.0.0.1:${port}`,
      SLUICE_LISTEN_METRICS: 'off',
      SLUICE_DATA_DIR: dataDir,
      ...database.env,
      ...(apply !== undefined && { SLUICE_APPLY: file }),
      ...env,
    }
  }
  const start = async () => {
    running = command(['serve'], { directory, env: options() })
    const said = await greeting(running)
    setupLink = /http\S+link=\S+/.exec(said)?.[0]
  }
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    running.child.kill(signal)
    const ended = await running.ended
    earlier += ended.out + ended.err
    return ended
  }
  await start()
  return {
    url,
    dataDir,
    databaseUrl: database.url,
    secretKey: () =>
      env['SLUICE_SECRET_KEY'] ?? database.env['SLUICE_SECRET_KEY'] ?? readFileSync(join(dataDir, 'secret.key'), 'utf8').trim(),
    get setupLink() {
      return setupLink
    },
    get pid() {
      return running.child.pid ?? 0
    },
    logs: () => (children.has(running.child) ? earlier + running.out() + running.err() : earlier),
    stop,
    async restart(changed = {}) {
      if (children.has(running.child)) await stop()
      apply = changed.apply ?? apply
      env = changed.env ?? env
      await start()
    },
    async sluice(args, input = '') {
      const called = command(args, { directory, env: options() })
      called.child.stdin?.end(input)
      return called.ended
    },
  }
}
