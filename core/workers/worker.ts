import cluster from 'node:cluster'
import type { MetricValues } from '../metrics/merge.ts'
import type { FromWorker, Place, ToWorker } from './messages.ts'

/** A worker's line to its supervisor. Without the supervisor a worker ends: Node sees to it. */
export type Line = {
  readonly place: Place
  /** Resolves when the supervisor wants this process to drain and end. */
  readonly stopped: Promise<void>
  ready(server: { readonly local: string; readonly setupPath: string | undefined }): void
  /** From now on, who asks the supervisor for metrics gets these too. */
  answerMetrics(read: () => Promise<readonly MetricValues[]>): void
  /** Hangs up, so that this process can end. */
  close(): void
}

/** `undefined` where this process is no worker. Else it waits until the supervisor says which one. */
export const openLine = async (): Promise<Line | undefined> => {
  const { worker } = cluster
  if (!worker) return undefined
  const say = (message: FromWorker): void => {
    if (worker.isConnected()) worker.send(message)
  }
  let read: (() => Promise<readonly MetricValues[]>) | undefined
  const begun = Promise.withResolvers<Place>()
  const stopped = Promise.withResolvers<void>()
  const tellMetrics = async (question: number): Promise<void> => say({ say: 'metrics', question, metrics: (await read?.()) ?? [] })
  worker.on('message', (message: ToWorker) => {
    if (message.order === 'begin') begun.resolve(message.place)
    if (message.order === 'stop') stopped.resolve()
    // Who does not answer is told as it was before.
    if (message.order === 'tell-metrics') tellMetrics(message.question).catch(() => {})
  })
  say({ say: 'listening' })
  return {
    place: await begun.promise,
    stopped: stopped.promise,
    ready: ({ local, setupPath }) => say({ say: 'ready', local, setupPath }),
    answerMetrics(from) {
      read = from
    },
    close: () => worker.disconnect(),
  }
}
