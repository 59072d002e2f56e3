import { randomUUID } from 'node:crypto'
import type { Log } from '../api/index.ts'
import type { Signals } from '../signals/signals.ts'
import type { Ring } from './ring.ts'
import { createRotation, type Rotation } from './rotation.ts'

/**
 * Milliseconds between two looks at the table: where no signal came of what another server did by hand, a revocation above all, it counts here
 * within that time.
 */
const lookInterval = 2000
const topic = 'keys'

/**
 * Rotates the keys of this server's ring: once now, and whenever `rotateKeys` is called. Other servers are told, and what they did is read when
 * they tell of it, and every `poll` milliseconds.
 */
export const runRotation = async ({
  ring,
  log,
  signals,
  poll = lookInterval,
  ...parts
}: Omit<Parameters<typeof createRotation>[0], 'reload'> & {
  readonly ring: Pick<Ring, 'reload'>
  readonly log: Log
  readonly signals: Signals
  readonly poll?: number
}): Promise<Rotation & { stop(): void }> => {
  const from = randomUUID()
  const reload = async (): Promise<void> => {
    await ring.reload()
    signals.publish(topic, from)
  }
  const rotation = createRotation({ ...parts, reload })
  await rotation.rotateKeys(parts.clock.now().getTime())
  const look = (): void => {
    ring.reload().catch((error: unknown) => log.error({ err: error }, 'keys: the table could not be read; those known go on'))
  }
  const looking = setInterval(look, poll)
  looking.unref()
  const unsubscribe = signals.subscribe(topic, (who) => {
    if (who !== from) look()
  })
  return {
    ...rotation,
    stop() {
      clearInterval(looking)
      unsubscribe()
    },
  }
}
