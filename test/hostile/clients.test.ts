import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { people, wiki } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'
import { assertRefused, attacked, refresh, shop, token, tokensFor, userinfo } from './attack.ts'

const job = { clientId: 'job', clientSecret: 'job-secret-of-thirty-two-characters' }
const closed = { clientId: 'closed', clientSecret: 'closed-secret-of-thirty-two-chars' }
const machine = (secret: string, more: object = {}) => ({
  type: 'oidc',
  with: { clientSecret: secret, grantTypes: ['client_credentials'], clientScopes: ['jobs.read'], ...more },
})

const document = attacked({
  providers: {
    job: machine(job.clientSecret, { serviceAccount: people.bob.username }),
    opaque: machine(job.clientSecret, { accessTokenFormat: 'opaque' }),
    closed: machine(closed.clientSecret),
  },
  applications: {
    job: { name: 'Job', provider: 'job' },
    opaque: { name: 'Opaque', provider: 'opaque' },
    closed: { name: 'Closed', provider: 'closed', access: { mode: 'any', bindings: [{ user: people.ada.username }] } },
  },
})

let server: TestServer
before(async () => {
  server = await startServer({ apply: document })
})
after(() => server.stop())

const asWiki: Readonly<Record<string, string>> = { client_id: wiki.clientId, client_secret: wiki.clientSecret }
const as = ({ clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }) => ({
  client_id: clientId,
  client_secret: clientSecret,
})
const own = (of: Parameters<typeof as>[0], scope?: string) => token(server, { grant_type: 'client_credentials', ...as(of), scope })

const post = (path: string, fields: Readonly<Record<string, string>>, url = server.url, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${url}/application/o/${path}/`, { method: 'POST', headers, body: new URLSearchParams(fields) })
const introspect = async (given: string, credentials = asWiki, url = server.url) =>
  (await (await post('introspect', { token: given, ...credentials }, url)).json()) as Readonly<Record<string, unknown>>
const revoke = async (given: string, credentials = asWiki) => (await post('revoke', { token: given, ...credentials })).status

const setBob = async (enabled: boolean): Promise<void> =>
  assert.equal((await run(server, `update users set enabled = ${enabled} where username_key = 'bob'`)).changed, 1)

test('a client gets no scope for itself that it was not given', async () => {
  for (const scope of ['jobs.write', 'jobs.read openid', 'offline_access', 'profile', '__proto__'])
    assertRefused(await own(job, scope), 'invalid_scope')
  assert.equal((await own(job)).body['scope'], 'jobs.read')
  assertRefused(await token(server, { grant_type: 'client_credentials' }), 'unauthorized_client')
})

test('a client of the slug and the client ID of one that was deleted does not inherit its own tokens', async () => {
  const opaque = { clientId: 'opaque', clientSecret: job.clientSecret }
  for (const [slug, client] of [
    ['job', job],
    ['opaque', opaque],
  ] as const)
    for (const gone of [{ applications: { [slug]: null } }, { applications: { [slug]: null }, providers: { [slug]: null } }]) {
      const { access_token } = (await own(client)).body
      assert.equal((await introspect(access_token, as(client)))['active'], true)
      await server.restart({ apply: { version: 1, ...gone } })
      await server.restart({ apply: document })
      assert.equal((await own(client)).status, 200, 'it is there again')
      assert.deepEqual(await introspect(access_token, as(client)), { active: false }, slug)
    }
})

test('a client that a user could be called like is refused', async () => {
  for (const more of [{ subject: 'username' }, { subject: 'email' }, { clientId: randomUUID() }]) {
    const file = join(temporaryDirectory(), 'imposter.json')
    const imposter = machine(job.clientSecret, more)
    writeFileSync(
      file,
      JSON.stringify({ version: 1, providers: { imposter }, applications: { imposter: { name: 'I', provider: 'imposter' } } }),
    )
    const { code, err } = await server.sluice(['apply', file])
    assert.notEqual(code, 0)
    assert.match(err, /serviceAccount/)
  }
})

test('a client whose service account is disabled gets nothing, and what it has is dead', async () => {
  const { access_token } = (await own(job)).body
  assert.equal((await introspect(access_token, as(job)))['username'], 'bob')
  await setBob(false)
  assertRefused(await own(job), 'unauthorized_client')
  assert.deepEqual(await introspect(access_token, as(job)), { active: false })
  await setBob(true)
  assert.equal((await introspect(access_token, as(job)))['active'], true)
})

test('a client without a service account does not pass access rules about people', async () => {
  assertRefused(await own(closed), 'unauthorized_client')
})

test('what is told of a token is told to nobody else, and a token is no credential', async () => {
  const { access_token, refresh_token } = await tokensFor(server, people.ada)
  assert.equal((await introspect(access_token))['active'], true)
  for (const given of [access_token, refresh_token])
    for (const other of [as(shop), as(job)]) assert.deepEqual(await introspect(given, other), { active: false })
  for (const headers of [{}, { authorization: `Bearer ${access_token}` }])
    assert.equal((await post('introspect', { token: access_token }, server.url, headers)).status, 401)
})

test('revoking another client’s token is answered like any, and revokes nothing', async () => {
  const { access_token, refresh_token } = await tokensFor(server, people.ada)
  for (const given of [access_token, refresh_token, 'nonsense', 'a.b.c']) assert.equal(await revoke(given, as(shop)), 200)
  assert.equal(await userinfo(server, access_token), 200)
  assert.equal((await refresh(server, refresh_token)).status, 200)
})

test('a token that is revoked, or asked about at another origin, is dead at userinfo and introspection, after a restart, too', async () => {
  const { access_token, refresh_token } = await tokensFor(server, people.ada)
  const elsewhere = server.url.replace('localhost', '127.0.0.1')
  assert.deepEqual(await introspect(access_token, asWiki, elsewhere), { active: false })
  assert.equal(await userinfo({ url: elsewhere }, access_token), 401)
  const opaque = { clientId: 'opaque', clientSecret: job.clientSecret }
  const [kept, gone] = [(await own(opaque)).body['access_token'], (await own(opaque)).body['access_token']]
  assert.equal(await revoke(access_token), 200)
  assert.equal(await revoke(gone, as(opaque)), 200)
  await server.restart()
  assert.equal(await userinfo(server, access_token), 401)
  assert.deepEqual(await introspect(access_token), { active: false })
  assert.deepEqual(await introspect(gone, as(opaque)), { active: false })
  assert.equal((await introspect(kept, as(opaque)))['active'], true)
  assert.equal((await refresh(server, refresh_token)).status, 200, 'its grant lives')
})

test('of a hundred revocations and refreshes at once, none leaves a token of the grant alive', async () => {
  const { refresh_token } = await tokensFor(server, people.ada)
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, at) => (at % 2 ? revoke(refresh_token) : refresh(server, refresh_token))),
  )
  for (const answer of answers) {
    if (typeof answer === 'number') assert.equal(answer, 200)
    else if (answer.status === 200) {
      assert.equal(await userinfo(server, answer.body['access_token']), 401)
      assertRefused(await refresh(server, answer.body['refresh_token']), 'invalid_grant')
    }
  }
})

test('a client’s secret is not guessed, on whatever endpoint', async () => {
  const guesses = await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      post(['token', 'introspect', 'revoke'][at % 3]!, { client_id: closed.clientId, client_secret: `guess ${at}`, token: 'x' }),
    ),
  )
  assert.equal(guesses.filter(({ status }) => status === 401).length, 30)
  assert.equal((await own(closed)).status, 429, 'the right one, too')
  assert.equal((await own(job)).status, 200, 'another client is not concerned')
})
