import type { Server } from '../main.ts'
import type { Command } from './command.ts'
import { optionsOf } from './setup.ts'

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

const greeting = ({ local, setupPath }: Server, origin: string): string =>
  setupPath === undefined
    ? `Sluice is ready: ${origin}`
    : `Sluice is ready: ${origin}\n\n  Make the first administrator (the link works once):\n  ${new URL(setupPath, origin).href}\n${origin === local ? '' : `\n  On this machine: ${new URL(setupPath, local).href}\n`}`

export const serve: Command = {
  name: 'serve',
  summary: 'Run the server',
  flags: {},
  async run(call) {
    const stopped = stopSignal()
    const options = await optionsOf(call)
    const { start } = await import('../main.ts')
    const server = await start(options, call.env)
    call.terminal.out(greeting(server, options.url?.origin ?? server.local))
    await stopped
    await server.close()
    return 0
  },
}
