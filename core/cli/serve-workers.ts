import { rmSync } from 'node:fs'
import { textOf } from '../metrics/exposition.ts'
import { listenForMetrics } from '../metrics/listener.ts'
import { openLog } from '../observe/log.ts'
import { dataFiles } from '../options/data-files.ts'
import type { Options } from '../options/options.ts'
import { metricsOfWorkers } from '../workers/metrics.ts'
import { type Ready, startWorkers, WorkerFailed, type Workers } from '../workers/supervise.ts'
import { Failure } from './command.ts'
import { takeData } from './data-lock.ts'

/**
 * Runs the server as several processes until it is to end; this one has the data directory and the listener of metrics, and serves nothing.
 * @param options with more than one worker
 * @param stopped resolves when all are to drain and end
 * @returns the exit code
 */
export const serveWorkers = async (
  options: Options,
  { stopped, greet }: { readonly stopped: Promise<void>; readonly greet: (ready: Ready) => void },
): Promise<number> => {
  const log = openLog(options.logLevel)
  const lock = takeData(options.dataDir)
  // What a process left behind that is gone: the lock says so. The workers share a new one.
  rmSync(dataFiles(options.dataDir).socket, { force: true })
  const started: { workers?: Workers } = {}
  const metrics = metricsOfWorkers(() => started.workers?.running ?? new Map())
  let listening: Awaited<ReturnType<typeof listenForMetrics>>
  try {
    // First, so that no worker is in the midst of its start where the port is taken.
    if (options.listenMetrics) listening = await listenForMetrics(options.listenMetrics, async () => textOf(await metrics.read()), log)
  } catch (error) {
    lock.release()
    throw error
  }
  const workers = startWorkers(options.workers, log, {
    message: (number, message) => message.say === 'metrics' && metrics.heard(number, message),
    gone: (number) => metrics.gone(number),
  })
  started.workers = workers
  const { kill } = workers
  process.on('exit', kill)
  try {
    const ready = await Promise.race([workers.ready, stopped.then(() => undefined)])
    if (ready) greet(ready)
    await stopped
    return (await workers.stop()) ? 0 : 1
  } catch (error) {
    // Why is told: by the worker itself.
    if (error instanceof WorkerFailed && !error.cause) return error.exitCode
    kill()
    throw error instanceof WorkerFailed ? new Failure(error.message) : error
  } finally {
    await listening?.close()
    lock.release()
  }
}
