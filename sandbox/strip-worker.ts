// Takes types away in a thread of its own: a source can break what Node does it with, for the whole thread and for good.
import { stripTypeScriptTypes } from 'node:module'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'

const { port, signal } = workerData as { readonly port: MessagePort; readonly signal: Int32Array }

/** A trap comes dressed as an error in the source: whether it was one shows at a source that is right. */
const works = (): boolean => {
  try {
    return stripTypeScriptTypes('let a: 1', { mode: 'strip' }).startsWith('let a')
  } catch {
    return false
  }
}

const strip = (source: string) => {
  try {
    return { code: stripTypeScriptTypes(source, { mode: 'strip' }) }
  } catch (error) {
    const { message, stack, code } = error as NodeJS.ErrnoException
    return { error: { message, stack, code }, isBroken: !works() }
  }
}

parentPort?.on('message', (source: string) => {
  port.postMessage(strip(source))
  Atomics.store(signal, 0, 1)
  Atomics.notify(signal, 0)
})
