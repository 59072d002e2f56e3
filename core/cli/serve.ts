import cluster from 'node:cluster'
import type { Server } from '../main.ts'
import type { Options } from '../options/options.ts'
import { dataFiles } from '../options/data-files.ts'
import { callServer } from './client.ts'
import { type Call, type Command, Failure, text } from './command.ts'
import { settle } from './settle.ts'
import { optionsOf } from './setup.ts'
import type { Terminal } from './terminal.ts'

/** The signal that asks this process to end. A second one ends it at once. */
const stopSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        resolve(signal)
        process.on(signal, () => process.exit(130))
      })
    }
  })

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
  process.on('SIGINT', () => {})
  const { openLine } = await import('../workers/worker.ts')
  const line = await openLine()
  try {
    const asked = new Promise((resolve) => void process.once('SIGTERM', resolve))
    tellStrayRejections(terminal)
    const { start } = await import('../main.ts')
    const server = await start(await optionsOf({ env, cwd }), env, line)
    settle()
    line?.ready(server)
    await Promise.race([line?.stopped, asked])
    await server.close()
    return 0
  } finally {
    line?.close()
  }
}

export const serve: Command = {
  name: 'serve',
  summary: 'Run the server',
  details: [
    'With --workers, several processes serve together on PostgreSQL: as many as there are cores is the most that is of use. One that dies is',
    'replaced. SIGTERM ends them all, after they have answered what came before; a second one ends them at once.',
  ],
  flags: { workers: { type: 'string', value: 'N', description: 'How many processes serve, instead of SLUICE_WORKERS.' } },
  async run(call) {
    if (cluster.isWorker) return serveAsWorker(call)
    const stopped = stopSignal()
    tellStrayRejections(call.terminal)
    const workers = text(call.flags['workers'])
    const env = workers === undefined ? call.env : { ...call.env, SLUICE_WORKERS: workers }
    const options = await optionsOf({ ...call, env })
    await mustBeAlone(options)
    const greet = (server: Pick<Server, 'setupPath' | 'local'>) => call.terminal.out(greeting(server, options.url?.origin ?? server.local))
    if (options.workers > 1) {
      const { serveWorkers } = await import('./serve-workers.ts')
      return serveWorkers(options, { stopped, greet })
    }
    const { start } = await import('../main.ts')
    const server = await start(options, call.env)
    settle()
    greet(server)
    await stopped
    await server.close()
    return 0
  },
}
