import { setTimeout as wait } from 'node:timers/promises'
import { startServer } from '../kit/server.ts'
import { median, timed, type Figure } from './figures.ts'
import { residentMegabytes } from './process.ts'

const starts = 5

/** From the command to the line that says it is ready, with what an installation has after its first start; and memory at rest. */
export const starting = async (): Promise<readonly Figure[]> => {
  const server = await startServer({ apply: { version: 1 } })
  const restarts: number[] = []
  try {
    for (let count = 0; count < starts; count += 1) {
      await server.stop()
      restarts.push(await timed(() => server.restart()))
    }
    await wait(10_000)
    const ready = median(restarts) / 1000
    const idle = residentMegabytes(server.pid)
    return [
      { what: 'start to ready', value: ready, unit: 's', aim: 'at most 1.0 s', met: ready <= 1 },
      { what: 'memory 10 s after ready', value: idle, unit: 'MiB', aim: 'at most 130 MiB', met: idle <= 130 },
    ]
  } finally {
    await server.stop()
  }
}
