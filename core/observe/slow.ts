import type { Log } from '../api/index.ts'
import type { Spent } from './work.ts'

/** A run of a flow that has ended. `steps`: milliseconds by the step's id, `close` for what was written in the end. */
export type RunTimes = {
  readonly flow: string
  readonly run: string
  readonly ended: string
  readonly spent: Spent
  readonly steps: Readonly<Record<string, number>>
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10

/**
 * Tells where the time of a run went, if it took more of the server's than `threshold` milliseconds: one line of the log. The time in which people read and type is not
 * in it. The parts overlap: what a step waits for (hashes, statements, mail) is in the step too.
 */
export const tellIfSlow = (log: Log, threshold: number, { flow, run, ended, spent, steps }: RunTimes): void => {
  const { run: total = 0, condition = 0, database = 0, store = 0, 'hash-wait': hashWait = 0, hash = 0, mail = 0, call = 0 } = spent
  if (total <= threshold) return
  const parts = { conditions: condition, database, store, hashWait, hash, mail, calls: call }
  log.warn(
    {
      flow,
      run,
      ended,
      ms: rounded(total),
      steps: Object.fromEntries(Object.entries(steps).map(([step, ms]) => [step, rounded(ms)])),
      parts: Object.fromEntries(Object.entries(parts).map(([part, ms]) => [part, rounded(ms)])),
    },
    'flow.run: slow',
  )
}
