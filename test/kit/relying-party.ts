import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { Client, type Page } from './client.ts'
import { wiki } from './configuration.ts'

type Parameters = Readonly<Record<string, string>>

/** An application of `configuration()`, by the requests that it makes itself. */
export type RelyingParty = {
  readonly issuer: string
  readonly clientId: string
  readonly redirectUri: string
  /** The address that starts a sign-in; parameters are added to, or put in place of, those that every request has. */
  start(more?: Parameters): string
  /** What the application gets: the fields of the answer that a page leads to, wherever they are. */
  answerOf(page: Page): Parameters
  /** Redeems a code. */
  redeem(code: string, more?: Parameters): Promise<Page>
  token(form: Parameters): Promise<Page>
  userinfo(accessToken: string): Promise<Page>
  /** The address that ends a session. */
  end(more?: Parameters): string
}

/** The `wiki` where nothing is said. `secret: null` makes it a public client. */
export function relyingParty(
  server: string,
  { clientId = wiki.clientId as string, secret = wiki.clientSecret as string | null, redirectUri = 'http://127.0.0.1:4711/callback' } = {},
): RelyingParty {
  const issuer = `${server}/application/o/${clientId}/`
  const http = new Client(server, { accept: 'application/json' })
  const basic = secret === null ? {} : { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` }
  const token = (form: Parameters) =>
    http.ask('/application/o/token/', { body: { ...(secret === null && { client_id: clientId }), ...form }, headers: basic })
  return {
    issuer,
    clientId,
    redirectUri,
    start(more = {}) {
      const base = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: 'openid profile email', state: 's 1&' }
      return `${server}/application/o/authorize/?${new URLSearchParams({ ...base, ...more })}`
    },
    answerOf(page) {
      const posted = page.forms.find(({ action }) => action.startsWith(redirectUri))
      if (posted) return posted.fields
      if (!page.to?.href.startsWith(redirectUri)) throw new Error(`${page.url.href} (${page.status}) leads to no application: ${page.text}`)
      return Object.fromEntries(page.to.hash ? new URLSearchParams(page.to.hash.slice(1)) : page.to.searchParams)
    },
    token,
    redeem: (code, more = {}) => token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...more }),
    userinfo: (accessToken) => http.ask('/application/o/userinfo/', { headers: { authorization: `Bearer ${accessToken}` } }),
    end: (more = {}) => `${issuer}end-session/?${new URLSearchParams(more)}`,
  }
}

/** A verifier and its challenge (RFC 7636). */
export const proofKey = () => {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  return { verifier, ask: { code_challenge: challenge, code_challenge_method: 'S256' } }
}

/** The claims of a token, unverified. */
export const claimsOf = (token: string): Record<string, any> => decodeJwt(token)
