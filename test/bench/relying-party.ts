import { createHash, randomBytes } from 'node:crypto'
import { cookiesOf, type Answer, type Http } from './http.ts'

/** A confidential client that uses PKCE, and a browser that is signed in. */
export type RelyingParty = {
  readonly http: Http
  readonly authorizePath: string
  readonly tokenPath: string
  readonly introspectionPath: string
  readonly userinfoPath: string
  readonly jwksPath: string
  readonly cookie: string
}

export const client = { id: 'app', secret: 'secret-of-the-benchmark-that-is-long', redirectUri: 'https://app.example/cb' } as const

/** A program that gets tokens for itself, and may look into those of the client above. */
export const machine = { id: 'job', secret: client.secret, scope: 'jobs.read' } as const

const basicOf = ({ id, secret }: { readonly id: string; readonly secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
const basic = basicOf(client)
const basicOfMachine = basicOf(machine)

const failed = (what: string, { status, headers, body }: Answer): Error =>
  new Error(`${what}: ${status} ${String(headers['location'] ?? '')} ${body.slice(0, 500)}`)

const pkce = () => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

const authorizationQuery = (challenge: string, more: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({
    client_id: client.id,
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: client.redirectUri,
    state: 'state',
    nonce: 'nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  }).toString()

/** Follows an authorization request to its code, keeping cookies; gives both. Where nobody asks anything, this signs in. */
export const signedIn = async (
  { http, authorizePath }: Omit<RelyingParty, 'cookie'>,
  origin: string,
  challenge: string,
  more: Readonly<Record<string, string>>,
  cookie = '',
): Promise<{ readonly code: string; readonly cookie: string }> => {
  const jar = new Map(cookie.split('; ').map((pair) => pair.split('=', 2) as [string, string]))
  const cookies = () => [...jar].flatMap(([name, value]) => (value ? [`${name}=${value}`] : [])).join('; ')
  let path = `${authorizePath}?${authorizationQuery(challenge, more)}`
  for (let step = 0; step < 10; step += 1) {
    const answer = await http.get(path, { cookie: cookies() })
    for (const pair of cookiesOf(answer).split('; ')) jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    const location = answer.headers['location']
    if (typeof location !== 'string') throw failed('signing in', answer)
    const to = new URL(location, origin)
    const code = to.searchParams.get('code')
    if (code !== null) return { code, cookie: cookies() }
    path = `${to.pathname}${to.search}`
  }
  throw new Error('signing in does not end')
}

const redeem = async ({ http, tokenPath }: Omit<RelyingParty, 'cookie'>, code: string, verifier: string): Promise<Answer> => {
  const answer = await http.form(
    tokenPath,
    { grant_type: 'authorization_code', code, redirect_uri: client.redirectUri, code_verifier: verifier },
    basic,
  )
  if (answer.status !== 200) throw failed('redeeming a code', answer)
  return answer
}

/** Two requests: a code for the session's cookie, and tokens for the code. */
export const cycle = async (party: RelyingParty): Promise<void> => {
  const { verifier, challenge } = pkce()
  const answer = await party.http.get(`${party.authorizePath}?${authorizationQuery(challenge)}`, { cookie: party.cookie })
  const location = answer.headers['location']
  const code = typeof location === 'string' ? new URL(location).searchParams.get('code') : null
  if (code === null) throw failed('authorizing', answer)
  await redeem(party, code, verifier)
}

/** An access token of the user, of a sign-in with all scopes of user info. */
export const accessToken = async (party: RelyingParty, origin: string): Promise<string> => {
  const { verifier, challenge } = pkce()
  const { code } = await signedIn(party, origin, challenge, {}, party.cookie)
  return JSON.parse((await redeem(party, code, verifier)).body).access_token
}

/** One request: a signed token for a program itself. */
export const clientCredentials = async ({ http, tokenPath }: RelyingParty): Promise<void> => {
  const answer = await http.form(tokenPath, { grant_type: 'client_credentials', scope: machine.scope }, basicOfMachine)
  if (answer.status !== 200 || !answer.body.includes('"access_token":"eyJ')) throw failed('client credentials', answer)
}

/** One request: a resource server asks what a user's access token stands for. */
export const introspect = async ({ http, introspectionPath }: RelyingParty, token: string): Promise<void> => {
  const answer = await http.form(introspectionPath, { token }, basicOfMachine)
  if (answer.status !== 200 || JSON.parse(answer.body).active !== true) throw failed('introspecting', answer)
}

/** One request: the claims of an access token's user. */
export const userinfo = async ({ http, userinfoPath }: RelyingParty, token: string): Promise<void> => {
  const answer = await http.get(userinfoPath, { authorization: `Bearer ${token}` })
  if (answer.status !== 200 || !JSON.parse(answer.body).email) throw failed('user info', answer)
}

/** One request: the keys. */
export const jwks = async ({ http, jwksPath }: RelyingParty): Promise<void> => {
  const answer = await http.get(jwksPath)
  if (answer.status !== 200) throw failed('the keys', answer)
}

/** A new refresh token. */
export const refreshToken = async (party: RelyingParty, origin: string): Promise<string> => {
  const { verifier, challenge } = pkce()
  const wish = { scope: 'openid profile email offline_access', prompt: 'consent' }
  const { code } = await signedIn(party, origin, challenge, wish, party.cookie)
  const { refresh_token } = JSON.parse((await redeem(party, code, verifier)).body)
  if (typeof refresh_token !== 'string') throw new Error('there was no refresh token')
  return refresh_token
}

/** One request: the refresh token for the next one. */
export const refresh = async ({ http, tokenPath }: RelyingParty, token: string): Promise<string> => {
  const answer = await http.form(tokenPath, { grant_type: 'refresh_token', refresh_token: token }, basic)
  if (answer.status !== 200) throw failed('refreshing', answer)
  return JSON.parse(answer.body).refresh_token
}

/** A secret that is wrong, or of a client that nobody knows. */
export const misauthenticate = async ({ http, tokenPath }: RelyingParty, id: string): Promise<void> => {
  const authorization = `Basic ${Buffer.from(`${id}:wrong-secret-of-the-benchmark-as-long`).toString('base64')}`
  const answer = await http.form(tokenPath, { grant_type: 'refresh_token', refresh_token: 'x' }, { authorization })
  if (answer.status !== 401) throw failed('a wrong client', answer)
}
