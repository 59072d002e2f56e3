import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export type Peer = { readonly url: string; logs(): string; stop(): Promise<void> }

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Seconds that a peer has to start. */
const patience = 30

/**
 * Runs somebody else's server in the foreground until it accepts connections at 127.0.0.1. Throws with what it printed where it ends before,
 * or does not listen within 30 s.
 */
export const startPeer = async (
  command: string,
  args: readonly string[],
  { port, env = {} }: { readonly port: number; readonly env?: Readonly<Record<string, string>> },
): Promise<Peer> => {
  let output = ''
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (output += data))
  const failed = once(child, 'error').then(([error]) => {
    throw error
  })
  const listening = async () => {
    for (const end = Date.now() + patience * 1000; !(await accepts(port)); await wait(50)) {
      if (ended(child)) throw new Error(`${command} ended before it listened:\n${output}`)
      if (Date.now() > end) throw new Error(`${command} does not listen at ${port} after ${patience} s:\n${output}`)
    }
  }
  const stop = async () => {
    if (ended(child)) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  }
  try {
    await Promise.race([listening(), failed])
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://127.0.0.1:${port}`, logs: () => output, stop }
}
