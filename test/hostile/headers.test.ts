import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { people, wiki } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked, authorizeAddress } from './attack.ts'

const host = 'id.example.com'
const token = 'a-token-of-the-administrator-for-this-test'
let server: TestServer
before(async () => {
  server = await startServer({ apply: attacked(), env: { SLUICE_URL: `https://${host}`, SLUICE_BOOTSTRAP_TOKEN: token } })
})
after(() => server?.stop())

type Answer = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string }
type Wish = {
  readonly method?: string
  readonly accept?: string
  readonly body?: string
  readonly type?: string
  readonly cookie?: string
  readonly host?: string
  readonly token?: string
}

/** A request as a proxy with TLS hands it on. */
const ask = (path: string, { method, accept = 'text/html', body, type, cookie, token, host: named = host }: Wish = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const headers = {
      host: named,
      accept,
      'x-forwarded-proto': 'https',
      ...(body !== undefined && { 'content-type': type ?? 'application/x-www-form-urlencoded' }),
      ...(cookie !== undefined && { cookie }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    const sent = httpRequest({ hostname, port, path, method: method ?? (body === undefined ? 'GET' : 'POST'), headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })

const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']).split(';')[0] ?? ''
/** A browser that is signed in, by its cookie. */
const signedIn = async (): Promise<string> => {
  let page = await ask('/if/flow/default-authentication/')
  const cookie = cookieOf(page)
  let jar = cookie
  let path = String(page.headers['location'])
  for (const typed of [{ identifier: people.ada.username }, { password: people.ada.password }]) {
    page = await ask(path, { cookie: jar })
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body)?.[1] ?? ''
    const body = new URLSearchParams({ ...typed, _csrf: field('_csrf'), _challenge: field('_challenge') })
    const answer = await ask(path, { body: body.toString(), cookie: jar })
    if (answer.headers['set-cookie']) jar = cookieOf(answer)
    path = String(answer.headers['location'])
  }
  return jar
}

/** What every answer has, whatever it is. `name`: of the answer, for the message. */
const isDressed = (name: string, { status, headers, body }: Answer) => {
  const say = `${name} (${status})`
  const policy = String(headers['content-security-policy'])
  assert.equal(headers['x-content-type-options'], 'nosniff', say)
  assert.equal(headers['x-frame-options'] ?? 'DENY', 'DENY', say)
  assert.match(String(headers['referrer-policy']), /^(?:no-referrer|same-origin)$/, say)
  assert.match(policy, /default-src 'none'/, say)
  assert.ok(!/script-src[^;]*'unsafe|\*/.test(policy), `${say}: ${policy}`)
  assert.match(String(headers['strict-transport-security']), /max-age=\d{8}/, say)
  assert.equal(headers['server'], undefined, say)
  assert.equal(headers['x-powered-by'], undefined, say)
  for (const cookie of [headers['set-cookie'] ?? []].flat())
    assert.match(cookie, /^__Host-sluice=[^;]*; (?:Max-Age=\d+; )?Path=\/; (?:Expires=[^;]*; )?HttpOnly; Secure; SameSite=Lax$/, say)
  if (!String(headers['content-type']).startsWith('text/html')) return
  for (const rule of ["base-uri 'none'", 'form-action ', "frame-ancestors 'none'", "script-src 'self'"])
    assert.ok(policy.includes(rule), `${say}: ${policy}`)
  assert.match(String(headers['cache-control']), /no-store|no-cache/, say)
  assert.ok(!/<script(?![^>]*\bsrc=)|\son[a-z]+="|javascript:/i.test(body), say)
}

describe('behind https, every kind of answer is dressed against scripts, frames, sniffing, plain http and referrers', () => {
  const oidc = '/application/o'
  const bare: Readonly<Record<string, readonly [string, Wish?]>> = {
    home: ['/'],
    'a flow that begins': ['/if/flow/default-authentication/'],
    'the default flow': ['/if/flow/redirect/'],
    'a flow that is not there': ['/if/flow/nowhere/'],
    'a recovery link that is none': ['/if/flow/recovery-link/?link=none'],
    'the console, for nobody': ['/if/admin/'],
    'the portal, for nobody': ['/if/user/'],
    'no page': ['/nowhere'],
    'no page, for a program': ['/nowhere', { accept: 'application/json' }],
    'an address that cannot be read': ['/%zz'],
    'a form from nowhere': ['/if/flow/default-authentication/', { body: 'a=b' }],
    'a form that is too large': ['/if/flow/default-authentication/', { body: `a=${'b'.repeat(200_000)}` }],
    'a body of no known type': [`${oidc}/token/`, { body: 'x', type: 'text/x-none' }],
    'a method that is not there': ['/', { method: 'DELETE' }],
    discovery: [`${oidc}/wiki/.well-known/openid-configuration`, { accept: '*/*' }],
    keys: [`${oidc}/wiki/jwks/`, { accept: '*/*' }],
    'an authorization that begins': [authorizeAddress()],
    'an authorization that cannot be answered': [authorizeAddress({ redirect_uri: 'https://evil.tld' })],
    'a token request': [`${oidc}/token/`, { body: `grant_type=x&client_id=wiki&client_secret=${wiki.clientSecret}` }],
    'user info, for nobody': [`${oidc}/userinfo/`],
    'signing out of nothing': [`${oidc}/wiki/end-session/`],
    'the API, for nobody': ['/api/v1/me', { accept: 'application/json' }],
    'its description': ['/api/v1/openapi.json', { accept: 'application/json' }],
    'the flow executor': ['/api/v1/flows/default-authentication/run', { accept: 'application/json' }],
    'no such image': ['/media/nowhere'],
  }
  for (const [name, [path, wish]] of Object.entries(bare)) test(name, async () => isDressed(name, await ask(path, wish)))

  test('what pages load', async () => {
    const page = await ask('/nowhere')
    const loaded = [...page.body.matchAll(/(?:href|src)="(\/[^"]+\.(?:css|js|svg|ico|png))"/g)].map(([, path = '']) => path)
    assert.ok(loaded.length > 0)
    for (const path of loaded) {
      const answer = await ask(path, { accept: '*/*' })
      assert.equal(answer.status, 200, path)
      isDressed(path, answer)
    }
  })

  test('pages and answers with codes, for somebody who is signed in', async () => {
    const cookie = await signedIn()
    const home = await ask('/', { cookie })
    assert.deepEqual([home.status, home.body.includes('ada')], [200, true])
    isDressed('home', home)
    for (const path of ['/if/admin/', '/if/user/', '/if/flow/default-invalidation/', '/if/flow/default-password-change/'])
      isDressed(path, await ask(path, { cookie }))
    for (const response_mode of ['query', 'fragment', 'form_post']) {
      const answer = await ask(authorizeAddress({ response_mode }), { cookie })
      isDressed(response_mode, answer)
      assert.ok([200, 303].includes(answer.status))
      assert.match(`${answer.headers['location']} ${answer.body}`, /\bcode\b/)
      assert.equal(answer.headers['referrer-policy'], 'no-referrer', response_mode)
      assert.equal(answer.headers['cache-control'], 'no-store', response_mode)
    }
  })

  test('every route of the API, as its description has them', async () => {
    const { paths } = JSON.parse((await ask('/api/v1/openapi.json', { accept: 'application/json', token })).body) as {
      paths: Record<string, Record<string, unknown>>
    }
    const routes = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => [method, path] as const))
    assert.ok(routes.length > 40)
    for (const [method, path] of routes) {
      if (!['get', 'post', 'put', 'patch', 'delete'].includes(method)) continue
      const address = (path.startsWith('/api/') ? path : `/api/v1${path}`).replaceAll(/\{[^}]+\}/g, 'x')
      isDressed(`${method} ${address}`, await ask(address, { method: method.toUpperCase(), accept: 'application/json', token: 'none' }))
    }
  })
})

test('a host that is not served gets a page that can do as little', async () => {
  const { status, headers } = await ask('/', { host: 'evil.tld' })
  assert.equal(status, 421)
  assert.match(String(headers['content-security-policy']), /default-src 'none'.*base-uri 'none'/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
})
