import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, applyTo } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people, wiki as client } from '../kit/configuration.ts'
import { claimsOf, type RelyingParty, relyingParty } from '../kit/relying-party.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const oidc = (scopes: readonly string[]) => ({
  type: 'oidc',
  with: { clientSecret: client.clientSecret, redirectUris: [client.redirectUri], scopes },
})
const document = (mapping: object = {}) =>
  configuration({
    users: {
      ada: { name: 'Ada', email: 'ada@example.com', groups: ['staff'], attributes: { department: 'Books' }, password: people.ada.password },
    },
    scopeMappings: {
      hr: {
        description: 'See where you work',
        claims: {
          department: { path: 'user.attributes.department' },
          staff: { expression: 'user.isInGroup("staff")' },
          broken: { expression: 'user.attributes.manager.name' },
        },
        ...mapping,
      },
      tenant: { scope: 'profile', inTokens: true, claims: { tenant: { value: 'acme' } } },
    },
    providers: { wiki: oidc(['openid', 'profile', 'hr']), notes: oidc(['openid']) },
  })

let server: TestServer
let wiki: RelyingParty
before(async () => {
  server = await startServer({ apply: document(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  wiki = relyingParty(server.url)
})
after(() => server?.stop())

const tokensFor = async (scope: string) => {
  const page = await signIn(new Client(server.url), people.ada, wiki.start({ scope }))
  return (await wiki.redeem(wiki.answerOf(page)['code'] ?? '')).json()
}

test('a mapping is a scope that an application may ask for, and tells its claims', async () => {
  const tokens = await tokensFor('openid hr')
  assert.equal(tokens.scope, 'openid hr')
  const { sub: _, ...claims } = (await wiki.userinfo(tokens.access_token)).json()
  assert.deepEqual(claims, { department: 'Books', staff: true })
  assert.equal(claimsOf(tokens.id_token)['department'], undefined)
  assert.match(server.logs(), /claims: an expression failed/)
})

test('it may add to a scope that is there, and to tokens', async () => {
  const tokens = await tokensFor('openid profile')
  assert.equal(claimsOf(tokens.id_token)['tenant'], 'acme')
  const claims = (await wiki.userinfo(tokens.access_token)).json()
  assert.deepEqual([claims.tenant, claims.name, claims.department], ['acme', 'Ada', undefined])
})

test('the metadata list what this application may ask for', async () => {
  const of = async (slug: string) => (await new Client(server.url).open(`/application/o/${slug}/.well-known/openid-configuration`)).json()
  const metadata = await of('wiki')
  assert.deepEqual(metadata.scopes_supported, ['openid', 'profile', 'hr'])
  for (const claim of ['department', 'staff', 'tenant']) assert.ok(metadata.claims_supported.includes(claim), claim)
  assert.ok(!(await of('notes')).claims_supported.includes('department'))
})

test('the user is asked by the words of the mapping', async () => {
  await applyTo(server, {
    ...document(),
    applications: {
      wiki: { name: 'W', provider: 'wiki', flows: { authorization: 'default-authorization-explicit-consent' } },
      notes: { name: 'N', provider: 'notes' },
    },
  })
  const consent = await signIn(new Client(server.url), people.ada, wiki.start({ scope: 'openid hr' }))
  assert.match(consent.text, /See where you work/)
  await applyTo(server, document())
})

test('what cannot be is refused before anything starts', async () => {
  const claims = {
    sub: { path: 'user.username' },
    a: { path: 'user.nmae' },
    b: { path: 'user.username', value: 1 },
    c: {},
    d: { expression: 'user.name and true' },
    e: { path: 'session.at' },
    f: { path: 'usr.name' },
  }
  const wrong = startServer({ apply: { ...document({ claims }), providers: { wiki: oidc(['openid', 'hrr']), notes: oidc(['openid']) } } })
  const { message } = await wrong.then(
    () => assert.fail('it started'),
    (error: unknown) => error as Error,
  )
  for (const line of [
    /claims\.sub: the claim "sub" is the protocol's own; choose another name/,
    /claims\.a\.path: "user" has no "nmae"; did you mean "name"\?/,
    /claims\.b: a claim comes from one of path, expression, value, this one from path and value/,
    /claims\.c: a claim comes from one of path, expression, value, this one from none/,
    /claims\.d\.expression: "and" is written as && in JavaScript; did you mean `user\.name && true`\?/,
    /claims\.e\.path: "session\.at" is a time; write an expression that says in which form/,
    /claims\.f\.path: there is no "usr" to start a path from; did you mean "user"\?/,
    /wiki\.with\.scopes\[1\]: there is no scope "hrr"; did you mean "hr"\?/,
  ])
    assert.match(message, line)
})
