import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { type Ask, Client, signIn } from '../kit/client.ts'
import { configuration, people, wiki } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: configuration() })
})
after(() => server?.stop())

const browser = (headers?: Readonly<Record<string, string>>) => new Client(server.url, headers)
const program = () => new Client(server.url, { accept: 'application/json' })
const run = '/api/v1/flows/default-authentication/run'
const form = 'application/x-www-form-urlencoded'

/** A request that `fetch` would not send. */
const raw = async (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') => {
  const { hostname, port } = new URL(server.url)
  const sent = request({ agent: false, host: hostname, port, path, method, headers: { accept: 'text/html', ...headers } })
  sent.end()
  const [response] = await once(sent, 'response')
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: Number(response.statusCode), headers: response.headers, body }
}

/** Of a page that a person gets. */
const isPage = (status: number, expected: number, type: string | null | undefined) => {
  assert.equal(status, expected)
  assert.equal(type, 'text/html; charset=utf-8')
}

test('there is a page for people and a problem document for programs where there is nothing', async () => {
  const page = await browser().ask('/nothing/here')
  isPage(page.status, 404, page.headers.get('content-type'))
  assert.equal(page.heading, 'Page not found')
  const problem = await program().ask('/nothing/here?code=secret')
  assert.equal(problem.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  const detail = 'There is nothing at /nothing/here.'
  assert.deepEqual(problem.json(), { type: 'about:blank', status: 404, code: 'not-found', title: 'Not found', detail })
  // The API speaks to programs, whoever asks.
  assert.equal((await browser().ask('/api/v1/nothing')).json().code, 'not-found')
  assert.equal((await browser({ 'accept-language': 'de' }).ask('/nichts')).heading, 'Seite nicht gefunden')
})

test('every answer carries what protects its reader', async () => {
  for (const path of ['/', '/if/flow/redirect/', '/if/flow/default-authentication/', '/nothing', run, '/-/health/live']) {
    const { headers } = await browser().open(path)
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'.*frame-ancestors 'none'.*form-action 'self'$/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('server'), null)
    assert.equal(headers.get('x-powered-by'), null)
  }
})

for (const host of ['evil.example', 'localhost.evil.example', '192.168.0.1:9000', '0.0.0.0', 'localhost:9000:1', 'a@localhost']) {
  test(`the host "${host}" is not served`, async () => {
    const page = await raw('/', { host })
    assert.ok([400, 421].includes(page.status), `status ${page.status}`)
    assert.equal(page.headers.location, undefined)
    const problem = await raw('/application/o/wiki/.well-known/openid-configuration', { host, accept: 'application/json' })
    assert.ok([400, 421].includes(problem.status), `status ${problem.status}`)
    assert.doesNotMatch(problem.body, /issuer/)
  })
}

test('an unknown host gets a page that names the option, health checks get their answer', async () => {
  const page = await raw('/', { host: 'id.example.com' })
  isPage(page.status, 421, page.headers['content-type'])
  assert.match(page.body, /SLUICE_URL=http:\/\/id\.example\.com/)
  const problem = JSON.parse((await raw('/', { host: 'id.example.com', accept: '*/*' })).body)
  assert.deepEqual([problem.status, problem.code], [421, 'unknown-host'])
  for (const path of ['/-/health/ready', '/-/health/ready/', '/-/health/live/'])
    assert.equal((await raw(path, { host: '10.0.0.7:9000' })).status, 200, path)
})

const cookies = {
  'of the wrong form': 'sluice=%%%',
  'that is long': `sluice=${'x'.repeat(7000)}`,
  'without a name': '=; ;;==',
  'of another kind': `sluice=${'A'.repeat(43)}.${'B'.repeat(43)}`,
  twice: 'sluice=a; sluice=b',
  'in quotes': 'sluice="\\"; a=b',
  'for a prototype': '__proto__=x; constructor=y; sluice=__proto__',
  'with bytes beyond ASCII': 'sluice=\u00e4\u00ff',
}
for (const [what, cookie] of Object.entries(cookies)) {
  test(`a cookie ${what} is as good as none`, async () => {
    const page = await raw('/if/flow/default-authentication/', { cookie })
    assert.equal(page.status, 303)
    assert.equal((await raw('/', { cookie })).headers.location, '/if/flow/redirect/')
    assert.equal((await raw('/application/o/authorize/?prompt=none&client_id=wiki', { cookie })).status, 400)
  })
}

test('a body that is too large is refused, for people and for programs', async () => {
  const large = 'x'.repeat(200_000)
  const client = browser()
  const page = await client.open('/if/flow/redirect/')
  const sent = await client.send(page, { identifier: large })
  isPage(sent.status, 413, sent.headers.get('content-type'))
  const problem = await program().ask(run, { json: { run: large } })
  assert.deepEqual([problem.status, problem.json().code], [413, 'too-large'])
})

const bodies: Readonly<Record<string, readonly [Ask, readonly number[]]>> = {
  'of a type that nobody knows': [{ body: '<a/>', headers: { 'content-type': 'text/xml' } }, [415]],
  'without a type': [{ body: new Uint8Array([1, 2, 3]) }, [415]],
  'of several parts': [{ body: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } }, [415]],
  'that is broken JSON': [{ body: '{"run":', headers: { 'content-type': 'application/json' } }, [400]],
  'that is no object': [{ json: [1, 2] }, [400]],
  'with fields that nobody knows': [{ json: { run: 'a', more: 1 } }, [400]],
  'with fields of the wrong type': [{ json: { run: 1 } }, [400]],
  'that reaches for the prototype': [{ body: '{"__proto__": {"run": "a"}}', headers: { 'content-type': 'application/json' } }, [400]],
  'deeper than anybody needs': [
    { body: `{"run":"a","answer":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`, headers: { 'content-type': 'application/json' } },
    [400, 404],
  ],
}
for (const [what, [wish, statuses]] of Object.entries(bodies)) {
  test(`a body ${what} is refused`, async () => {
    const problem = await program().ask(run, wish)
    assert.ok(statuses.includes(problem.status), `status ${problem.status}: ${problem.body}`)
    assert.equal(problem.headers.get('content-type'), 'application/problem+json; charset=utf-8')
    assert.equal(problem.json().status, problem.status)
  })
}

test('forms of another type, or in another encoding, are answered like forms', async () => {
  const client = browser()
  const page = await client.open('/if/flow/redirect/')
  const xml = await client.ask(page.url, { body: '<a/>', headers: { 'content-type': 'text/xml' } })
  isPage(xml.status, 415, xml.headers.get('content-type'))
  const fields = page.forms.find(({ method }) => method === 'post')?.fields
  const good = String(new URLSearchParams({ ...fields, identifier: '' }))
  const answers = ['%ff%fe', '%', '%u0041', '%00', '%ed%a0%80', 'a&identifier=b', '%F0%9F%92%A9'].map((text) => `${good}${text}`)
  const headers = { 'content-type': form, origin: server.url }
  for (const body of [...answers, Buffer.from(`${good}\u00ff`, 'latin1')]) {
    const answer = await client.ask(page.url, { body, headers })
    assert.ok([200, 303, 400, 422].includes(answer.status), `status ${answer.status} for ${String(body)}`)
    await client.open(page.url)
  }
})

test('queries are read as far as they can be', async () => {
  const queries = [
    '%',
    '%ff',
    '%00',
    'run=%ff',
    'run=a&run=b',
    'link[]=x',
    '__proto__=x',
    'lang=%ff',
    `lang=${'x'.repeat(5000)}`,
    'do=restart',
  ]
  const paths = [
    '/',
    '/if/flow/default-authentication/',
    '/if/flow/redirect/',
    '/application/o/authorize/',
    '/application/o/wiki/end-session/',
  ]
  for (const path of paths) {
    for (const query of queries) {
      const { status } = await browser().ask(`${path}?${query}`)
      assert.ok(status < 500, `${status} for ${path}?${query}`)
    }
  }
  const long = await browser().ask(`/if/flow/default-authentication/?a=${'x'.repeat(12_000)}`)
  assert.ok([303, 414, 431].includes(long.status), `status ${long.status}`)
  assert.equal((await raw(`/?a=${'x'.repeat(20_000)}`)).status, 431)
})

test('paths are read as far as they can be', async () => {
  for (const path of [
    '/%',
    '/%ff',
    '/if/flow/%ff/',
    '/if/flow/%00/',
    '/if/flow/..%2f..%2fetc/',
    '/static/..%2f..%2fpackage.json',
    '//evil.example/',
  ]) {
    const { status, headers } = await raw(path)
    assert.ok([400, 404].includes(status), `${status} for ${path}`)
    assert.equal(headers.location, undefined)
  }
  assert.equal((await raw(`/if/flow/${'x'.repeat(3000)}/`)).status, 414)
})

test('a method that an address does not have is refused', async () => {
  for (const [method, path] of [
    ['POST', '/'],
    ['DELETE', '/if/flow/default-authentication/'],
    ['PUT', run],
    ['GET', run],
    ['PATCH', '/application/o/token/'],
    ['DELETE', '/application/o/wiki/jwks/'],
  ] as const) {
    const { status } = await raw(path, {}, method)
    assert.ok([404, 405].includes(status), `${status} for ${method} ${path}`)
  }
  assert.equal((await raw('/if/flow/default-authentication/', {}, 'HEAD')).status, 303)
})

test('a request that an application got wrong is explained, and its reader not sent anywhere', async () => {
  const to = encodeURIComponent(wiki.redirectUri)
  for (const query of [
    '',
    'client_id=nobody',
    'client_id=wiki',
    'client_id=wiki&client_id=native',
    `client_id=wiki&redirect_uri=${to}evil`,
  ]) {
    const page = await browser().ask(`/application/o/authorize/?response_type=code&scope=openid&${query}`)
    isPage(page.status, 400, page.headers.get('content-type'))
    assert.equal(page.heading, 'This request cannot be answered')
    assert.equal(page.to, undefined)
  }
})

test('after all that the server signs in as if nothing had been', async () => {
  assert.match((await signIn(browser(), people.ada)).text, /signed in as ada/)
  const errors = server
    .logs()
    .split('\n')
    .filter((line) => /"level":(50|60)/.test(line))
  assert.deepEqual(errors, [])
})
