import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import test from 'node:test'
import { base, codeOf, confidential, post, publicClient, redeem, tokens, world, type World } from '../test/harness.ts'

const other = { ...confidential, clientId: 'other', clientSecret: 'other-s3cret' }
const worlds = () => world({ app: confidential, other, spa: publicClient })

const verifier = randomBytes(32).toString('base64url')
const challengeOf = (text: string) => ({
  code_challenge: createHash('sha256').update(text).digest('base64url'),
  code_challenge_method: 'S256',
})

const refused = async (response: Promise<{ json(): any; statusCode: number }>, says: RegExp) => {
  const { statusCode, json } = await response.then((one) => ({ statusCode: one.statusCode, json: one.json() }))
  assert.deepEqual([statusCode, json.error], [400, 'invalid_grant'])
  assert.match(json.error_description, says)
}
const userinfo = ({ app }: World, token: string) =>
  app.inject({ url: `${base}/userinfo/`, headers: { authorization: `Bearer ${token}` } }).then(({ statusCode }) => statusCode)

test('a code gives tokens', async () => {
  const one = await worlds()
  const { access_token, id_token, ...rest } = await tokens(one)
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 600, scope: 'openid email profile' })
  assert.equal(await userinfo(one, access_token), 200)
  assert.ok(id_token)
})

test('a code that is used twice gives nothing, and what the first use gave is revoked', async () => {
  const one = await worlds()
  const code = await codeOf(one, { scope: 'openid offline_access' })
  const first = (await redeem(one, code)).json()
  assert.equal(await userinfo(one, first.access_token), 200)
  await refused(redeem(one, code), /used before/)
  assert.equal(await userinfo(one, first.access_token), 401)
  await refused(
    post(one, { grant_type: 'refresh_token', refresh_token: first.refresh_token, client_id: 'app', client_secret: 's3cret' }),
    /./,
  )
  assert.deepEqual(
    one.events.map(({ action }) => action),
    ['oidc.code-reused'],
  )
})

test('of 100 parallel redemptions exactly one succeeds', async () => {
  const one = await worlds()
  const code = await codeOf(one)
  const statuses = await Promise.all(Array.from({ length: 100 }, () => redeem(one, code).then(({ statusCode }) => statusCode)))
  assert.equal(statuses.filter((status) => status === 200).length, 1)
})

test('an unknown code is refused', async () => {
  await refused(redeem(await worlds(), 'nothing'), /unknown/)
})

test('a code is refused after its lifetime', async () => {
  const one = await worlds()
  const code = await codeOf(one)
  one.clock.pass(61)
  await refused(redeem(one, code), /expired/)
})

test('a code of another client is refused and is spent by it', async () => {
  const one = await worlds()
  const code = await codeOf(one)
  await refused(redeem(one, code, { client_id: 'other', client_secret: 'other-s3cret' }), /another client/)
  await refused(redeem(one, code), /used before/)
})

for (const redirect_uri of ['https://app.example/cb/', 'https://other.example/cb', undefined])
  test(`a code is refused with redirect_uri ${redirect_uri}`, async () => {
    const one = await worlds()
    await refused(redeem(one, await codeOf(one), { redirect_uri }), /redirect_uri/)
  })

test('a code is redeemed at the origin that it was given under only', async () => {
  const one = await worlds()
  const code = await codeOf(one)
  one.setting.origin = 'https://elsewhere.example'
  await refused(redeem(one, code), /given under http:\/\/localhost/)
})

test('a verifier that belongs to the challenge is accepted', async () => {
  const one = await worlds()
  const code = await codeOf(one, challengeOf(verifier))
  assert.equal((await redeem(one, code, { code_verifier: verifier })).statusCode, 200)
})

test('a public client redeems by its verifier alone', async () => {
  const one = await worlds()
  const redirect_uri = 'https://spa.example/cb'
  const code = await codeOf(one, { client_id: 'spa', redirect_uri, ...challengeOf(verifier) })
  const answer = await redeem(one, code, { client_id: 'spa', client_secret: undefined, redirect_uri, code_verifier: verifier })
  assert.equal(answer.statusCode, 200)
})

test('a challenge that was sent must be answered, and rightly', async () => {
  const one = await worlds()
  const attempts: readonly (readonly [string | undefined, RegExp])[] = [
    [undefined, /missing/],
    [randomBytes(32).toString('base64url'), /does not belong/],
    [challengeOf(verifier).code_challenge, /does not belong/],
    [`${verifier}=`, /malformed/],
  ]
  for (const [code_verifier, says] of attempts)
    await refused(redeem(one, await codeOf(one, challengeOf(verifier)), { code_verifier }), says)
})

test('a verifier of 42 or of 129 characters is refused, though the challenge was made of it', async () => {
  const one = await worlds()
  for (const code_verifier of ['a'.repeat(42), 'a'.repeat(129)])
    await refused(redeem(one, await codeOf(one, challengeOf(code_verifier)), { code_verifier }), /43 to 128/)
  for (const code_verifier of ['a'.repeat(43), 'a'.repeat(128)])
    assert.equal((await redeem(one, await codeOf(one, challengeOf(code_verifier)), { code_verifier })).statusCode, 200)
})

test('a wrong verifier spends the code', async () => {
  const one = await worlds()
  const code = await codeOf(one, challengeOf(verifier))
  await refused(redeem(one, code, { code_verifier: 'b'.repeat(43) }), /does not belong/)
  await refused(redeem(one, code, { code_verifier: verifier }), /used before/)
})

test('a verifier where no challenge was sent shows a downgrade and is refused', async () => {
  const one = await worlds()
  await refused(redeem(one, await codeOf(one), { code_verifier: verifier }), /no code_challenge/)
})

test('a user who was disabled since gets nothing', async () => {
  const one = await worlds()
  const code = await codeOf(one)
  one.users.all.set(one.ada.id, { ...one.ada, enabled: false })
  await refused(redeem(one, code), /user/)
})

test('a request without code is invalid_request', async () => {
  const one = await worlds()
  assert.equal((await redeem(one, '')).json().error, 'invalid_request')
})

test('the store holds neither the code nor a way to it', async () => {
  const one = await worlds()
  const code = await codeOf(one)
  assert.doesNotMatch(JSON.stringify([...one.use.store.entries]), new RegExp(code))
})

test('a stored code of another layout is refused', async () => {
  const one = await worlds()
  const code = await codeOf(one)
  const [[key, entry] = assert.fail()] = one.use.store.entries
  one.use.store.entries.set(key, { ...entry, value: { ...(entry.value as object), layout: 0 } })
  await refused(redeem(one, code), /unknown/)
})
