import type { Server } from '../main.ts'
import type { Options } from '../options/options.ts'
import { dataFiles } from '../options/data-files.ts'
import { callServer } from './client.ts'
import { type Command, Failure } from './command.ts'
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

const greeting = ({ setupPath }: Server, origin: string): string =>
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

export const serve: Command = {
  name: 'serve',
  summary: 'Run the server',
  flags: {},
  async run(call) {
    const stopped = stopSignal()
    tellStrayRejections(call.terminal)
    const options = await optionsOf(call)
    await mustBeAlone(options)
    const { start } = await import('../main.ts')
    const server = await start(options, call.env)
    settle()
    call.terminal.out(greeting(server, options.url?.origin ?? server.local))
    await stopped
    await server.close()
    return 0
  },
}
