import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import * as client from 'openid-client'
import { relyingParty } from './configuration.ts'
import { problemPage, type SignedIn, signedInPage, welcomePage } from './pages.ts'

/** What the application remembers of one browser. */
type Visitor = {
  pending?: { readonly verifier: string; readonly state: string; readonly nonce: string }
  signedIn?: SignedIn
}
type Request = { readonly url: URL; readonly method: string; readonly visitor: Visitor }
type Answer = { readonly status?: number; readonly to?: URL | string; readonly page?: string }

const style = readFileSync(new URL('style.css', import.meta.url))
const cookieName = 'demo-visitor'
const scope = 'openid profile email groups offline_access'

/** An application that signs people in at `issuer`, served at `url`: the authorization code flow with PKCE, state and nonce. */
export async function startRelyingParty({ issuer, port, url }: { readonly issuer: URL; readonly port: number; readonly url: string }) {
  const { slug, clientSecret } = relyingParty
  // The demo speaks http with this machine; elsewhere nothing but https will do.
  const config = await client.discovery(issuer, slug, clientSecret, undefined, { execute: [client.allowInsecureRequests] })
  const visitors = new Map<string, Visitor>()

  const signIn = async (visitor: Visitor, prompt: string | null): Promise<Answer> => {
    const verifier = client.randomPKCECodeVerifier()
    visitor.pending = { verifier, state: client.randomState(), nonce: client.randomNonce() }
    const to = client.buildAuthorizationUrl(config, {
      redirect_uri: `${url}/callback`,
      scope,
      state: visitor.pending.state,
      nonce: visitor.pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(prompt !== null && { prompt }),
    })
    return { to }
  }

  const remember = async (tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers, before?: SignedIn) => {
    const claims = tokens.claims()
    const sub = claims?.sub ?? before?.subject ?? ''
    return {
      subject: sub,
      idToken: tokens.id_token ?? before?.idToken ?? '',
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? before?.refreshToken,
      refreshed: before === undefined ? 0 : before.refreshed + 1,
      userinfo: await client.fetchUserInfo(config, tokens.access_token, sub),
    }
  }

  const callback = async ({ url: address, visitor }: Request): Promise<Answer> => {
    const { pending } = visitor
    if (!pending) return { status: 400, page: problemPage('Nobody asked for this answer here. Start again from the first page.') }
    delete visitor.pending
    const expected = {
      pkceCodeVerifier: pending.verifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    }
    visitor.signedIn = await remember(await client.authorizationCodeGrant(config, address, expected))
    return { to: '/' }
  }

  const refresh = async ({ visitor }: Request): Promise<Answer> => {
    const before = visitor.signedIn
    if (!before?.refreshToken) return { to: '/' }
    visitor.signedIn = await remember(await client.refreshTokenGrant(config, before.refreshToken), before)
    return { to: '/' }
  }

  const signOut = async ({ visitor }: Request): Promise<Answer> => {
    const before = visitor.signedIn
    delete visitor.signedIn
    if (!before) return { to: '/' }
    return { to: client.buildEndSessionUrl(config, { id_token_hint: before.idToken, post_logout_redirect_uri: `${url}/` }) }
  }

  const routes: Readonly<Record<string, (request: Request) => Promise<Answer>>> = {
    'GET /': async ({ visitor }) => ({ page: visitor.signedIn ? signedInPage(visitor.signedIn) : welcomePage(issuer) }),
    'GET /sign-in': ({ url: address, visitor }) => signIn(visitor, address.searchParams.get('prompt')),
    'GET /callback': callback,
    'POST /refresh': refresh,
    'POST /sign-out': signOut,
    'POST /forget': async ({ visitor }) => {
      delete visitor.signedIn
      return { to: '/' }
    },
  }

  const answer = async (request: Request): Promise<Answer> => {
    const route = routes[`${request.method} ${request.url.pathname}`]
    if (!route) return { status: 404, page: problemPage('There is no such page.') }
    try {
      return await route(request)
    } catch (error) {
      return { status: 502, page: problemPage(explain(error)) }
    }
  }

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = new URL(message.url ?? '/', url)
    if (address.pathname === '/style.css') return void response.writeHead(200, { 'content-type': 'text/css' }).end(style)
    const known = new RegExp(`${cookieName}=([\\w-]+)`).exec(message.headers.cookie ?? '')?.[1]
    const id = known !== undefined && visitors.has(known) ? known : randomUUID()
    const visitor = visitors.get(id) ?? {}
    visitors.set(id, visitor)
    const { status, to, page } = await answer({ url: address, method: message.method ?? 'GET', visitor })
    response.setHeader('set-cookie', `${cookieName}=${id}; HttpOnly; SameSite=Lax; Path=/`)
    response.setHeader('cache-control', 'no-store')
    if (to !== undefined) response.writeHead(303, { location: String(to) }).end()
    else response.writeHead(status ?? 200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  }

  const server = createServer((message, response) => void serve(message, response))
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What the provider said, if it said something, as a sentence. */
function explain(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return `Sluice answered: ${error.error}${error.error_description === undefined ? '' : ` (${error.error_description})`}.`
  return error instanceof Error ? `${error.message}.` : 'Something went wrong.'
}
