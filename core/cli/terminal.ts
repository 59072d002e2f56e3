import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { Failure } from './command.ts'

/** Where a command reads and writes. */
export type Terminal = {
  /** The result. */
  out(text: string): void
  /** Everything else. */
  note(text: string): void
  /** Is there a person to ask? */
  readonly interactive: boolean
  ask(question: string): Promise<string>
  /** Asks without showing what is typed. */
  askSecret(question: string): Promise<string>
  /** All of the standard input. */
  readAll(): Promise<string>
}

type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
type Output = Writable & { readonly isTTY?: boolean }
export type Streams = { readonly stdin: Input; readonly stdout: Output; readonly stderr: Output }

const interrupted = () => new Failure('cancelled', 130)

const keys = { enter: ['\r', '\n'], backspace: ['\u007F', '\b'], clear: '\u0015', interrupt: ['\u0003', '\u0004'] }

/** Reads one line key by key, showing nothing. */
const readHidden = (stdin: Input): Promise<string> =>
  new Promise((resolve, reject) => {
    let typed: string[] = []
    const finish = (end: () => void) => {
      stdin.off('data', onData).off('end', onEnd)
      stdin.setRawMode?.(false)
      stdin.pause()
      end()
    }
    const onEnd = () => finish(() => reject(interrupted()))
    const onData = (data: Buffer | string) => {
      for (const key of String(data)) {
        if (keys.enter.includes(key)) return finish(() => resolve(typed.join('')))
        if (keys.interrupt.includes(key)) return finish(() => reject(interrupted()))
        if (keys.backspace.includes(key)) typed.pop()
        else if (key === keys.clear) typed = []
        else if (key >= ' ') typed.push(key)
      }
    }
    stdin.setRawMode?.(true)
    stdin.on('data', onData).on('end', onEnd).resume()
  })

export const createTerminal = ({ stdin, stdout, stderr }: Streams): Terminal => ({
  out: (text) => void stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  note: (text) => void stderr.write(text.endsWith('\n') ? text : `${text}\n`),
  interactive: stdin.isTTY === true && stderr.isTTY === true,
  async ask(question) {
    const lines = createInterface({ input: stdin, output: stderr })
    const closed = new Promise<never>((_, reject) => void lines.once('close', () => reject(interrupted())))
    try {
      return (await Promise.race([lines.question(question), closed])).trim()
    } finally {
      closed.catch(() => {})
      lines.close()
    }
  },
  async askSecret(question) {
    stderr.write(question)
    try {
      return await readHidden(stdin)
    } finally {
      stderr.write('\n')
    }
  },
  async readAll() {
    const parts: Buffer[] = []
    for await (const part of stdin) parts.push(Buffer.from(part as Buffer))
    return Buffer.concat(parts).toString('utf8')
  },
})
