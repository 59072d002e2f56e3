import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { startServer } from '../kit/server.ts'
import { httpTo } from './http.ts'
import { document, logIn } from './people.ts'
import { signedIn, type RelyingParty } from './relying-party.ts'

/** A server in a process of its own, with a relying party and a browser that is signed in. */
export type Subject = RelyingParty & { readonly origin: string; readonly pid: number; stop(): Promise<void> }

/** Ours, as it is installed: on SQLite in a directory of its own. `env` is added to its environment, `more` to its configuration. */
export const startOurs = async (
  alg: string,
  env: Readonly<Record<string, string>> = {},
  more: Readonly<Record<string, object>> = {},
): Promise<Subject> => {
  const server = await startServer({ apply: document(alg, more), env })
  const http = httpTo(server.url)
  return {
    http,
    authorizePath: '/application/o/authorize/',
    tokenPath: '/application/o/token/',
    introspectionPath: '/application/o/introspect/',
    userinfoPath: '/application/o/userinfo/',
    jwksPath: '/application/o/app/jwks/',
    cookie: await logIn(http, 0),
    origin: server.url,
    pid: server.pid,
    async stop() {
      await http.close()
      await server.stop()
    },
  }
}

/** A script of this folder as a process, on one core if one is named; resolves with the first line that it prints. */
export const startScript = async (name: string, args: readonly string[], core?: string) => {
  const script = [process.execPath, `${import.meta.dirname}/${name}`, ...args]
  const [command = '', ...rest] = core === undefined ? script : ['taskset', '--cpu-list', core, ...script]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  const line = once(createInterface(child.stdout), 'line')
  const [first] = await Promise.race([line, ended.then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`)))])
  return {
    line: String(first),
    pid: child.pid ?? 0,
    async stop() {
      child.kill()
      await ended
    },
  }
}

/** `oidc-provider` on its adapter in memory. */
export const startTheirs = async (alg: string): Promise<Subject> => {
  const { line: origin, pid, stop } = await startScript('oidc-provider.ts', [alg])
  const http = httpTo(origin)
  const party = {
    http,
    authorizePath: '/auth',
    tokenPath: '/token',
    introspectionPath: '/token/introspection',
    userinfoPath: '/me',
    jwksPath: '/jwks',
  }
  const { cookie } = await signedIn(party, origin, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', {})
  return {
    ...party,
    cookie,
    origin,
    pid,
    async stop() {
      await http.close()
      await stop()
    },
  }
}
