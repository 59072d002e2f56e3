import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** Milliseconds that one source may take, the thread's start included. */
const patience = 5000
/** Milliseconds after which a thread that nobody asks ends. */
const idle = 30_000

/** No error of the source's, but more than Node can bear. */
export class TooIntricate extends Error {}

type Told = { readonly message: string; readonly stack?: string; readonly code?: string }
type Answer = { readonly code: string } | { readonly error: Told; readonly isBroken: boolean }

/** The thread that takes types away. Whoever asks waits for it: checking a source is one step, and few sources have types. */
class Stripper {
  readonly #signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  readonly #channel = new MessageChannel()
  readonly #worker = new Worker(new URL('./strip-worker.ts', import.meta.url), {
    workerData: { port: this.#channel.port2, signal: this.#signal },
    transferList: [this.#channel.port2],
    env: {},
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })

  constructor() {
    this.#worker.unref()
    this.#worker.on('error', () => {})
  }

  ask(source: string): Answer | undefined {
    Atomics.store(this.#signal, 0, 0)
    this.#worker.postMessage(source)
    if (Atomics.wait(this.#signal, 0, 0, patience) === 'timed-out') return undefined
    return (receiveMessageOnPort(this.#channel.port1) as { readonly message: Answer } | undefined)?.message
  }

  end(): void {
    this.#channel.port1.close()
    void this.#worker.terminate()
  }
}

let stripper: Stripper | undefined
let timer: NodeJS.Timeout | undefined

const end = (): void => {
  stripper?.end()
  stripper = undefined
}

/**
 * The source with blanks in place of its types (`stripTypeScriptTypes` of Node). Throws Node's error where it is no TypeScript, or not erasable, and
 * one of its own for a source that Node cannot bear.
 */
export const stripTypes = (source: string): string => {
  stripper ??= new Stripper()
  const answer = stripper.ask(source)
  clearTimeout(timer)
  if (!answer || ('error' in answer && answer.isBroken)) {
    end()
    throw new TooIntricate('it is nested too deeply for its types to be taken away; write it without types')
  }
  timer = setTimeout(end, idle).unref()
  if ('code' in answer) return answer.code
  const { message, stack, code } = answer.error
  throw Object.assign(new Error(message), { stack, code })
}
