import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, isSignedIn, landing, signIn } from '../kit/client.ts'
import { people, wiki } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { answerOf, assertOwnPage, attacked, authorizeAddress, shop } from './attack.ts'

const vera = { username: 'vera', password: 'the password of a viewer' }
let server: TestServer
before(async () => {
  server = await startServer({
    apply: attacked({
      flows: { closed: { title: 'Closed', designation: 'authorization', steps: [{ type: 'deny' }] } },
      applications: { native: { name: 'Native App', provider: 'native', flows: { authorization: 'closed' } } },
      users: { vera: { roles: ['viewer'], password: vera.password } },
    }),
  })
})
after(() => server.stop())

const asked = (changes: Readonly<Record<string, string | undefined>>) => new Client(server.url).ask(authorizeAddress(changes))
const atShop = (redirect_uri: string) => asked({ client_id: shop.clientId, redirect_uri })

test('a redirect URI that resolves to, extends or disguises the registered one leads nowhere', async () => {
  const { to } = await atShop(shop.redirectUri)
  assert.equal(to?.pathname, '/if/flow/default-authentication/', 'the registered one is accepted')
  for (const uri of [
    'https://app.example/cb/../evil',
    'https://app.example/cb%2f..%2fevil',
    'https://app.example/cb/%2e%2e/x',
    'https://app.example/cb/',
    'https://app.example/cb?x=1',
    'https://app.example/cb#x',
    'https://app.example/CB',
    'https://app.example:443/cb',
    'https://APP.example/cb',
    'http://app.example/cb',
    ' https://app.example/cb',
    'https://app.example/cb\n',
    'https://app.example.evil.tld/cb',
    'https://app.example@evil.tld/cb',
    'https://evil.tld\\@app.example/cb',
    'https://app.example#@evil.tld',
    'https://appXexample/cb',
    '//app.example/cb',
    'javascript:alert(1)',
  ]) {
    const page = await atShop(uri)
    assertOwnPage(page)
    assert.ok(!Object.values(page.links).some((href) => href.includes('evil')), uri)
  }
})

test('the port of a loopback address is free, names that look like one are not', async () => {
  const page = await asked({ redirect_uri: 'http://127.0.0.1:53123/callback' })
  assert.equal(page.to?.pathname, '/if/flow/default-authentication/')
  for (const uri of [
    'http://localhost:53123/callback',
    'http://localhost.evil.tld:1/callback',
    'http://127.0.0.1.nip.io/callback',
    'http://127.0.0.1@evil.tld/callback',
    'http://127.0.0.1:53123@evil.tld/callback',
    'http://127.0.0.1:53123/callback/x',
    'http://127.0.0.1:/callback',
    'https://127.0.0.1/callback',
    'http://127.1/callback',
  ])
    assertOwnPage(await asked({ redirect_uri: uri }))
})

test('a pattern, a script and a file are no redirect URIs that could be registered', async () => {
  const uris = [
    'https://app.example/.*\\.html$',
    'https://app.example/*',
    'https://*.app.example/cb',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'https://app.example/cb#x',
    'https://user@app.example/cb',
  ]
  const providers = { shop: { type: 'oidc', with: { clientSecret: shop.clientSecret, redirectUris: uris, postLogoutRedirectUris: uris } } }
  await assert.rejects(startServer({ apply: attacked({ providers }) }), ({ message }: Error) => {
    for (const list of ['redirectUris', 'postLogoutRedirectUris'])
      for (const index of uris.keys()) assert.match(message, new RegExp(`providers.shop.with.${list}.${index}\\b`))
    return true
  })
})

test('a parameter that comes twice, or an address that is left out, is answered on our own page', async () => {
  const client = new Client(server.url)
  const address = authorizeAddress()
  assertOwnPage(await client.ask(`${address}&client_id=shop`))
  assertOwnPage(await client.ask(`${address}&redirect_uri=${encodeURIComponent(wiki.redirectUri)}`))
  assertOwnPage(await client.ask(`${address}&redirect_uri=https://evil.tld/`))
  assertOwnPage(await asked({ redirect_uri: undefined }))
  assertOwnPage(await asked({ client_id: undefined }))
  assertOwnPage(await asked({ client_id: 'nobody' }))
})

test('the page of a refusal shows what was sent, as text, and nothing that is registered', async () => {
  const page = await atShop('https://evil.tld/"><script>alert(1)</script>')
  assert.ok(page.text.includes('https://evil.tld/"><script>alert(1)</script>'))
  assert.ok(!page.body.includes('<script>alert'))
  assert.ok(!page.body.includes('app.example'))
  const named = await asked({ client_id: '<img src=x onerror=alert(1)>' })
  assert.ok(!named.body.includes('<img src=x'))
})

test('who may see providers is led to the cure, nobody else', async () => {
  const wrong = authorizeAddress({ client_id: shop.clientId, redirect_uri: `${shop.redirectUri}/` })
  const shown = async (person: typeof vera) => {
    const client = new Client(server.url)
    await signIn(client, person)
    const page = await client.ask(wrong)
    return { client, page, nearest: page.text.includes(`${shop.redirectUri} `) }
  }
  const { client, page, nearest } = await shown(vera)
  assert.ok(nearest, page.text)
  assert.ok(Object.values(page.links).includes('/if/admin/providers/shop'), JSON.stringify(page.links))
  assert.equal((await client.ask('/if/admin/providers/shop')).status, 200)
  assert.equal((await client.ask('/api/v1/providers/shop', { headers: { 'sec-fetch-site': 'same-origin' } })).json().slug, 'shop')
  const other = await shown(people.bob)
  assert.ok(!other.nearest && !other.page.body.includes('/if/admin/'), other.page.text)
})

test('what is told an application is escaped in every mode, and says who answers', async () => {
  const state = '"><script>alert(1)</script>'
  const issuer = `${server.url}/application/o/wiki/`
  for (const response_mode of ['query', 'fragment', 'form_post']) {
    const page = await asked({ response_mode, state, prompt: 'none' })
    if (response_mode === 'form_post') {
      assert.ok(!page.body.includes('<script>alert'))
      const [form] = page.forms
      assert.deepEqual([form?.action, form?.fields['state'], form?.fields['error']], [wiki.redirectUri, state, 'login_required'])
      assert.equal(form?.fields['iss'], issuer)
      const policy = page.headers.get('content-security-policy') ?? ''
      assert.match(policy, /script-src 'self'(;|$)/)
      assert.ok(!/unsafe-inline|\son\w+=/.test(policy + page.body))
    } else {
      const fields = new URLSearchParams(response_mode === 'query' ? page.to?.search : page.to?.hash.slice(1))
      assert.deepEqual([fields.get('state'), fields.get('iss'), fields.get('error')], [state, issuer, 'login_required'])
      assert.ok(!/[<>"\s]/.test(page.headers.get('location') ?? ''))
    }
  }
})

test('an error description repeats what was sent without quotes, breaks or markup that would do something', async () => {
  const page = await asked({ response_type: 'code"><script>\r\nSet-Cookie: x=1' })
  const { error, error_description = '' } = answerOf(page)
  assert.equal(error, 'unsupported_response_type')
  assert.ok(!/["\\\r\n]/.test(error_description))
  assert.equal(page.headers.get('set-cookie'), null)
})

test('prompt=none shows no page: it is answered at the redirect URI, and goes with no other prompt', async () => {
  assert.equal(answerOf(await asked({ prompt: 'none' }))['error'], 'login_required')
  for (const prompt of ['none login', 'login none', 'none consent'])
    assert.equal(answerOf(await asked({ prompt }))['error'], 'invalid_request')
  const client = new Client(server.url)
  await signIn(client, people.ada)
  const unasked = await client.ask(authorizeAddress({ client_id: 'notes', prompt: 'none', redirect_uri: wiki.redirectUri }))
  assert.equal(answerOf(unasked)['error'], 'consent_required')
  const refused = {
    client_id: 'native',
    redirect_uri: wiki.redirectUri,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }
  assert.equal(answerOf(await client.ask(authorizeAddress({ ...refused, prompt: 'none' })))['error'], 'access_denied')
  assert.equal((await client.ask(authorizeAddress(refused))).status, 403)
})

test('every answer names the issuer', async () => {
  const client = new Client(server.url)
  const success = answerOf(await signIn(client, people.ada, authorizeAddress()))
  assert.ok(success['code'])
  assert.equal(success['iss'], `${server.url}/application/o/wiki/`)
  for (const changes of [{ prompt: 'none', max_age: '0' }, { scope: 'a"b' }, { request: 'x' }, { code_challenge: 'short' }])
    assert.equal(answerOf(await client.ask(authorizeAddress(changes)))['iss'], `${server.url}/application/o/wiki/`)
})

test('after signing out the browser goes to registered addresses only', async () => {
  const endSession = (uri: string) => `/application/o/shop/end-session/?${new URLSearchParams({ post_logout_redirect_uri: uri })}`
  const signedOut = async (uri: string) => {
    const client = new Client(server.url)
    await signIn(client, people.ada)
    const page = await client.open(endSession(uri))
    assert.equal(page.to, undefined, 'without a hint the user is asked')
    assert.ok(await isSignedIn(client), 'and stays signed in meanwhile')
    return client.submit(page)
  }
  assert.equal((await signedOut('https://app.example/bye')).to?.href, 'https://app.example/bye')
  for (const uri of [
    'https://app.example/bye/../x',
    'https://app.example/byebye',
    'https://app.example.evil.tld/bye',
    '//evil.tld',
    'javascript:alert(1)',
  ]) {
    const page = await signedOut(uri)
    assert.equal(page.to, undefined, uri)
    assert.ok(!page.body.includes('evil'))
  }
})

test('nothing in an address of ours leads to another site', async () => {
  const client = new Client(server.url)
  for (const evil of ['//evil.tld', '/\\evil.tld', '/%0d//evil.tld', 'https:evil.tld', '\t//evil', 'https://evil.tld'])
    for (const address of [
      `/?next=${encodeURIComponent(evil)}`,
      `/if/flow/redirect/?next=${encodeURIComponent(evil)}&rd=${encodeURIComponent(evil)}`,
      `/if/flow/default-authentication/?lang=${encodeURIComponent(evil)}&next=${encodeURIComponent(evil)}`,
      `/if/flow/default-authentication/?run=${encodeURIComponent(evil)}`,
      `/if/flow/${encodeURIComponent(evil)}/`,
      `/application/o/${encodeURIComponent(evil)}/`,
    ]) {
      const page = await client.ask(address)
      assert.ok(page.status < 500, address)
      assert.ok(page.to === undefined || page.to.origin === server.url, `${address} → ${page.to?.href}`)
      for (const href of [...Object.values(page.links), ...page.forms.map(({ action }) => action)])
        assert.equal(new URL(href, page.url).origin, server.url, `${address} has ${href}`)
    }
})

const strange = [
  '//evil.tld',
  '/\\evil.tld',
  '/if/..//evil.tld',
  '/if/../\\evil.tld',
  '/if/%2f%2fevil.tld',
  '/if/..%2f..%2f%2fevil.tld',
  '/if/%2e%2e/%2e%2e//evil.tld',
  '/\t/evil.tld',
  '\t//evil.tld',
  '/if/\n/evil.tld',
  'https://evil.tld/if/user/',
  'https:evil.tld',
  '/if/@evil.tld/../../../x',
  'javascript:alert(1)',
]

test('after a flow the browser goes to a path of ours or home, whatever was asked', async () => {
  const client = new Client(server.url)
  for (const next of strange) {
    const query = new URLSearchParams({ next })
    const page = await client.open(`/if/flow/redirect/?${query}`)
    assert.equal(page.to, undefined, next)
    const signedIn = await client.send(await client.submit(page, { identifier: people.ada.username }), { password: people.ada.password })
    assert.equal(signedIn.to?.href, `${server.url}/`, next)
    const again = await client.ask(`/if/flow/default-authentication/?${query}`)
    assert.equal(again.to?.href, `${server.url}/`, next)
    const out = await client.send(await client.open(`/if/flow/default-invalidation/?${query}`))
    assert.equal(out.to, undefined, next)
  }
  const asked = await client.open('/if/flow/redirect/?next=/if/user/&next=//evil.tld')
  const twice = await client.send(await client.submit(asked, { identifier: people.ada.username }), { password: people.ada.password })
  assert.equal(twice.to?.href, `${server.url}/`, 'home')
  assert.equal((await client.follow(twice)).url.href, `${server.url}${landing}`, 'which is the landing page, without scripts')
})

test('flows that lead to each other come to an end', async () => {
  const client = new Client(server.url)
  await signIn(client, people.ada)
  const flow = '/if/flow/default-authentication/'
  let address = flow
  for (let count = 0; count < 20; count += 1) address = `${flow}?${new URLSearchParams({ next: address })}`
  const page = await client.open(address)
  assert.equal(page.url.pathname, landing, 'follows 20 redirects at most')
  assert.equal((await client.open(`/if/flow/redirect/?next=/if/flow/redirect/`)).url.pathname, landing)
})
