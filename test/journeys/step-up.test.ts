import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { Client, type Page, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { relyingParty } from '../kit/relying-party.ts'
import { chooseApp } from '../kit/second-factor.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const tim = { username: 'tim', password: 'the password of tim' }
const vic = { username: 'vic', password: 'the password of vic' }
const wim = { username: 'wim', password: 'the password of wim' }
let server: TestServer
before(async () => {
  server = await startServer({
    apply: configuration({
      users: { tim: { password: tim.password }, vic: { password: vic.password }, wim: { password: wim.password } },
      flows: {
        'books-authentication': {
          title: 'Open the books',
          designation: 'authentication',
          steps: [{ type: 'identification' }, { type: 'password' }, { type: 'second-factor', with: { require: 'always' } }],
        },
      },
      providers: {
        books: {
          type: 'oidc',
          with: { clientSecret: 'books-secret-of-32-characters-or-more', redirectUris: ['http://127.0.0.1/callback'] },
        },
        vault: {
          type: 'oidc',
          with: { clientSecret: 'vault-secret-of-32-characters-or-more', redirectUris: ['http://127.0.0.1/callback'] },
        },
      },
      applications: {
        books: { name: 'Books', provider: 'books', flows: { authentication: 'books-authentication' } },
        vault: { name: 'Vault', provider: 'vault', access: { mode: 'all', bindings: [{ user: 'wim', negate: true }, { level: '2' }] } },
      },
    }),
  })
})
after(() => server?.stop())

const wiki = () => relyingParty(server.url)
const tokensAt = async (page: Page, party = wiki()) => {
  const { code } = party.answerOf(page)
  assert.ok(code, JSON.stringify(party.answerOf(page)))
  const tokens = (await party.redeem(code)).json() as { readonly id_token: string; readonly access_token: string }
  return { id: decodeJwt(tokens.id_token), access: decodeJwt(tokens.access_token) }
}

test('discovery says which levels there are', async () => {
  const found = await new Client(server.url).ask('/application/o/wiki/.well-known/openid-configuration')
  assert.deepEqual(found.json().acr_values_supported, ['1', '2', 'phr'])
})

test('an application that wants two factors has the second one asked for, and nothing else', async () => {
  const client = new Client(server.url)
  const first = await tokensAt(await signIn(client, people.ada, wiki().start()))
  assert.deepEqual([first.id['acr'], first.id['amr']], ['1', ['pwd']])
  // Whoever has none sets one up.
  const setUp = await chooseApp(client, await client.open(wiki().start({ acr_values: '2' })))
  assert.equal(setUp.heading, 'Set up an authenticator app')
  const before = client.cookies.get('sluice')
  const codes = await client.submit(setUp, { code: codeOf(/[A-Z2-7]{4}( [A-Z2-7]{4})+/.exec(setUp.text)?.[0] ?? '') })
  const { id, access } = await tokensAt(codes.heading === 'Save your backup codes' ? await client.submit(codes, { saved: 'on' }) : codes)
  assert.deepEqual([id['acr'], id['amr'], access['acr']], ['2', ['pwd', 'otp', 'mfa'], '2'])
  assert.ok(id['sid'] !== first.id['sid'], 'a stepped-up sign-in is a new session')
  assert.notEqual(client.cookies.get('sluice'), before, 'with a new cookie')
  const again = await tokensAt(await client.open(wiki().start({ acr_values: '2 1' })))
  assert.equal(again.id['acr'], '2', 'nobody is asked twice')
  const one = await tokensAt(await client.open(wiki().start({ acr_values: 'unknown 1' })))
  assert.equal(one.id['acr'], '1', 'what was asked for first, of what is known')
})

test('without pages, what is missing is an error', async () => {
  const client = new Client(server.url)
  await signIn(client, people.bob, wiki().start())
  const { error } = wiki().answerOf(await client.open(wiki().start({ acr_values: '2', prompt: 'none' })))
  assert.equal(error, 'login_required')
  assert.equal((await tokensAt(await client.open(wiki().start({ acr_values: '1', prompt: 'none' })))).id['acr'], '1')
})

test('an application with a flow of its own wants that one gone through, whoever is signed in by another', async () => {
  const party = relyingParty(server.url, { clientId: 'books', secret: 'books-secret-of-32-characters-or-more' })
  const client = new Client(server.url)
  await signIn(client, tim, wiki().start())
  const page = await chooseApp(client, await client.open(party.start()))
  assert.equal(page.heading, 'Set up an authenticator app', page.text)
  const { id } = await tokensAt(await client.submit(page, { code: codeOf(/[A-Z2-7]{4}( [A-Z2-7]{4})+/.exec(page.text)?.[0] ?? '') }), party)
  assert.deepEqual(id['amr'], ['pwd', 'otp', 'mfa'])
  assert.ok((await tokensAt(await client.open(party.start()), party)).id['sub'], 'once is enough')
})

const vault = () => relyingParty(server.url, { clientId: 'vault', secret: 'vault-secret-of-32-characters-or-more' })

test('access rules that want a level have just what it lacks asked for, once', async () => {
  const client = new Client(server.url)
  await signIn(client, vic, wiki().start())
  const silent = vault().answerOf(await client.open(vault().start({ prompt: 'none' })))
  assert.equal(silent.error, 'login_required')
  const page = await chooseApp(client, await client.open(vault().start()))
  assert.equal(page.heading, 'Set up an authenticator app', page.text)
  const key = /[A-Z2-7]{4}( [A-Z2-7]{4})+/.exec(page.text)?.[0] ?? ''
  const codes = await client.submit(page, { code: codeOf(key) })
  const { id } = await tokensAt(codes.heading === 'Save your backup codes' ? await client.submit(codes, { saved: 'on' }) : codes, vault())
  assert.deepEqual([id['acr'], id['amr']], ['2', ['pwd', 'otp', 'mfa']])
  assert.equal((await tokensAt(await client.open(vault().start({ prompt: 'none' })), vault())).id['acr'], '2', 'nobody is asked twice')
})

test('nobody is asked for a level whom something else keeps out', async () => {
  const client = new Client(server.url)
  const page = await signIn(client, wim, vault().start())
  assert.equal(page.status, 403, page.text)
})

test('who has to sign in anew is asked for what a level lacks right after it, not all over again', async () => {
  const client = new Client(server.url)
  const page = await signIn(client, vic, vault().start({ prompt: 'login' }))
  assert.match(page.heading, /^Enter the code of your app/, page.text)
})

test('max_age asks for everything again', async () => {
  const client = new Client(server.url)
  await signIn(client, people.bob, wiki().start())
  const page = await client.open(wiki().start({ max_age: '0' }))
  assert.equal(page.heading, 'Sign in')
})

test('who is signed in elsewhere by a step-up of somebody else is nobody here', async () => {
  const [one, two] = [new Client(server.url), new Client(server.url)]
  const eve = await chooseApp(one, await signIn(one, people.bob, wiki().start({ acr_values: '2' })))
  assert.equal(eve.heading, 'Set up an authenticator app')
  const copied = await two.open(eve.url)
  assert.notEqual(copied.heading, eve.heading, 'a run belongs to its browser')
})

test('a session that ends in the middle of a step-up takes what it had proved with it', async () => {
  const client = new Client(server.url)
  await signIn(client, people.bob, wiki().start())
  const page = await chooseApp(client, await client.open(wiki().start({ acr_values: '2' })))
  assert.equal(page.heading, 'Set up an authenticator app')
  // Another tab signs in anew, which ends the session.
  const other = await client.open(wiki().start({ prompt: 'login' }))
  await signIn(client, people.bob, other)
  const late = await client.submit(page, { code: '000000' })
  assert.notEqual(late.heading, 'Set up an authenticator app', late.text)
})
