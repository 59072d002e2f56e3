import type { Worker } from 'node:cluster'
import { lasting, merged, type MetricValues } from '../metrics/merge.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** How long the others wait for a worker's numbers, in milliseconds; then those that it told before are taken. */
const patience = 1000

type Asked = Pick<Worker, 'isConnected'> & { send(message: ToWorker): unknown }
type Told = Extract<FromWorker, { readonly say: 'metrics' }>

/** The numbers of all workers as one: whichever is asked for metrics, all count, and those of one that is gone stay counted. */
export const metricsOfWorkers = (running: () => ReadonlyMap<number, Asked>) => {
  const known = new Map<number, readonly MetricValues[]>()
  let past: readonly MetricValues[] = []
  let question = 0
  const waiting = new Map<string, () => void>()

  const ask = (number: number, worker: Asked, asked: number): Promise<void> =>
    new Promise((resolve) => {
      const key = `${asked} ${number}`
      const done = () => {
        clearTimeout(late)
        waiting.delete(key)
        resolve()
      }
      const late = setTimeout(done, patience)
      waiting.set(key, done)
      worker.send({ order: 'tell-metrics', question: asked })
    })

  return {
    heard(number: number, { question: asked, metrics }: Told): void {
      // What it said last may come after its end, which it is counted by.
      if (running().has(number)) known.set(number, metrics)
      waiting.get(`${asked} ${number}`)?.()
    },
    gone(number: number): void {
      past = merged([past, lasting(known.get(number) ?? [])])
      known.delete(number)
    },
    async read(): Promise<readonly MetricValues[]> {
      const asked = (question += 1)
      await Promise.all([...running()].flatMap(([number, worker]) => (worker.isConnected() ? [ask(number, worker, asked)] : [])))
      return merged([past, ...known.values()])
    },
  }
}
