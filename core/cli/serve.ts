import cluster from 'node:cluster'
import type { Server } from '../main.ts'
import type { Options } from '../options/options.ts'
import { dataFiles } from '../options/data-files.ts'
import { callServer } from './client.ts'
import { type Call, type Command, Failure, text } from './command.ts'
import { settle } from './settle.ts'
import { optionsOf } from './setup.ts'
import type { Terminal } from './terminal.ts'

/** Ctrl-C, the system's wish, and a terminal that is closed. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Aborted by the signal that asks this process to end. A second one, of whichever kind, ends it at once. */
const stopSignal = (): AbortSignal => {
  const stop = new AbortController()
  for (const signal of stopSignals)
    process.on(signal, () => {
      if (!stop.signal.aborted) stop.abort(new Stopped())
      // Of a terminal that is closed both the system and the shell may tell.
      else if (signal !== 'SIGHUP') process.exit(130)
    })
  return stop.signal
}

/** What a start is given up for. */
class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** What came of serving: a start that was given up has ended in order. */
const orStopped = (error: unknown): number => {
  if (error instanceof Stopped) return 0
  throw error
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))

const greeting = ({ setupPath }: Pick<Server, 'setupPath'>, origin: string): string =>
  setupPath === undefined
    ? `Sluice is ready: ${origin}`
    : `Sluice is ready: ${origin}\n\n  Make the first administrator (the link works once):\n  ${new URL(setupPath, origin).href}\n`

/** Throws, with where it is to be found, if a server has this data directory already. */
const mustBeAlone = async ({ dataDir }: Options): Promise<void> => {
  const running = await callServer(dataFiles(dataDir).socket, 'status', {})
  if (running)
    throw new Failure(
      `a server runs with this data directory already: ${running.address} (process ${running.pid}); end it, or choose another SLUICE_DATA_DIR and SLUICE_LISTEN_HTTP`,
    )
}

/** A plugin that leaves a promise to fail must not end everybody's server: it is told in the log, as a line of its own. */
const tellStrayRejections = (terminal: Terminal): void => {
  process.on('unhandledRejection', (reason) => {
    const text = reason instanceof Error ? reason.stack : String(reason)
    terminal.note(JSON.stringify({ level: 50, time: Date.now(), err: text, msg: 'a promise was left to fail, probably by a plugin' }))
  })
}

/** One of several processes. A signal of the terminal comes to all of them, and what is to be done then is its supervisor's to say. */
const serveAsWorker = async ({ env, cwd, terminal }: Call): Promise<number> => {
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  const { openLine } = await import('../workers/worker.ts')
  const line = await openLine()
  try {
    const stop = new AbortController()
    const end = () => stop.abort(new Stopped())
    process.once('SIGTERM', end)
    void line?.stopped.then(end)
    tellStrayRejections(terminal)
    const { start } = await import('../main.ts')
    const server = await start(await optionsOf({ env, cwd }), env, line, stop.signal)
    settle()
    line?.ready(server)
    await aborted(stop.signal)
    await server.close()
    return 0
  } catch (error) {
    return orStopped(error)
  } finally {
    line?.close()
  }
}

export const serve: Command = {
  name: 'serve',
  summary: 'Run the server',
  details: [
    'With --workers, several processes serve together on PostgreSQL: as many as there are cores is the most that is of use. One that dies is',
    'replaced. SIGTERM ends them all, after they have answered what came before; a second signal ends them at once.',
  ],
  flags: { workers: { type: 'string', value: 'N', description: 'How many processes serve, instead of SLUICE_WORKERS.' } },
  async run(call) {
    if (cluster.isWorker) return serveAsWorker(call)
    const stop = stopSignal()
    tellStrayRejections(call.terminal)
    const workers = text(call.flags['workers'])
    const env = workers === undefined ? call.env : { ...call.env, SLUICE_WORKERS: workers }
    const options = await optionsOf({ ...call, env })
    await mustBeAlone(options)
    const greet = (server: Pick<Server, 'setupPath' | 'local'>) => call.terminal.out(greeting(server, options.url?.origin ?? server.local))
    if (options.workers > 1) {
      const { serveWorkers } = await import('./serve-workers.ts')
      return serveWorkers(options, { stopped: aborted(stop), greet })
    }
    const { start } = await import('../main.ts')
    try {
      const server = await start(options, call.env, undefined, stop)
      settle()
      greet(server)
      await aborted(stop)
      await server.close()
      return 0
    } catch (error) {
      return orStopped(error)
    }
  },
}
