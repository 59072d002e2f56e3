import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import test from 'node:test'
import { SignJWT } from 'jose'
import type { HttpAnswer } from 'sluice/plugin'
import { base, confidential, publicClient, type World, world } from '../../test/harness.ts'

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
}
const jwkOf = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid })
const keys = Object.entries(pairs).map(([kid, { publicKey }]) => jwkOf(publicKey, kid))
const { clientSecret: _, ...without } = confidential
const signing = { ...without, clientId: 'job', jwks: { keys }, grantTypes: ['client_credentials'], clientScopes: ['jobs.read'] }
const issuer = `http://localhost:80${base}/job/`
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

type Wish = { readonly alg?: string; readonly kid?: string; readonly key?: KeyObject }
const signed = (one: World, changes: Record<string, unknown> = {}, { alg = 'ES256', kid = 'ES256', key }: Wish = {}) => {
  const now = Math.floor(one.clock.now().getTime() / 1000)
  const claims = { iss: 'job', sub: 'job', aud: issuer, iat: now, exp: now + 60, jti: randomUUID(), ...changes }
  return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key ?? pairs.ES256.privateKey)
}
const ask = (one: World, path: string, fields: Record<string, string>) =>
  one.app.inject({
    method: 'POST',
    url: `${base}/${path}/`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })
const asked = (one: World, assertion: string, more: Record<string, string> = {}, path = 'token') =>
  ask(one, path, { grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion, ...more })

test('a client that signs gets a token, looks into it and revokes it, by each algorithm', async () => {
  const one = await world({ job: signing })
  const ways = [
    { alg: 'ES256', kid: 'ES256', key: pairs.ES256.privateKey },
    { alg: 'RS256', kid: 'RS256', key: pairs.RS256.privateKey },
    { alg: 'PS256', kid: 'RS256', key: pairs.RS256.privateKey },
    { alg: 'EdDSA', kid: 'EdDSA', key: pairs.EdDSA.privateKey },
    { alg: 'Ed25519', kid: 'EdDSA', key: pairs.EdDSA.privateKey },
  ]
  for (const way of ways) {
    const given = await asked(one, await signed(one, {}, way))
    assert.equal(given.statusCode, 200, `${way.alg}: ${given.body}`)
    const token = given.json().access_token
    const isActive = async () => (await asked(one, await signed(one, {}, way), { token, client_id: 'job' }, 'introspect')).json().active
    assert.equal(await isActive(), true)
    assert.equal((await asked(one, await signed(one, {}, way), { token }, 'revoke')).statusCode, 200)
    assert.equal(await isActive(), false)
  }
})

test('an assertion is good once, until long after its end, and its name may be used by another client', async () => {
  const one = await world({ job: signing, twin: { ...signing, clientId: 'twin' } })
  const assertion = await signed(one, { jti: 'the-name' })
  assert.equal((await asked(one, assertion)).statusCode, 200)
  const again = await asked(one, assertion)
  assert.deepEqual([again.statusCode, again.json().error], [401, 'invalid_client'])
  assert.match(again.json().error_description, /jti was used before/)
  const other = { jti: 'the-name', iss: 'twin', sub: 'twin', aud: issuer.replace('job', 'twin') }
  assert.equal((await asked(one, await signed(one, other))).statusCode, 200)
  one.clock.pass(69)
  assert.match((await asked(one, assertion)).json().error_description, /jti was used before/)
  one.clock.pass(2)
  assert.match((await asked(one, assertion)).json().error_description, /exp has passed/)
})

test('of many that send one assertion at once, one gets in', async () => {
  const one = await world({ job: signing })
  const assertion = await signed(one)
  const answers = await Promise.all(Array.from({ length: 50 }, () => asked(one, assertion)))
  assert.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1)
})

test('each client has one way to authenticate', async () => {
  const one = await world({ job: signing, app: { ...confidential, grantTypes: ['client_credentials'] }, spa: publicClient })
  const fields = { grant_type: 'client_credentials', client_id: 'job' }
  for (const client_secret of ['', 's3cret', 'undefined'])
    assert.equal((await ask(one, 'token', { ...fields, client_secret })).json().error, 'invalid_client')
  for (const client of ['app', 'spa', 'nobody']) {
    const assertion = await signed(one, { iss: client, sub: client, aud: issuer.replace('job', client) })
    const refused = await asked(one, assertion)
    assert.deepEqual([refused.statusCode, refused.json().error], [401, 'invalid_client'], client)
  }
  assert.equal((await asked(one, await signed(one), { client_secret: 's3cret' })).json().error, 'invalid_request')
  assert.equal((await asked(one, await signed(one), { client_assertion_type: 'x' })).json().error, 'invalid_client')
  assert.equal((await asked(one, await signed(one), { client_id: 'app' })).json().error, 'invalid_client')
})

test('whoever cannot sign learns nothing of what else is wrong, and fills no store', async () => {
  const one = await world({ job: signing })
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const bodies = new Set<string>()
  for (const changes of [{}, { aud: 'x' }, { exp: 1 }, { sub: 'nobody', iss: 'nobody' }, { jti: 1 }])
    bodies.add((await asked(one, await signed(one, changes, { key: stranger }))).body)
  assert.equal(bodies.size, 1)
  assert.equal(one.use.store.entries.size, 0)
})

test('clocks may differ a little, and an assertion lasts ten minutes at most', async () => {
  const one = await world({ job: signing })
  const now = Math.floor(one.clock.now().getTime() / 1000)
  const good = [{ exp: now + 600 }, { iat: now + 9 }, { nbf: now + 9 }, { exp: now - 9 }, { iat: undefined }, { iat: now - 599 }]
  const bad = [{ exp: now + 620 }, { iat: now + 11 }, { nbf: now + 11 }, { exp: now - 10 }, { iat: now - 611 }, { exp: undefined }]
  for (const changes of good) assert.equal((await asked(one, await signed(one, changes))).statusCode, 200, JSON.stringify(changes))
  for (const changes of bad) assert.equal((await asked(one, await signed(one, changes))).statusCode, 401, JSON.stringify(changes))
})

test('a store that cannot be asked lets nobody in', async () => {
  const one = await world({ job: signing })
  one.use.store.compareAndSet = () => Promise.reject(new Error('gone'))
  assert.equal((await asked(one, await signed(one))).statusCode, 500)
})

const uri = 'https://app.example/jwks'
const remote = { ...signing, jwks: undefined, jwksUri: uri }
const set = (...kids: readonly string[]) => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ keys: [{ kty: 'unknown' }, ...keys.filter(({ kid }) => kids.includes(kid))] }),
})

test('keys at an address are fetched once for all, again for a new name, and not more often than every 30 seconds', async () => {
  const one = await world({ job: remote })
  let fetched = 0
  let answer = set('ES256')
  one.called.answer = async ({ url }) => {
    assert.equal(url, uri)
    fetched++
    return answer
  }
  const status = async (kid: 'ES256' | 'RS256', as: string = kid) =>
    (await asked(one, await signed(one, {}, { alg: kid, kid: as, key: pairs[kid].privateKey }))).statusCode
  assert.deepEqual(await Promise.all([status('ES256'), status('ES256'), status('ES256')]), [200, 200, 200])
  assert.equal(fetched, 1)
  answer = set('ES256', 'RS256')
  assert.equal(await status('RS256'), 401)
  assert.equal(fetched, 1)
  one.clock.pass(31)
  assert.deepEqual(await Promise.all([status('RS256'), status('RS256')]), [200, 200])
  assert.equal(fetched, 2)
  for (let n = 0; n < 20; n++) assert.equal(await status('ES256', `made-up-${n}`), 401)
  assert.equal(fetched, 2)
  answer = set('RS256')
  one.clock.pass(601)
  assert.equal(await status('ES256'), 401)
  assert.equal(fetched, 3)
})

test('where the keys cannot be fetched nobody gets in, and the log says why', async () => {
  const answers: readonly (readonly [answer: () => Promise<HttpAnswer>, reason: RegExp])[] = [
    [() => Promise.reject(new Error('app.example could not be called')), /could not be called/],
    [async () => ({ ...set('ES256'), status: 302 }), /status 302/],
    [async () => ({ ...set(), body: '{"keys":{}}' }), /no JWK Set/],
    [async () => ({ ...set(), body: '<html>' }), /JSON/],
    [async () => ({ ...set(), body: JSON.stringify({ keys: Array.from({ length: 51 }, () => keys[0]) }) }), /51 keys/],
  ]
  for (const [answer, reason] of answers) {
    const one = await world({ job: remote })
    one.called.answer = answer
    assert.equal((await asked(one, await signed(one))).statusCode, 401)
    assert.match(JSON.stringify(one.logged), reason)
    one.called.answer = async () => set('ES256')
    assert.equal((await asked(one, await signed(one))).statusCode, 401)
    one.clock.pass(31)
    assert.equal((await asked(one, await signed(one))).statusCode, 200)
  }
})

test('a stranger who makes up names of keys takes no keys from a client whose server is away', async () => {
  const one = await world({ job: remote })
  one.called.answer = async () => set('ES256')
  const status = async (kid: string) => (await asked(one, await signed(one, {}, { kid }))).statusCode
  assert.equal(await status('ES256'), 200)
  one.called.answer = () => Promise.reject(new Error('app.example is away'))
  for (let passed = 31; passed < 600; passed += 31) {
    one.clock.pass(31)
    assert.equal(await status('made-up'), 401)
    assert.equal(await status('ES256'), 200, `${passed} s`)
  }
  one.clock.pass(31)
  assert.equal(await status('ES256'), 401, 'no longer than without the stranger')
})
