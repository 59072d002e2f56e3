import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, temporaryDirectory } from './server.ts'

export type TestRedis = {
  /** `redis://127.0.0.1:<port>/0` */
  readonly url: string
  /** It stops answering; its connections stay. */
  pause(): void
  resume(): void
  /** It is gone at once, with all it held. */
  kill(): Promise<void>
  /** After `kill`: on the same port, empty. */
  start(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end('PING\r\n'))
    socket
      .on('data', () => resolve(true))
      .on('error', () => resolve(false))
      .on('close', () => resolve(false))
  })

/** Starts Debian's `redis-server` on a free port of the loopback, in a directory of its own, without persistence. `args` are its options. */
export const startRedis = async (...args: readonly string[]): Promise<TestRedis> => {
  const port = await freePort()
  const directory = temporaryDirectory()
  let child: ChildProcess
  const start = async () => {
    const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, '--save', '', '--appendonly', 'no', ...args]
    child = spawn('redis-server', options, { stdio: 'ignore' })
    running.add(child)
    child.on('exit', () => running.delete(child))
    for (let tries = 0; !(await answers(port)); tries++) {
      if (tries > 200 || child.exitCode !== null) throw new Error(`redis-server does not answer at port ${port}`)
      await sleep(25)
    }
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}/0`,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    start,
  }
}
