import assert from 'node:assert/strict'
import test from 'node:test'
import { Secret } from 'sluice/plugin'
import { asApp, base, codeOf, confidential, post, publicClient, redeem, world } from '../test/harness.ts'

const awkward = { id: 'awk:ward', secret: 'a+b %&=:ü"' }
const one = await world({
  app: confidential,
  spa: publicClient,
  awkward: { ...confidential, clientId: awkward.id, clientSecret: awkward.secret },
})
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

const formEncoded = (text: string) => new URLSearchParams({ x: text }).toString().slice(2)
/** Past authentication, this request is refused for its grant type. */
const past = { grant_type: 'past_authentication' }
const reached = async (fields: Record<string, string>, headers?: Record<string, string>) =>
  (await post(one, { ...past, ...fields }, headers)).json().error === 'unsupported_grant_type'

test('a confidential client authenticates by basic or by post', async () => {
  assert.ok(await reached({}, basic('app:s3cret')))
  assert.ok(await reached(asApp))
  assert.ok(await reached({ client_id: 'app' }, basic('app:s3cret')))
})

test('basic credentials are form-decoded: %3A, +, UTF-8', async () => {
  assert.ok(await reached({}, basic(`${formEncoded(awkward.id)}:${formEncoded(awkward.secret)}`)))
})

test('basic credentials that a client forgot to encode work, too', async () => {
  const two = await world({ app: { ...confidential, clientSecret: 'a+b%zz' } })
  const response = await post(two, past, basic('app:a+b%zz'))
  assert.equal(response.json().error, 'unsupported_grant_type')
  const plus = await world({ app: { ...confidential, clientSecret: 'a+b' } })
  assert.equal((await post(plus, past, basic('app:a+b'))).json().error, 'unsupported_grant_type')
})

test('a public client authenticates by its client_id alone', async () => {
  assert.ok(await reached({ client_id: 'spa' }))
  assert.ok(await reached({}, basic('spa:')))
})

const failures: readonly (readonly [what: string, fields: Record<string, string>, headers?: Record<string, string>])[] = [
  ['a wrong secret by post', { client_id: 'app', client_secret: 'wrong' }],
  ['an unknown client by post', { client_id: 'nobody', client_secret: 'wrong' }],
  ['a confidential client without secret', { client_id: 'app' }],
  ['an unknown client without secret', { client_id: 'nobody' }],
  ['a public client with a secret', { client_id: 'spa', client_secret: 'x' }],
  ['a wrong secret by basic', {}, basic('app:wrong')],
  ['an unknown client by basic', {}, basic('nobody:wrong')],
  ['an empty secret by basic', {}, basic('app:')],
]
for (const [what, fields, headers] of failures)
  test(`${what} is invalid_client, with a challenge only where the header was used`, async () => {
    const response = await post(one, { ...past, ...fields }, headers)
    assert.deepEqual([response.statusCode, response.json().error], [401, 'invalid_client'])
    assert.equal(response.headers['www-authenticate'] !== undefined, headers !== undefined)
  })

test('all failures are told in the same words', async () => {
  const bodies = await Promise.all(failures.map(([, fields, headers]) => post(one, { ...past, ...fields }, headers)))
  assert.equal(new Set(bodies.map(({ body }) => body)).size, 1)
})

test('an unknown client costs the comparisons that a known one does', async () => {
  const { equals } = Secret.prototype
  let compared = 0
  Secret.prototype.equals = function (candidate) {
    compared += 1
    return equals.call(this, candidate)
  }
  try {
    const counts = []
    for (const [, fields, headers] of failures) {
      compared = 0
      await post(one, { ...past, ...fields }, headers)
      counts.push(compared)
    }
    assert.deepEqual(new Set(counts), new Set([2]))
  } finally {
    Secret.prototype.equals = equals
  }
})

const malformed: readonly (readonly [what: string, fields: Record<string, string>, headers: Record<string, string>, error: string])[] = [
  ['no authentication at all', {}, {}, 'invalid_client'],
  ['a header that is not basic', {}, { authorization: 'Bearer x' }, 'invalid_client'],
  ['a header that is not base64', {}, { authorization: 'Basic ***' }, 'invalid_client'],
  ['a header without colon', {}, basic('app'), 'invalid_client'],
  ['two methods at once', asApp, basic('app:s3cret'), 'invalid_request'],
  ['a second client_id that differs', { client_id: 'spa' }, basic('app:s3cret'), 'invalid_request'],
  ['a client assertion', { client_id: 'app', client_assertion: 'x', client_assertion_type: 'y' }, {}, 'invalid_client'],
]
for (const [what, fields, headers, error] of malformed)
  test(`${what} is ${error}, and the description says what to do`, async () => {
    const response = await post(one, { ...past, ...fields }, headers)
    assert.equal(response.json().error, error)
    assert.match(response.json().error_description, /Send|Authenticate|form/)
  })

test('secrets are in no log and no answer', async () => {
  const secret = 'Zq8-a-secret-to-look-for'
  const response = await post(one, { ...past, client_id: 'app', client_secret: secret })
  await post(one, past, basic(`app:${secret}`))
  assert.ok(one.logged.length > 0)
  assert.doesNotMatch(JSON.stringify(one.logged) + response.body, /Zq8/)
})

test('parameters in the query are invalid_request, also beside a good body', async () => {
  const code = await codeOf(one)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: 'https://app.example/cb', ...asApp }).toString()
  const refused = await one.app.inject({ method: 'POST', url: `${base}/token/?client_id=app`, headers, payload: body })
  assert.equal(refused.json().error, 'invalid_request')
  assert.equal((await redeem(one, code)).statusCode, 200)
})

test('a parameter sent twice is invalid_request and is named', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await one.app.inject({ method: 'POST', url: `${base}/token/`, headers, payload: 'code=a&code=b&client_id=app' })
  assert.equal(response.json().error, 'invalid_request')
  assert.match(response.json().error_description, /^code /)
})

test('a body that is no form is invalid_request', async () => {
  const response = await one.app.inject({ method: 'POST', url: `${base}/token/`, payload: { grant_type: 'x', ...asApp } })
  assert.deepEqual([response.statusCode, response.json().error], [400, 'invalid_request'])
  assert.match(response.json().error_description, /application\/x-www-form-urlencoded/)
})

test('a grant type that is missing or not supported is said so', async () => {
  assert.equal((await post(one, asApp)).json().error, 'invalid_request')
  for (const grant_type of ['password', 'constructor'])
    assert.equal((await post(one, { ...asApp, grant_type })).json().error, 'unsupported_grant_type')
})

test('no answer of the token endpoint is cached', async () => {
  for (const response of [await redeem(one, await codeOf(one)), await post(one, {})])
    assert.equal(response.headers['cache-control'], 'no-store')
})

test('GET is no way to tokens', async () => {
  const response = await one.app.inject({ url: `${base}/token/` })
  assert.equal(response.statusCode, 405)
})
