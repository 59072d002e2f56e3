import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { people, wiki } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import {
  assertOwnPage,
  assertRefused,
  attacked,
  authorizeAddress,
  answerOf,
  codeFor,
  native,
  proofKey,
  redeem,
  refresh,
  shop,
  token,
  userinfo,
} from './attack.ts'

const document = (more: Readonly<Record<string, object>> = {}) => {
  const slow = { type: 'oidc', with: { clientSecret: wiki.clientSecret, redirectUris: [wiki.redirectUri], codeLifetime: 300 } }
  const providers = { late: slow, notes: slow, closed: slow, ...more }
  return attacked({
    users: { carl: { password: carl.password }, dora: { password: dora.password } },
    providers,
    applications: {
      ...Object.fromEntries(Object.keys(providers).map((slug) => [slug, { name: slug, provider: slug }])),
      notes: { name: 'Notes', provider: 'notes', flows: { authorization: 'default-authorization-explicit-consent' } },
      closed: { name: 'Closed', provider: 'closed', access: { mode: 'any', bindings: [{ group: 'staff' }] } },
    },
  })
}
const carl = { username: 'carl', password: 'a password that is of carl' }
const dora = { username: 'dora', password: 'a password that is of dora' }

let server: TestServer
let browser: Client
before(async () => {
  const brief = { type: 'oidc', with: { clientSecret: wiki.clientSecret, redirectUris: [wiki.redirectUri], codeLifetime: 5 } }
  server = await startServer({ apply: document({ brief }), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  browser = new Client(server.url)
})
after(() => server.stop())

/** A code of the browser where ada stays signed in. */
const code = (changes: Readonly<Record<string, string | undefined>> = {}) => codeFor(browser, people.ada, changes)

test('a code that is used again fails, and takes the tokens of its first use with it', async () => {
  const spent = await code()
  const { status, body } = await redeem(server, spent)
  assert.equal(status, 200)
  assert.equal(await userinfo(server, body['access_token']), 200)
  assertRefused(await redeem(server, spent), 'invalid_grant')
  assert.equal(await userinfo(server, body['access_token']), 401)
  assertRefused(await refresh(server, body['refresh_token']), 'invalid_grant')
})

test('of a hundred redemptions of one code at once, one succeeds, and its tokens are dead since the code was reused', async () => {
  const raced = await code()
  const answers = await Promise.all(Array.from({ length: 100 }, () => redeem(server, raced)))
  const [winner, ...others] = answers.filter(({ status }) => status === 200)
  assert.ok(winner, 'one succeeds')
  assert.deepEqual(others, [])
  for (const answer of answers) if (answer !== winner) assertRefused(answer, 'invalid_grant')
  assert.equal(await userinfo(server, winner.body['access_token']), 401)
  assertRefused(await refresh(server, winner.body['refresh_token']), 'invalid_grant')
})

test('a code is of no use to another client, and was spent by trying', async () => {
  for (const thief of [
    { client_id: shop.clientId, client_secret: shop.clientSecret },
    { client_id: native.clientId, client_secret: undefined },
  ]) {
    const stolen = await code()
    assertRefused(await redeem(server, stolen, thief), 'invalid_grant')
    assertRefused(await redeem(server, stolen), 'invalid_grant')
  }
})

test('a code is redeemed with the redirect URI that it was sent to, character by character', async () => {
  for (const redirect_uri of [
    undefined,
    'http://127.0.0.1:8080/callback',
    'http://127.0.0.1/callback/',
    'http://127.0.0.1/callback?',
    `${wiki.redirectUri} `,
    wiki.redirectUri.toUpperCase(),
  ])
    assertRefused(await redeem(server, await code(), { redirect_uri }), 'invalid_grant')
})

test('a code is of no use at another origin of the same server, nor after its lifetime, nor if nobody made it', async () => {
  const elsewhere = { url: server.url.replace('localhost', '127.0.0.1') }
  assertRefused(await redeem(elsewhere, await code()), 'invalid_grant')
  const late = await code({ client_id: 'brief' })
  await new Promise((resolve) => setTimeout(resolve, 5100))
  assertRefused(await redeem(server, late, { client_id: 'brief' }), 'invalid_grant')
  for (const made of ['x', 'A'.repeat(43), '__proto__', `${await code()}=`, '\0'])
    assertRefused(await redeem(server, made), 'invalid_grant')
})

test('who sent a challenge must answer it, and who sent none may not answer one', async () => {
  const { verifier, challenge } = proofKey()
  const challenged = () => code({ code_challenge: challenge, code_challenge_method: 'S256' })
  assert.equal((await redeem(server, await challenged(), { code_verifier: verifier })).status, 200)
  assertRefused(await redeem(server, await challenged()), 'invalid_grant')
  assertRefused(await redeem(server, await code(), { code_verifier: verifier }), 'invalid_grant')
  for (const wrong of [proofKey().verifier, challenge, verifier.slice(1), verifier.padEnd(129, 'a'), `${verifier}=`, ` ${verifier}`, ''])
    assertRefused(await redeem(server, await challenged(), { code_verifier: wrong }), 'invalid_grant')
})

test('only S256 is a proof key method, and a public client cannot go without', async () => {
  const { verifier, challenge } = proofKey()
  for (const changes of [
    { code_challenge: verifier, code_challenge_method: 'plain' },
    { code_challenge: verifier },
    { code_challenge: challenge, code_challenge_method: 's256' },
    { code_challenge_method: 'S256' },
    { code_challenge: `${challenge}=`, code_challenge_method: 'S256' },
    { client_id: native.clientId },
  ])
    assert.equal(answerOf(await browser.ask(authorizeAddress(changes)))['error'], 'invalid_request')
  assertOwnPage(
    await browser.ask(`${authorizeAddress({ code_challenge: challenge, code_challenge_method: 'S256' })}&code_challenge=${challenge}`),
  )
})

test('the token endpoint takes a form by POST, each parameter once, and nothing from the address', async () => {
  const ask = async (method: string, query: string, body?: string, type = 'application/x-www-form-urlencoded') => {
    const response = await fetch(`${server.url}/application/o/token/${query}`, {
      method,
      ...(body && { body, headers: { 'content-type': type } }),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
  }
  const fields = async () => ({
    grant_type: 'authorization_code',
    code: await code(),
    redirect_uri: wiki.redirectUri,
    client_id: wiki.clientId,
    client_secret: wiki.clientSecret,
  })
  const form = new URLSearchParams(await fields()).toString()
  for (const name of ['code', 'client_id', 'client_secret', 'grant_type'])
    assertRefused(await ask('POST', '', `${form}&${name}=other`), 'invalid_request')
  assertRefused(await ask('POST', `?${form}`, form), 'invalid_request')
  assertRefused(await ask('POST', '?x=1', form), 'invalid_request')
  assertRefused(await ask('POST', '', JSON.stringify(await fields()), 'application/json'), 'invalid_request')
  assert.equal((await ask('GET', `?${form}`)).status, 405)
  assert.equal((await ask('POST', '', form)).status, 200, 'none of these spent the code')
})

test('a client authenticates by one method, and an unknown client learns what a wrong secret learns', async () => {
  const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })
  const fields = { grant_type: 'authorization_code', code: 'x', redirect_uri: wiki.redirectUri }
  const byHeader = { client_id: undefined, client_secret: undefined }
  assertRefused(await token(server, fields, basic(wiki.clientId, wiki.clientSecret)), 'invalid_request')
  assertRefused(
    await token(server, { ...fields, ...byHeader, client_id: 'shop' }, basic(wiki.clientId, wiki.clientSecret)),
    'invalid_request',
  )
  const told = async (...[changes, headers]: [object, Record<string, string>?]) => {
    const answer = await token(server, { ...fields, ...changes }, headers)
    assertRefused(answer, 'invalid_client')
    return JSON.stringify([answer.status, answer.body, answer.headers.get('www-authenticate')])
  }
  const inBody = await told({ client_secret: 'wrong' })
  assert.equal(await told({ client_id: 'nobody' }), inBody)
  assert.equal(await told({ client_secret: undefined }), inBody)
  assert.equal(await told({ client_id: 'native' }), inBody)
  assert.equal(await told({ client_id: 'constructor' }), inBody)
  const inHeader = await told(byHeader, basic(wiki.clientId, 'wrong'))
  assert.equal(await told(byHeader, basic('nobody', wiki.clientSecret)), inHeader)
})

test('a code of a session that has ended since signs nobody in', async () => {
  const client = new Client(server.url)
  const outstanding = await codeFor(client, people.bob)
  await client.submit(await client.open('/if/flow/default-invalidation/'))
  const answer = await redeem(server, outstanding)
  assertRefused(answer, 'invalid_grant')
  assert.match(answer.body['error_description'], /signed out/)
})

const as = (client_id: string) => ({ client_id })
/** What was redeemed opens nothing: neither now nor as a grant that somebody finds later. */
const assertNothing = async (outstanding: string, client: string, error = 'invalid_grant') => {
  assertRefused(await redeem(server, outstanding, as(client)), error)
  const { rows } = await run(server, `select count(*) as n from grants where application = '${client}' and revoked_at is null`)
  assert.equal(Number(rows[0]?.['n']), 0)
}

test('a code of a user who was disabled, or deleted, since signs nobody in', async () => {
  const admin = apiOf(server.url, adminToken)
  for (const person of [carl, dora]) {
    const [user] = (await admin.must('GET', `/users?username=${person.username}`)).items
    const outstanding = await codeFor(new Client(server.url), person, as('late'))
    if (person === carl) await run(server, "update users set enabled = false where username_key = 'carl'")
    else assert.equal((await admin('DELETE', `/users/${user.id}`)).status, 204)
    await assertNothing(outstanding, 'late')
  }
})

test('a code whose consent was taken back since signs nobody in', async () => {
  const client = new Client(server.url)
  const ask = authorizeAddress(as('notes'))
  const allow = async () => answerOf(await client.submit(await signIn(client, people.ada, ask), {}, 'Allow'))['code'] ?? ''
  const first = await allow()
  const second = answerOf(await client.open(ask))['code'] ?? assert.fail('allowed before')
  const admin = apiOf(server.url, adminToken)
  const [consent] = (await admin.must('GET', '/consents?application=notes')).items
  assert.equal((await admin('DELETE', `/consents/${consent.id}`)).status, 204)
  for (const outstanding of [first, second]) await assertNothing(outstanding, 'notes')
  const again = answerOf(await client.submit(await client.open(ask), {}, 'Allow'))['code'] ?? ''
  assert.equal((await redeem(server, again, as('notes'))).status, 200, 'who allows it again has a code again')
})

test('a code of a user who lost access to the application since signs nobody in', async () => {
  const client = new Client(server.url)
  assert.equal((await redeem(server, await codeFor(client, people.ada, as('closed')), as('closed'))).status, 200)
  await run(server, "delete from grants where application = 'closed'")
  const outstanding = answerOf(await client.open(authorizeAddress(as('closed'))))['code'] ?? assert.fail('ada may')
  const changed = await run(server, "delete from memberships where user_id in (select id from users where username_key = 'ada')")
  assert.ok(changed.changed > 0)
  await assertNothing(outstanding, 'closed')
})

test('a code of an application, or of a provider, that was deleted since signs nobody in, also if there is one of its name again', async () => {
  for (const gone of [{ applications: { late: null } }, { applications: { late: null }, providers: { late: null } }]) {
    const [first, second] = [
      await codeFor(new Client(server.url), people.bob, as('late')),
      await codeFor(new Client(server.url), people.bob, as('late')),
    ]
    await server.restart({ apply: { version: 1, ...gone } })
    // A provider that no application names has one of its own slug.
    await assertNothing(first, 'late', 'providers' in gone ? 'invalid_client' : 'invalid_grant')
    await server.restart({ apply: document() })
    await assertNothing(second, 'late')
    assert.equal(
      (await redeem(server, await codeFor(new Client(server.url), people.bob, as('late')), as('late'))).status,
      200,
      'a new one does',
    )
    await run(server, "delete from grants where application = 'late'")
  }
})
