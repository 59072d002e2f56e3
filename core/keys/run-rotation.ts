import type { Log } from '../api/index.ts'
import type { Ring } from './ring.ts'
import { createRotation, type Rotation } from './rotation.ts'

/** Milliseconds between two looks at the table: what another server did by hand, a revocation above all, counts here within that time. */
const lookInterval = 2000

/** Rotates the keys of this server's ring: once now, whenever `rotateKeys` is called, and what other servers did is read every two seconds. */
export const runRotation = async ({
  ring,
  log,
  ...parts
}: Omit<Parameters<typeof createRotation>[0], 'reload'> & {
  readonly ring: Pick<Ring, 'reload'>
  readonly log: Log
}): Promise<Rotation & { stop(): void }> => {
  const rotation = createRotation({ ...parts, reload: ring.reload })
  await rotation.rotateKeys(parts.clock.now().getTime())
  const looking = setInterval(() => {
    ring.reload().catch((error: unknown) => log.error({ err: error }, 'keys: the table could not be read; those known go on'))
  }, lookInterval)
  looking.unref()
  return { ...rotation, stop: () => clearInterval(looking) }
}
