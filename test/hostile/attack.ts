import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Client, type Credentials, type Page, signIn } from '../kit/client.ts'
import { configuration, wiki } from '../kit/configuration.ts'
import type { TestServer } from '../kit/server.ts'

type Parameters = Readonly<Record<string, string | undefined>>

/** A client whose redirect URI is on a host of its own, as attackers like it. */
export const shop = {
  clientId: 'shop',
  clientSecret: 'shop-secret-of-thirty-two-characters',
  redirectUri: 'https://app.example/cb',
} as const
export const native = { clientId: 'native', redirectUri: wiki.redirectUri } as const

/** The sample configuration and the shop. */
export const attacked = (more: Readonly<Record<string, object>> = {}) =>
  configuration({
    ...more,
    providers: {
      shop: {
        type: 'oidc',
        with: {
          clientSecret: shop.clientSecret,
          redirectUris: [shop.redirectUri],
          postLogoutRedirectUris: ['https://app.example/bye'],
        },
      },
      ...more['providers'],
    },
    applications: { shop: { name: 'Shop', provider: 'shop' }, ...more['applications'] },
  })

const given = (parameters: Parameters) =>
  new URLSearchParams(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** The address of an authorization request of the wiki, with changes; `undefined` leaves a parameter out. */
export const authorizeAddress = (changes: Parameters = {}): string =>
  `/application/o/authorize/?${given({
    client_id: wiki.clientId,
    redirect_uri: wiki.redirectUri,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    state: 'the-state',
    ...changes,
  })}`

/** What an authorization response says at the redirect URI. */
export function answerOf(page: Page): Readonly<Record<string, string>> {
  assert.ok(page.to, `no answer to an application at ${page.url.href} (${page.status}): ${page.text}`)
  return Object.fromEntries(page.to.searchParams)
}

/** Signs in where the client is not, and gives the code that the application gets. */
export async function codeFor(client: Client, person: Credentials, changes: Parameters = {}): Promise<string> {
  const { code } = answerOf(await signIn(client, person, authorizeAddress(changes)))
  assert.ok(code, 'the answer has no code')
  return code
}

export type TokenAnswer = { readonly status: number; readonly headers: Headers; readonly body: Readonly<Record<string, any>> }

/** A request at the token endpoint by no browser; the wiki authenticates in the body unless told otherwise. */
export async function token(
  server: Pick<TestServer, 'url'>,
  parameters: Parameters,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  const body = given({ client_id: wiki.clientId, client_secret: wiki.clientSecret, ...parameters })
  const response = await fetch(`${server.url}/application/o/token/`, { method: 'POST', headers, body })
  return { status: response.status, headers: response.headers, body: (await response.json()) as TokenAnswer['body'] }
}

export const redeem = (server: Pick<TestServer, 'url'>, code: string, changes: Parameters = {}): Promise<TokenAnswer> =>
  token(server, { grant_type: 'authorization_code', code, redirect_uri: wiki.redirectUri, ...changes })

export const refresh = (server: Pick<TestServer, 'url'>, refreshToken: string, changes: Parameters = {}): Promise<TokenAnswer> =>
  token(server, { grant_type: 'refresh_token', refresh_token: refreshToken, ...changes })

/** The status of userinfo with this access token: 200 while its grant is alive. */
export const userinfo = async (server: Pick<TestServer, 'url'>, accessToken: string): Promise<number> => {
  const response = await fetch(`${server.url}/application/o/userinfo/`, { headers: { authorization: `Bearer ${accessToken}` } })
  await response.arrayBuffer()
  return response.status
}

/** Tokens of a new sign-in at a new browser. */
export async function tokensFor(server: TestServer, person: Credentials, changes: Parameters = {}): Promise<TokenAnswer['body']> {
  const code = await codeFor(new Client(server.url), person, changes)
  const { status, body } = await redeem(server, code, { redirect_uri: changes['redirect_uri'] ?? wiki.redirectUri })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

export function assertRefused(answer: TokenAnswer, error: string): void {
  assert.equal(answer.body['error'], error, JSON.stringify(answer.body))
  assert.ok(answer.status === 400 || answer.status === 401, `status ${answer.status}`)
  assert.ok(!('access_token' in answer.body))
}

/** A refusal on a page of ours: the browser is led nowhere. */
export function assertOwnPage(page: Page): void {
  assert.equal(page.status, 400, page.url.href)
  assert.equal(page.to, undefined, `led to ${page.to?.href}`)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.equal(page.headers.get('set-cookie'), null)
}

/** A PKCE verifier and its S256 challenge (RFC 7636 §4). */
export const proofKey = () => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}
