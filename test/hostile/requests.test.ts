import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, test } from 'node:test'
import { Client, isSignedIn, landing, signIn } from '../kit/client.ts'
import { people, wiki } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { answerOf, attacked, authorizeAddress, codeFor, redeem } from './attack.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: attacked() })
})
after(() => server.stop())

type Raw = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string }

/** A request as it is written, without what `fetch` would put right. */
const raw = (path: string, headers: Record<string, string> = {}, at = server.url, method = 'GET'): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(at)
    const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject)
    sent.end()
  })

const metadata = '/application/o/wiki/.well-known/openid-configuration'
const issuerOf = ({ body }: Raw): string => (JSON.parse(body) as { issuer: string }).issuer

test('an address that nobody could mean is refused, in the same clothes as any answer', async () => {
  for (const path of [
    '//[',
    '//',
    '//evil.tld',
    '/%zz',
    '/%',
    '/%c0%af',
    '/%00',
    '/..//..//etc/passwd',
    `/${'a'.repeat(2000)}`,
    `/if/flow/${'a'.repeat(2000)}/`,
    '/if/flow/%2e%2e%2f/',
  ])
    for (const accept of ['text/html', 'application/json']) {
      const answer = await raw(path, { accept })
      assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status} ${answer.body}`)
      assert.match(String(answer.headers['content-type']), /^(text\/html|application\/problem\+json);/, path)
      assert.equal(answer.headers['x-content-type-options'], 'nosniff', path)
      assert.ok(answer.headers['content-security-policy'], path)
      assert.ok(!/node:internal|node_modules|\.ts:\d/.test(answer.body), `${path} shows insides`)
    }
})

test('an absolute address in the request line names no other host in the answer', async () => {
  const { status, headers } = await raw('http://evil.tld/')
  assert.deepEqual([status, headers['location']], [303, '/if/flow/redirect/'])
  const document = await raw(`http://evil.tld${metadata}`)
  assert.equal(issuerOf(document), `http://127.0.0.1:${new URL(server.url).port}/application/o/wiki/`.replace('127.0.0.1', 'localhost'))
})

test('headers of any shape break nothing', async () => {
  for (const headers of [
    { 'accept-language': 'a-'.repeat(4000) },
    { 'accept-language': 'de;q=x, *;q=, ,,;q=1;q=1, __proto__' },
    { 'user-agent': 'x'.repeat(8000) },
    { cookie: 'a=b; '.repeat(1500) },
    { cookie: '__proto__=x; constructor=y; sluice=' },
    { authorization: `Basic ${'A'.repeat(8000)}` },
    { 'x-forwarded-for': `${'1.2.3.4, '.repeat(800)}x` },
    { 'x-forwarded-proto': 'javascript' },
    { 'sec-fetch-site': 'x'.repeat(1000) },
  ])
    for (const path of [
      '/',
      landing,
      '/if/flow/default-authentication/',
      '/application/o/userinfo/',
      authorizeAddress({ prompt: 'none' }),
    ]) {
      const { status } = await raw(path, { accept: 'text/html', ...headers } as Record<string, string>)
      assert.ok(status < 500, `${path} ${JSON.stringify(headers).slice(0, 60)}: ${status}`)
    }
})

test('without an address of its own the server answers loopback hosts only', async () => {
  const port = new URL(server.url).port
  for (const host of [
    'evil.tld',
    `evil.tld:${port}`,
    'localhost.evil.tld',
    '127.0.0.1.evil.tld',
    'localhost@evil.tld',
    '0.0.0.0',
    '[::]',
    '127.0.0.1#',
    'localhost/x',
    'x'.repeat(300),
  ]) {
    const { status, headers, body } = await raw(metadata, { host })
    assert.ok(status === 421 || status === 400, `${host}: ${status}`)
    assert.equal(headers['location'], undefined)
    assert.ok(!body.includes('issuer'))
  }
  for (const name of ['x-forwarded-host', 'forwarded', 'x-host', 'x-original-host']) {
    const answer = await raw(metadata, { host: `localhost:${port}`, [name]: name === 'forwarded' ? 'host=evil.tld' : 'evil.tld' })
    assert.ok(!answer.body.includes('evil.tld/'), `${name}: ${answer.body}`)
  }
})

test('with an address of its own the server says nothing else, whoever asks how', async () => {
  const url = 'https://id.example.com'
  const named = await startServer({ apply: attacked(), env: { SLUICE_URL: url, SLUICE_TRUSTED_PROXIES: '10.0.0.0/8' } })
  try {
    const right = await raw(metadata, { host: 'id.example.com' }, named.url)
    assert.equal(issuerOf(right), `${url}/application/o/wiki/`)
    assert.match(String(right.headers['strict-transport-security']), /max-age=\d{7}/)
    for (const spoof of [{ 'x-forwarded-host': 'evil.tld' }, { forwarded: 'host=evil.tld;proto=http' }, { 'x-forwarded-proto': 'http' }]) {
      const answer = await raw(metadata, { host: 'id.example.com', ...spoof } as Record<string, string>, named.url)
      assert.equal(issuerOf(answer), `${url}/application/o/wiki/`)
    }
    assert.equal(issuerOf(await raw(metadata, { host: 'id.example.com:443' }, named.url)), `${url}/application/o/wiki/`)
    for (const host of [
      'evil.tld',
      'localhost',
      'id.example.com:80',
      new URL(named.url).host,
      'id.example.com.evil.tld',
      'id.example.com:8443',
    ])
      assert.equal((await raw(metadata, { host, 'x-forwarded-host': 'id.example.com' }, named.url)).status, 421, host)
    const { out } = await named.sluice(['recover', 'ada'])
    assert.match(out, /https:\/\/id\.example\.com\/if\/flow\/recovery-link\/\?link=/)
    const page = await raw('/if/flow/default-authentication/', { host: 'id.example.com' }, named.url)
    assert.match(String(page.headers['set-cookie']), /^__Host-sluice=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    assert.ok(!/domain=/i.test(String(page.headers['set-cookie'])))
    // What passkeys are made for and bound to.
    const spoofed = { host: 'id.example.com', 'x-forwarded-host': 'evil.tld', origin: 'https://evil.tld', forwarded: 'host=evil.tld' }
    const cookie = String(page.headers['set-cookie']).split(';')[0] ?? ''
    const { body } = await raw(String(page.headers['location']), { ...spoofed, cookie }, named.url)
    assert.match(body.replaceAll('&quot;', '"'), /"rpId":"id\.example\.com"/)
    assert.ok(!body.includes('evil.tld'))
  } finally {
    await named.stop()
  }
})

test('an address that an untrusted peer claims for its client is not believed', async () => {
  const named = await startServer({ apply: attacked(), env: { SLUICE_TRUSTED_PROXIES: '10.0.0.0/8', SLUICE_LOG_LEVEL: 'info' } })
  try {
    for (let count = 0; count < 3; count++) {
      const client = new Client(named.url, {
        'x-forwarded-for': `203.0.113.${count}`,
        'x-real-ip': '203.0.113.9',
        forwarded: 'for=203.0.113.8',
      })
      await client.ask('/application/o/token/', { body: { grant_type: 'x', client_id: 'wiki', client_secret: 'wrong' } })
    }
    assert.match(named.logs(), /127\.0\.0\.1|::1/)
    assert.ok(!named.logs().includes('203.0.113.'))
  } finally {
    await named.stop()
  }
})

test('every page forbids frames, foreign scripts and foreign forms, and stays in no cache', async () => {
  const client = new Client(server.url)
  const pages = [
    await client.open('/if/flow/default-authentication/'),
    await client.ask('/nowhere'),
    await client.ask(authorizeAddress({ redirect_uri: 'https://evil.tld' })),
    await signIn(client, people.ada),
    await client.open('/if/flow/default-invalidation/'),
    await client.ask(authorizeAddress({ response_mode: 'form_post' })),
  ]
  for (const { url, headers, body } of pages) {
    const policy = headers.get('content-security-policy') ?? ''
    for (const rule of ["default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"])
      assert.ok(policy.includes(rule), `${url}: ${policy}`)
    assert.ok(policy.includes('form-action '))
    assert.ok(!/unsafe-|\*/.test(policy), policy)
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.ok(!/<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:/i.test(body), `${url.href} has an inline script`)
  }
})

test('what carries a code goes to no cache and is named to nobody', async () => {
  const client = new Client(server.url)
  await signIn(client, people.ada)
  for (const response_mode of ['query', 'fragment', 'form_post']) {
    const page = await client.ask(authorizeAddress({ response_mode }))
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(page.headers.get('cache-control'), 'no-store')
  }
  const afterForm = await signIn(new Client(server.url), people.bob, authorizeAddress())
  assert.ok(answerOf(afterForm)['code'])
  assert.equal(afterForm.headers.get('referrer-policy'), 'no-referrer')
  const tokens = await redeem(server, await codeFor(client, people.ada))
  assert.equal(tokens.headers.get('cache-control'), 'no-store')
  const refused = await redeem(server, 'x')
  assert.equal(refused.headers.get('cache-control'), 'no-store')
})

test('cookies are for this server alone, out of reach of scripts and of foreign sites’ forms', async () => {
  const { headers } = await new Client(server.url).ask('/if/flow/default-authentication/')
  const [cookie = '', ...more] = headers.getSetCookie()
  assert.deepEqual(more, [])
  assert.match(cookie, /; HttpOnly(;|$)/)
  assert.match(cookie, /; SameSite=Lax(;|$)/)
  assert.match(cookie, /; Path=\/(;|$)/)
  assert.ok(!/domain=/i.test(cookie))
})

test('a page of another site reads no token, and no answer allows it cookies', async () => {
  const origin = 'https://evil.tld'
  for (const [path, init] of [
    [
      '/application/o/token/',
      { method: 'POST', body: new URLSearchParams({ grant_type: 'x', client_id: wiki.clientId, client_secret: wiki.clientSecret }) },
    ],
    ['/application/o/userinfo/', {}],
    ['/if/flow/default-authentication/', {}],
    [metadata, {}],
    ['/application/o/token/', { method: 'OPTIONS' }],
  ] as const) {
    const { headers } = await fetch(server.url + path, { ...init, headers: { origin } })
    assert.equal(headers.get('access-control-allow-credentials'), null, path)
    assert.notEqual(headers.get('access-control-allow-origin'), origin, path)
  }
})

test('a body that is too large, or not what it says, is refused before it is looked at', async () => {
  const client = new Client(server.url)
  const page = await client.open('/if/flow/default-authentication/')
  const big = await client.ask(page.url, {
    body: `identifier=${'a'.repeat(1_000_000)}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: server.url },
  })
  assert.equal(big.status, 413)
  const token = await fetch(`${server.url}/application/o/token/`, {
    method: 'POST',
    body: new URLSearchParams({ code: 'a'.repeat(100_000) }),
  })
  assert.equal(token.status, 413)
  const many = await client.ask(page.url, {
    body: `${'a=b&'.repeat(20_000)}x=y`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: server.url },
  })
  assert.ok(many.status >= 400 && many.status < 500)
})

test('a recovery link that is opened by a program ends in an answer, and in no session', async () => {
  const { out } = await server.sluice(['recover', 'bob'])
  const link = /link=(\S+)/.exec(out)?.[1]
  const client = new Client(server.url, { accept: 'application/json' })
  const face = '/api/v1/flows/recovery-link/run'
  const { run, challenge } = (await client.ask(face, { json: { link } })).json()
  const password = 'a password that bob chose'
  const done = await client.ask(face, { json: { run, challenge, answer: { password, 'password-repeat': password } } })
  assert.deepEqual([done.status, done.json()], [200, { done: true }])
  assert.equal(await isSignedIn(client), false)
})

test('the page without scripts is there with and without its slash, for whoever is signed in', async () => {
  const [ada, stranger] = [new Client(server.url), new Client(server.url)]
  await signIn(ada, people.ada)
  for (const path of [landing, landing.slice(0, -1)]) {
    const page = await ada.ask(path)
    assert.deepEqual([page.status, page.heading, page.headers.get('cache-control')], [200, 'Your applications', 'no-store'], path)
    const { status, to } = await stranger.ask(path)
    assert.deepEqual([status, to?.pathname], [303, '/if/flow/redirect/'], path)
  }
})
