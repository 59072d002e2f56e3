import { request } from 'node:http'
import type { ControlCommands } from './control.ts'
import { Failure } from './command.ts'

/** Nobody listens: no socket, or one that a process left behind. A path that is too long for a socket has none. */
const noServer = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL'])
const patience = 30_000

const post = (socketPath: string, command: string, input: object): Promise<{ status: number; text: string } | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: `/${command}`, method: 'POST', timeout: patience }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('the running server does not answer')))
    sent.on('error', (error: NodeJS.ErrnoException) => (noServer.has(error.code ?? '') ? resolve(undefined) : reject(error)))
    sent.end(JSON.stringify(input))
  })

/**
 * Gives a command to the running server.
 * @returns its result, or nothing if no server is running
 * @throws Failure if the server refuses it
 */
export const callServer = async <C extends keyof ControlCommands>(
  socketPath: string,
  command: C,
  input: ControlCommands[C]['input'],
): Promise<ControlCommands[C]['result'] | undefined> => {
  let answer: Awaited<ReturnType<typeof post>>
  try {
    answer = await post(socketPath, command, input)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Failure(
      code === 'EACCES' || code === 'EPERM'
        ? `${socketPath} belongs to another user; run this as the user that the server runs as`
        : `the running server could not be asked: ${message}`,
    )
  }
  if (!answer) return undefined
  const body = JSON.parse(answer.text) as { readonly message?: string }
  if (answer.status !== 200) throw new Failure(body.message ?? `the running server answered ${answer.status}`)
  return body as ControlCommands[C]['result']
}
