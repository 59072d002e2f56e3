// @ts-check
import { spawn } from 'node:child_process'

const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/** How a program ended. `late`: by its deadline. */
/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, late: boolean }} End */

/**
 * Runs a program until it ends and hands on to it the signals that this process gets.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { onOutput?: (text: string) => void, deadline?: number }} options as for `spawn`;
 *   `onOutput` gets what is piped; at the `deadline`, in milliseconds from now, the program is asked to end, and 5 s later made to
 * @returns {Promise<End>} rejects if it cannot be started
 */
export function runChild(command, args, { onOutput, deadline, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options)
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the whole process group: the child has it already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of forwarded) process.on(signal, forward)
    let late = false
    const end = () => {
      late = true
      child.kill('SIGTERM')
      timer = setTimeout(() => child.kill('SIGKILL'), 5000)
    }
    let timer = deadline === undefined ? undefined : setTimeout(end, deadline)
    const done = () => {
      clearTimeout(timer)
      for (const signal of forwarded) process.off(signal, forward)
    }
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => onOutput?.(String(data)))
    child.on('error', (error) => {
      done()
      reject(error)
    })
    child.on('close', (code, signal) => {
      done()
      resolve({ code, signal, late })
    })
  })
}

/**
 * Ends this process the way a child of it ended: with the same exit code, or by the same signal.
 *
 * @param {End} end
 */
export function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal)
  else process.exitCode = code ?? 1
}
