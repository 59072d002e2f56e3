import { measure } from '../observe/work.ts'

/** Too much is waiting. Callers answer 503 with `Retry-After: retryAfter` (seconds). */
export class Busy extends Error {
  readonly retryAfter = 1
  constructor(waiting: number) {
    super(`Too many password hashes are waiting (${waiting}). Try again in a second.`)
    this.name = 'Busy'
  }
}

/** A semaphore with a bounded queue, first come, first served. */
export type Semaphore = {
  /** Runs `work` when it is its turn. Throws `Busy` where the queue is full. */
  take<T>(work: () => Promise<T>): Promise<T>
  /** How many wait, without those that run. */
  readonly waiting: number
}

export const createSemaphore = (concurrency: number, queue: number): Semaphore => {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async take(work) {
      if (running < concurrency) running++
      else {
        if (waiting.length >= queue) throw new Busy(waiting.length)
        // Whoever finishes hands its place on, so `running` stays as it is.
        await measure('hash-wait', '', () => new Promise<void>((resolve) => waiting.push(resolve)))
      }
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running--
      }
    },
    get waiting() {
      return waiting.length
    },
  }
}
