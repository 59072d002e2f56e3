import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { SimulationReport, SimulationWish } from '../access/simulator.ts'
import type { Log } from '../api/index.ts'
import type {
  ApplyInput,
  ApplyResult,
  DiffInput,
  DiffResult,
  ExportInput,
  ExportResult,
  HistoryInput,
  HistoryResult,
  RollbackInput,
} from '../configuration/commands.ts'
import type { Verification } from '../events/verify.ts'
import type { Resealed } from '../configuration/reseal.ts'
import type { JobTrouble } from '../jobs/look.ts'
import type { ListedKey } from '../keys/listed-keys.ts'

export type Superuser = {
  readonly username: string
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly password: string
}
export type ServerStatus = { readonly version: string; readonly pid: number; readonly address: string }

/** What local commands give to the running server, and what they get: JSON both ways. */
export type ControlCommands = {
  readonly 'create-superuser': { readonly input: Superuser; readonly result: { readonly id: string; readonly username: string } }
  /** `user`: a user name or an e-mail address. `expiresAt` in ISO 8601. */
  readonly 'recovery-link': {
    readonly input: { readonly user: string }
    readonly result: { readonly url: string; readonly expiresAt: string }
  }
  readonly simulate: { readonly input: SimulationWish; readonly result: SimulationReport }
  /** `user`: a user name or an e-mail address. */
  readonly 'set-password': {
    readonly input: { readonly user: string; readonly password: string }
    readonly result: { readonly id: string; readonly username: string }
  }
  /** `expiresAt` in ISO 8601. The token is told this once. */
  readonly 'create-token': {
    readonly input: {
      readonly user: string
      readonly name: string
      readonly scopes?: readonly string[]
      readonly expiresAt?: string | undefined
    }
    readonly result: { readonly id: string; readonly username: string; readonly token: string; readonly expiresAt: string | null }
  }
  readonly 'test-email': { readonly input: { readonly to: string }; readonly result: { readonly to: string; readonly response: string } }
  readonly 'test-sink': {
    readonly input: { readonly slug: string }
    readonly result: { readonly delivered: boolean; readonly said: string; readonly milliseconds: number }
  }
  readonly apply: { readonly input: ApplyInput; readonly result: ApplyResult }
  readonly export: { readonly input: ExportInput; readonly result: ExportResult }
  readonly history: { readonly input: HistoryInput; readonly result: HistoryResult }
  readonly diff: { readonly input: DiffInput; readonly result: DiffResult }
  readonly rollback: { readonly input: RollbackInput; readonly result: ApplyResult }
  /** Lines about objects that are out of use. */
  readonly jobs: { readonly input: object; readonly result: { readonly troubles: readonly JobTrouble[] } }
  readonly broken: { readonly input: object; readonly result: { readonly problems: readonly string[] } }
  readonly 'verify-audit': { readonly input: object; readonly result: Verification }
  readonly 'list-keys': { readonly input: object; readonly result: { readonly keys: readonly ListedKey[] } }
  /** `algorithm`: all where none is named. `now` revokes those that there are. */
  readonly 'rotate-keys': {
    readonly input: { readonly algorithm?: string | undefined; readonly now: boolean }
    readonly result: { readonly keys: readonly ListedKey[] }
  }
  /** `dry`: only counts what the previous key sealed. */
  readonly reseal: { readonly input: { readonly dry: boolean }; readonly result: Resealed }
  readonly status: { readonly input: object; readonly result: ServerStatus }
}
export type ControlHandlers = {
  readonly [C in keyof ControlCommands]: (input: ControlCommands[C]['input']) => Promise<ControlCommands[C]['result']>
}

/** Why a command was refused: a sentence for the person who gave it. */
export class Refused extends Error {}

const maxBody = 64 * 1024
/** Several documents of 10 MB each, as JSON texts. */
const maxDocuments = 64 * 1024 * 1024
/** `sun_path` of unix(7) has 108 bytes with the one that ends it. */
const maxPath = 107

const bodyOf = async (request: IncomingMessage, limit: number): Promise<unknown> => {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > limit) throw new Refused('the request is too large')
    parts.push(part)
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'))
}

type Reply = { readonly status: number; readonly body: object }

const answer = async (handlers: ControlHandlers, request: IncomingMessage, log: Log | undefined): Promise<Reply> => {
  const command = (request.url ?? '').slice(1)
  const handler = Object.hasOwn(handlers, command) ? handlers[command as keyof ControlHandlers] : undefined
  if (request.method !== 'POST' || !handler)
    return { status: 404, body: { message: `the running server does not know the command "${command}"; restart it` } }
  try {
    return {
      status: 200,
      body: await (handler as (input: unknown) => Promise<object>)(await bodyOf(request, command === 'apply' ? maxDocuments : maxBody)),
    }
  } catch (error) {
    if (error instanceof Refused) return { status: 422, body: { message: error.message } }
    log?.error({ err: error, command }, 'a local command failed')
    return { status: 500, body: { message: 'the server could not do it; its log says why' } }
  }
}

/** Only this user may connect. The mode is set before the socket is there, not after. */
const listenPrivately = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    const before = process.umask(0o177)
    try {
      server.listen(path, () => {
        chmodSync(path, 0o600)
        resolve()
      })
    } finally {
      process.umask(before)
    }
  })

/**
 * Listens for local commands at a Unix socket of mode 0600: HTTP, `POST /<command>`, JSON both ways. Call it only while holding the lock of
 * the data directory: a socket that is there then belongs to a process that is gone, and is replaced. `isShared`: the supervisor of this
 * process did so, and others listen at it too.
 */
export const listenControl = async (
  path: string,
  handlers: ControlHandlers,
  { log, isShared = false }: { readonly log?: Log; readonly isShared?: boolean } = {},
): Promise<{ close(): Promise<void> }> => {
  if (Buffer.byteLength(path) > maxPath) {
    throw new Error(`${path} is longer than the ${maxPath} bytes that a socket's path may have; choose a shorter SLUICE_DATA_DIR`)
  }
  if (!isShared && existsSync(path)) rmSync(path)
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, body } = await answer(handlers, request, log)
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify(body))
  }
  const server = createServer((request, response) => {
    void respond(request, response)
  })
  await listenPrivately(server, path)
  return {
    close: () =>
      new Promise((resolve) => {
        // Closing removes the socket.
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
