import type { Pool, Result, Run } from '../../sandbox/index.ts'

/**
 * Runs programs that are asked for in the same turn of the event loop by one message to one worker, each by itself.
 */
export const batching = (pool: Pick<Pool, 'runAll'>): ((run: Run) => Promise<Result>) => {
  let waiting: { readonly run: Run; readonly done: (result: Result) => void; readonly failed: (error: unknown) => void }[] = []
  const flush = async () => {
    const batch = waiting
    waiting = []
    try {
      const results = await pool.runAll(batch.map(({ run }) => run))
      for (const [index, { done }] of batch.entries()) done(results[index] as Result)
    } catch (error) {
      for (const { failed } of batch) failed(error)
    }
  }
  return (run) =>
    new Promise((done, failed) => {
      if (waiting.length === 0) queueMicrotask(() => void flush())
      waiting.push({ run, done, failed })
    })
}
