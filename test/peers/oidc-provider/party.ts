import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, signIn, type Ask, type Page } from '../../kit/client.ts'
import { people } from '../../kit/configuration.ts'
import { oidcProvider } from './provider.ts'

/** What `robot` signs with. */
export const robotKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** Both providers know these. Nothing listens at the redirect URIs: nobody follows them. */
export const clients = {
  app: { id: 'app', secret: 'secret-of-app-that-is-long-enough', redirectUri: 'https://app.example/cb' },
  other: { id: 'other', secret: 'secret-of-other-that-is-long-enough', redirectUri: 'https://other.example/cb' },
  spa: { id: 'spa', redirectUri: 'https://spa.example/cb' },
  robot: { id: 'robot', redirectUri: 'https://robot.example/cb', jwk: { ...robotKey.publicKey.export({ format: 'jwk' }), kid: 'robot-1' } },
} as const

type Endpoints = Readonly<Record<'authorization_endpoint' | 'token_endpoint' | 'userinfo_endpoint', string>>
export type Parameters = Readonly<Record<string, string | undefined>>

/** One of the two providers, with a browser in which ada is signed in. */
export type Party = {
  /** The issuer of a client's answers. */
  issuerOf(client: string): string
  readonly endpoints: Endpoints
  /** Asks in ada's browser, or in one where nobody is signed in, and follows to the answer. */
  authorize(query: string, as?: 'ada' | 'nobody'): Promise<Page>
  ask(endpoint: keyof Endpoints, ask: Ask & { readonly query?: string }): Promise<Page>
}

const partyAt = async (issuerOf: Party['issuerOf'], browser: Client): Promise<Party> => {
  const { origin } = browser
  const metadata = await fetch(`${issuerOf(clients.app.id).replace(/\/$/, '')}/.well-known/openid-configuration`)
  const endpoints = (await metadata.json()) as Endpoints
  return {
    issuerOf,
    endpoints,
    authorize: (query, as = 'ada') =>
      (as === 'ada' ? browser : new Client(origin)).open(`${endpoints.authorization_endpoint}?${query}`, {
        headers: { accept: 'text/html' },
      }),
    ask: (endpoint, { query = '', ...ask }) =>
      new Client(origin, { accept: 'application/json' }).ask(`${endpoints[endpoint]}${query && `?${query}`}`, ask),
  }
}

/** Our provider: each client has an issuer of its own. `url` is a server that has ada and the three clients. */
export const ours = async (url: string): Promise<Party> => {
  const browser = new Client(url)
  await signIn(browser, people.ada)
  return partyAt((client) => `${url}/application/o/${client}/`, browser)
}

/** `oidc-provider` in this process. */
export const theirs = async (): Promise<Party & { stop(): Promise<void> }> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const claims = { name: 'Ada Lovelace', preferred_username: 'ada', email: 'ada@example.com', email_verified: false, groups: ['finance'] }
  server.on('request', oidcProvider({ issuer, clients: Object.values(clients), account: { id: 'ada', claims } }))
  return {
    ...(await partyAt(() => issuer, new Client(issuer))),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
