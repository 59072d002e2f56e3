import { createHash } from 'node:crypto'
import type { Page } from '../../kit/client.ts'
import { clients, type Parameters, type Party } from './party.ts'

export const verifier = 'a-verifier-of-at-least-forty-three-characters-in-all'
export const challenge = createHash('sha256').update(verifier).digest('base64url')
const { app } = clients

const encode = (parameters: Parameters): string =>
  new URLSearchParams(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString()

const request = {
  client_id: app.id,
  redirect_uri: app.redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 'the state',
  nonce: 'the nonce',
}

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
export const asApp = { authorization: basic(app.id, app.secret) }
export const asOther = { authorization: basic(clients.other.id, clients.other.secret) }
export const asAppWith = (secret: string) => ({ authorization: basic(app.id, secret) })

const registered: readonly string[] = Object.values(clients).map(({ redirectUri }) => redirectUri)

/** The answer that a page or redirect brings to the application, if it does. */
const answerIn = ({ to, forms }: Page): { readonly mode: string; readonly answer: URLSearchParams; readonly at: string } | undefined => {
  const form = forms.find(({ action }) => URL.canParse(action))
  if (form) return { mode: 'form_post', answer: new URLSearchParams(form.fields), at: form.action }
  if (!to) return undefined
  const at = `${to.origin}${to.pathname}`
  return to.hash === ''
    ? { mode: 'query', answer: to.searchParams, at }
    : { mode: 'fragment', answer: new URLSearchParams(to.hash.slice(1)), at }
}

/**
 * The outcome of an authorization request, in one line: `code in <mode>`, `<error> in <mode>`, or `page <status>` where the application is
 * told nothing. `changed` replaces parameters of a good request of `app`, `undefined` leaves one out; `more` comes after them.
 */
export const authorizing =
  (changed: Parameters = {}, { as, more = '' }: { readonly as?: 'ada' | 'nobody'; readonly more?: string } = {}) =>
  async (party: Party): Promise<string> => {
    const asked: Parameters = { ...request, ...changed }
    const page = await party.authorize(`${encode(asked)}${more}`, as)
    const found = answerIn(page)
    if (!found) return `page ${page.status}`
    const { mode, answer, at } = found
    if (at !== asked.redirect_uri && !registered.includes(at)) return `sent to ${at}`
    for (const [name, value] of [
      ['state', asked.state],
      ['iss', party.issuerOf(asked.client_id ?? '')],
    ] as const)
      if ((answer.get(name) ?? undefined) !== value) return `${name} is ${answer.get(name)}`
    return `${answer.get('error') ?? (answer.has('code') ? 'code' : 'nothing')} in ${mode}`
  }

/** A code of `app`, or of what `changed` makes of the request. */
export const codeFrom = async (party: Party, changed: Parameters = {}): Promise<string> => {
  const page = await party.authorize(encode({ ...request, ...changed }))
  const code = page.to?.searchParams.get('code')
  if (!code) throw new Error(`${party.issuerOf(app.id)} gave no code: ${page.status} ${page.to?.href ?? page.text}`)
  return code
}

type Headers = Readonly<Record<string, string>>

export const post = (party: Party, parameters: Parameters, headers: Headers = asApp): Promise<Page> =>
  party.ask('token_endpoint', { body: encode(parameters), headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })

/** `<status> <names of what was given>`, or `<status> <error>`. */
export const told = ({ status, body, headers }: Page): string => {
  const answer: { error?: string } = headers.get('content-type')?.startsWith('application/json') ? JSON.parse(body) : {}
  return `${status} ${answer.error ?? Object.keys(answer).toSorted().join(' ')}`.trim()
}

/** Redeems a new code at the token endpoint. `asked` changes the authorization request, `sent` the token request. */
export const redeeming =
  (sent: Parameters = {}, { asked = {}, headers = asApp }: { readonly asked?: Parameters; readonly headers?: Headers } = {}) =>
  async (party: Party): Promise<string> => {
    const code = await codeFrom(party, asked)
    return told(await post(party, { grant_type: 'authorization_code', redirect_uri: app.redirectUri, code, ...sent }, headers))
  }

/** All of a token response of `app`, with a refresh token. */
export const tokens = async (party: Party): Promise<Readonly<Record<string, string>>> => {
  const code = await codeFrom(party, { scope: 'openid email profile groups offline_access', prompt: 'consent' })
  return (await post(party, { grant_type: 'authorization_code', redirect_uri: app.redirectUri, code })).json()
}

/** Refreshes with a new refresh token of `app`, or with what `sent` says. */
export const refreshing =
  (sent: Parameters = {}, headers: Headers = asApp) =>
  async (party: Party): Promise<string> => {
    const { refresh_token } = await tokens(party)
    return told(await post(party, { grant_type: 'refresh_token', refresh_token, ...sent }, headers))
  }
