import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { run } from '../kit/database.ts'
import { Client, signIn } from '../kit/client.ts'
import { people, wiki } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { adminToken, apiOf, applyTo } from '../kit/api.ts'
import { answerOf, assertRefused, attacked, authorizeAddress, native, redeem, refresh, shop, tokensFor, userinfo } from './attack.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: attacked(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
})
after(() => server.stop())

const tokens = () => tokensFor(server, people.ada)

/** Changes the directory behind the server's back, as an administrator elsewhere in a cluster would. */
const inDatabase = async (statement: string): Promise<void> => assert.ok((await run(server, statement)).changed > 0, statement)

test('of a hundred refreshes with one token at once, one succeeds, and its family lives', async () => {
  const first = await tokens()
  const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(server, first['refresh_token'])))
  const [winner, ...others] = answers.filter(({ status }) => status === 200)
  assert.ok(winner, 'one succeeds')
  assert.deepEqual(others, [])
  for (const answer of answers) if (answer !== winner) assertRefused(answer, 'invalid_grant')
  assert.equal(await userinfo(server, winner.body['access_token']), 200)
  assert.equal((await refresh(server, winner.body['refresh_token'])).status, 200)
})

test('a refresh token gives no scope that it was not given', async () => {
  const { refresh_token } = await tokensFor(server, people.ada, { scope: 'openid offline_access' })
  for (const scope of ['openid email', 'openid profile offline_access', 'openid groups', 'admin', '__proto__'])
    assertRefused(await refresh(server, refresh_token, { scope }), 'invalid_scope')
  const narrowed = await refresh(server, refresh_token, { scope: 'openid' })
  assert.equal(narrowed.body['scope'], 'openid')
})

test('a refresh token is of no use to another client, at another origin, or changed in any character', async () => {
  const { refresh_token } = await tokens()
  assertRefused(await refresh(server, refresh_token, { client_id: shop.clientId, client_secret: shop.clientSecret }), 'invalid_grant')
  assertRefused(await refresh(server, refresh_token, { client_id: native.clientId, client_secret: undefined }), 'invalid_grant')
  assertRefused(await refresh({ url: server.url.replace('localhost', '127.0.0.1') }, refresh_token), 'invalid_grant')
  const flipped = [...(refresh_token as string)].map((letter, at, all) => all.with(at, letter === 'A' ? 'B' : 'A').join(''))
  const answers = await Promise.all(flipped.map((forged) => refresh(server, forged)))
  for (const answer of answers) assertRefused(answer, 'invalid_grant')
  assert.equal((await refresh(server, refresh_token)).status, 200, 'none of these spent it')
})

test('a disabled user gets nothing more for any token', async () => {
  const { refresh_token, access_token } = await tokens()
  await inDatabase(`update users set enabled = false where username_key = 'ada'`)
  assertRefused(await refresh(server, refresh_token), 'invalid_grant')
  assert.equal(await userinfo(server, access_token), 401)
  await inDatabase(`update users set enabled = true where username_key = 'ada'`)
  assert.equal(await userinfo(server, access_token), 200)
})

test('who chooses a new password by a recovery link ends every session and every token', async () => {
  const { refresh_token, access_token } = await tokensFor(server, people.bob)
  const { out } = await server.sluice(['recover', 'bob'])
  const link = /http\S+/.exec(out)?.[0] ?? assert.fail(`no link in ${out}`)
  const client = new Client(server.url)
  const page = await client.open(link)
  const password = 'a password that bob chose'
  const done = await client.submit(page, { password, 'password-repeat': password })
  assert.equal(done.status, 200, done.text)
  assertRefused(await refresh(server, refresh_token), 'invalid_grant')
  assert.equal(await userinfo(server, access_token), 401)
  assert.equal((await new Client(server.url).open(link)).status, 404, 'the link works once')
})

test('refreshing ends when the client loses the right to, or is gone', async () => {
  const { refresh_token } = await tokens()
  const withScopes = (scopes: readonly string[]) =>
    attacked({
      providers: { wiki: { type: 'oidc', with: { clientSecret: wiki.clientSecret, redirectUris: [wiki.redirectUri], scopes } } },
    })
  await applyTo(server, withScopes(['openid', 'offline_access']))
  const narrowed = await refresh(server, refresh_token)
  assert.equal(narrowed.body['scope'], 'openid offline_access')
  await applyTo(server, withScopes(['openid', 'email']))
  assertRefused(await refresh(server, narrowed.body['refresh_token']), 'invalid_grant')
  const { applications, providers, ...rest } = attacked() as Record<string, Record<string, unknown>>
  // What a document leaves out stays: it has to be taken away by name.
  await applyTo(server, { ...rest, applications: { ...applications, wiki: null }, providers: { ...providers, wiki: null } })
  assertRefused(await refresh(server, narrowed.body['refresh_token']), 'invalid_client')
  await applyTo(server, attacked())
})

const notes = { client_id: 'notes', client_secret: wiki.clientSecret }
const ofNotes = authorizeAddress({ client_id: 'notes', scope: 'openid email offline_access' })
/** Tokens of the application that asks before it gets anything, and the browser where it was allowed. */
const allowed = async () => {
  const client = new Client(server.url)
  const { code = '' } = answerOf(await client.submit(await signIn(client, people.ada, ofNotes), {}, 'Allow'))
  const { body } = await redeem(server, code, notes)
  assert.equal(await userinfo(server, body['access_token']), 200)
  return { client, ...(body as { readonly refresh_token: string; readonly access_token: string }) }
}
const assertOver = async ({ client, refresh_token, access_token }: Awaited<ReturnType<typeof allowed>>) => {
  assertRefused(await refresh(server, refresh_token, notes), 'invalid_grant')
  assert.equal(await userinfo(server, access_token), 401)
  const introspected = await fetch(`${server.url}/application/o/introspect/`, {
    method: 'POST',
    body: new URLSearchParams({ ...notes, token: access_token }),
  })
  assert.deepEqual(await introspected.json(), { active: false })
  assert.match((await client.open(ofNotes)).text, /Allow/, 'it asks again')
}

test('taking back what was allowed ends every token that came of it, and those that were refreshed', async () => {
  const given = await allowed()
  const { body } = await refresh(server, given.refresh_token, notes)
  const admin = apiOf(server.url, adminToken)
  const [consent] = (await admin.must('GET', '/consents?application=notes')).items
  assert.equal((await admin('DELETE', `/consents/${consent.id}`)).status, 204)
  for (const tokens of [given, body]) await assertOver({ ...given, ...tokens })
})

test('an application that is made under the slug of one that was deleted inherits neither its grants nor its consents', async () => {
  for (const kind of ['applications', 'providers'] as const) {
    const given = await allowed()
    const everything = attacked() as Record<string, Record<string, unknown>>
    const without = { ...everything, applications: { ...everything['applications'], notes: null } }
    await applyTo(server, kind === 'applications' ? without : { ...without, providers: { ...everything['providers'], notes: null } })
    // A provider that no application has is a client still, of which nobody has anything.
    assertRefused(await refresh(server, given.refresh_token, notes), kind === 'applications' ? 'invalid_grant' : 'invalid_client')
    await applyTo(server, everything)
    await assertOver(given)
  }
})
