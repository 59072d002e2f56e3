import assert from 'node:assert/strict'
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import test from 'node:test'
import * as jose from 'jose'
import type { Algorithm } from '../api/index.ts'
import { testDatabase } from '../data/fixture.ts'
import { openRing } from './ring.ts'
import { createSeal, Unsealable } from './seal.ts'

const seal = createSeal('a secret key of thirty-two or more characters')
const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
const issuer = 'https://id.example.com/application/o/demo/'
const start = Date.UTC(2026, 0, 1)

const setUp = async () => {
  const time = { now: start }
  const clock = { now: () => new Date(time.now) }
  const database = await testDatabase()
  const ring = await openRing({ database, seal, clock })
  return { time, clock, database, ring }
}

const { time, clock, database, ring } = await setUp()
await ring.complete
test.after(() => database.close())

const seconds = start / 1000
const claims = { iss: issuer, aud: 'demo', sub: 'u1', exp: seconds + 60 }
const expected = { issuer, audience: 'demo' }
const jwkOf = (alg: Algorithm) => ring.jwks().keys.find((key) => key.alg === alg) as JsonWebKey & { kid: string }
const pemOf = async (alg: Algorithm): Promise<string> => {
  const row = await database.sql.selectFrom('signing_keys').selectAll().where('alg', '=', alg).executeTakeFirstOrThrow()
  return seal.open(row.private_sealed, `signing_keys/${row.kid}`)
}
const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token as a holder of our private key would make it, with any header and payload. */
const forge = async (alg: Algorithm, payload: unknown, header: object = {}): Promise<string> => {
  const own = { alg, kid: jwkOf(alg).kid, typ: 'JWT', ...header }
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  const crit = 'crit' in own ? { crit: Object.fromEntries((own.crit as string[]).map((name) => [name, true])) } : {}
  return new jose.CompactSign(bytes).setProtectedHeader(own).sign(createPrivateKey(await pemOf(alg)), crit)
}

for (const alg of algorithms) {
  test(`${alg}: jose verifies what we sign, by the published key`, async () => {
    const jws = await ring.sign(claims, { alg, typ: 'at+jwt' })
    const result = await jose.jwtVerify(jws, jose.createLocalJWKSet(ring.jwks() as jose.JSONWebKeySet), {
      issuer,
      audience: 'demo',
      typ: 'at+jwt',
      currentDate: clock.now(),
    })
    assert.deepEqual(result.payload, claims)
    assert.deepEqual(result.protectedHeader, { alg, kid: jwkOf(alg).kid, typ: 'at+jwt' })
  })

  test(`${alg}: we verify what jose signs with our key`, async () => {
    assert.deepEqual(await ring.verify(await forge(alg, claims), expected), claims)
  })

  test(`${alg}: the published key has no private part, and its kid is the RFC 7638 thumbprint`, async () => {
    const { d, p, q, kid, use, ...rest } = jwkOf(alg) as Record<string, string>
    assert.deepEqual([d, p, q, use], [undefined, undefined, undefined, 'sig'])
    assert.equal(kid, await jose.calculateJwkThumbprint(rest as jose.JWK))
  })

  test(`${alg}: a changed byte anywhere, or a part cut short, is refused`, async () => {
    const jws = await ring.sign(claims, { alg })
    for (let at = 0; at < jws.length; at += alg === 'RS256' ? 7 : 3) {
      const other = jws[at] === 'A' ? 'B' : 'A'
      assert.equal(await ring.verify(`${jws.slice(0, at)}${other}${jws.slice(at + 1)}`, expected), undefined, `byte ${at}`)
    }
    assert.equal(await ring.verify(jws.slice(0, -1), expected), undefined)
    assert.equal(await ring.verify(`${jws}=`, expected), undefined)
  })

  test(`${alg}: a second spelling of the same signature is refused`, async () => {
    const jws = await ring.sign(claims, { alg })
    const signature = jws.slice(jws.lastIndexOf('.') + 1)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const bytes = Buffer.from(signature, 'base64url')
    const spellings = [...alphabet]
      .map((last) => signature.slice(0, -1) + last)
      .filter((text) => Buffer.from(text, 'base64url').equals(bytes))
    assert.ok(spellings.length > 1)
    for (const spelling of spellings) {
      const claimed = await ring.verify(jws.replace(signature, spelling), expected)
      assert.equal(claimed !== undefined, spelling === signature)
    }
  })
}

test('alg none in any spelling, and an empty signature, are refused', async () => {
  const { kid } = jwkOf('RS256')
  for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) {
    for (const signature of ['', 'AA']) {
      assert.equal(await ring.verify(`${encode({ alg, kid, typ: 'JWT' })}.${encode(claims)}.${signature}`, expected), undefined)
    }
  }
  const [header, payload] = (await ring.sign(claims, { alg: 'ES256' })).split('.')
  assert.equal(await ring.verify(`${header}.${payload}.`, expected), undefined)
  assert.equal(await ring.verify(`${header}.${payload}`, expected), undefined)
})

test('an HMAC with a public key as its secret is refused', async () => {
  for (const alg of algorithms) {
    const jwk = jwkOf(alg)
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const secrets = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(jwk),
      jwk.n ?? jwk.x ?? '',
    ]
    for (const secret of secrets) {
      for (const claimed of ['HS256', alg]) {
        const signed = `${encode({ alg: claimed, kid: jwk.kid, typ: 'JWT' })}.${encode(claims)}`
        const mac = createHmac('sha256', secret).update(signed).digest('base64url')
        assert.equal(await ring.verify(`${signed}.${mac}`, expected), undefined)
      }
    }
  }
})

test('a key that the header brings along is not used', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const own = jwkOf('ES256')
  for (const extra of [
    { jwk: publicKey.export({ format: 'jwk' }) },
    { jku: 'http://127.0.0.1:1/jwks' },
    { x5u: 'http://127.0.0.1:1/cert' },
    { x5c: ['AAAA'] },
  ]) {
    const header = { alg: 'ES256', kid: own.kid, typ: 'JWT', ...extra } as jose.CompactJWSHeaderParameters
    const jws = await new jose.CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header).sign(privateKey)
    assert.equal(await ring.verify(jws, expected), undefined)
  }
})

test('a hostile or unknown kid is refused', async () => {
  for (const kid of ['../../etc/passwd', "' OR 1=1", '', '__proto__', 'x'.repeat(1 << 20), jwkOf('RS256').kid]) {
    assert.equal(await ring.verify(await forge('ES256', claims, { kid }), expected), undefined)
  }
  for (const kid of [1, null, ['x'], {}]) {
    const [, payload, signature] = (await ring.sign(claims, { alg: 'ES256' })).split('.')
    assert.equal(await ring.verify(`${encode({ alg: 'ES256', kid, typ: 'JWT' })}.${payload}.${signature}`, expected), undefined)
  }
})

test('crit, double members, nesting and double parts are refused', async () => {
  assert.equal(await ring.verify(await forge('ES256', claims, { crit: ['x'], x: 1 }), expected), undefined)
  const own = await ring.sign(claims, { alg: 'ES256' })
  const [header, payload, signature] = own.split('.')
  const double = encode(`{"alg":"none","alg":"ES256","kid":"${jwkOf('ES256').kid}","typ":"JWT"}`)
  assert.equal(await ring.verify(`${double}.${payload}.${signature}`, expected), undefined)
  assert.equal(await ring.verify(await forge('ES256', own), expected), undefined)
  for (const joined of [`${own}.${signature}`, `${own}.`, `.${own}`, `${header}.${own}`, ` ${own}`, `${own}\n`]) {
    assert.equal(await ring.verify(joined, expected), undefined)
  }
})

test('ECDSA signatures of zeros, of the wrong length or in DER are refused', async () => {
  const jws = await ring.sign(claims, { alg: 'ES256' })
  const signed = jws.slice(0, jws.lastIndexOf('.'))
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
  const hostile = [
    Buffer.alloc(64),
    Buffer.alloc(64, 255),
    Buffer.concat([order, order]),
    Buffer.alloc(63),
    Buffer.alloc(65),
    Buffer.alloc(8192),
  ]
  for (const signature of hostile) assert.equal(await ring.verify(`${signed}.${signature.toString('base64url')}`, expected), undefined)
})

test('the algorithm is that of our key: one key’s token under another’s name is refused', async () => {
  for (const from of algorithms) {
    for (const to of algorithms.filter((alg) => alg !== from)) {
      const [, payload, signature] = (await ring.sign(claims, { alg: from })).split('.')
      assert.equal(
        await ring.verify(`${encode({ alg: to, kid: jwkOf(from).kid, typ: 'JWT' })}.${payload}.${signature}`, expected),
        undefined,
      )
      assert.equal(await ring.verify(`${encode({ alg: to, kid: jwkOf(to).kid, typ: 'JWT' })}.${payload}.${signature}`, expected), undefined)
    }
  }
})

test('times that are no whole numbers, out of range, past or not yet come are refused', async () => {
  const { exp, ...without } = claims
  for (const hostile of [`"${exp}"`, '-1', '1e400', '9223372036854775808', 'null', '[]', `[${exp}]`, 'true', `${exp}.5`]) {
    const payload = JSON.stringify({ ...without, exp: 0 }).replace('"exp":0', `"exp":${hostile}`)
    assert.equal(await ring.verify(await forge('ES256', payload), expected), undefined, hostile)
  }
  assert.equal(await ring.verify(await ring.sign(without, { alg: 'ES256' }), expected), undefined)
  for (const nbf of [seconds + 6, `${seconds}`, -1, null]) {
    assert.equal(await ring.verify(await ring.sign({ ...claims, nbf }, { alg: 'ES256' }), expected), undefined)
  }
  assert.ok(await ring.verify(await ring.sign({ ...claims, nbf: seconds + 5 }, { alg: 'ES256' }), expected))
})

test('a token expires by the clock, five seconds later than it says; its expiry can be ignored, nothing else', async (t) => {
  t.after(() => {
    time.now = start
  })
  const jws = await ring.sign(claims, { alg: 'EdDSA' })
  time.now = start + 64_999
  assert.ok(await ring.verify(jws, expected))
  time.now = start + 65_000
  assert.equal(await ring.verify(jws, expected), undefined)
  assert.deepEqual(await ring.verify(jws, { ...expected, ignoreExpiry: true }), claims)
  assert.equal(await ring.verify(jws, { ...expected, issuer: 'https://other.example.com', ignoreExpiry: true }), undefined)
})

test('issuer, audience and type must be exactly the expected ones', async () => {
  const sign = (more: object, typ?: string) => ring.sign({ ...claims, ...more }, { alg: 'ES256', ...(typ ? { typ } : {}) })
  for (const iss of [`${issuer}x`, issuer.slice(0, -1), [issuer], null, 1])
    assert.equal(await ring.verify(await sign({ iss }), expected), undefined)
  for (const aud of ['other', 'demo2', [], [['demo']], { demo: 1 }, null])
    assert.equal(await ring.verify(await sign({ aud }), expected), undefined)
  assert.ok(await ring.verify(await sign({ aud: ['other', 'demo'] }), expected))
  assert.ok(await ring.verify(await sign({ aud: 'other' }), { issuer }))
  const accessToken = await sign({}, 'at+jwt')
  assert.equal(await ring.verify(accessToken, expected), undefined)
  assert.ok(await ring.verify(accessToken, { ...expected, typ: 'at+jwt' }))
  for (const typ of ['AT+JWT', 'application/at+jwt', 'JWT', ''])
    assert.equal(await ring.verify(accessToken, { ...expected, typ }), undefined)
})

test('a payload that is no object is refused', async () => {
  for (const payload of ['', 'x', '[]', 'null', '"text"', '1', '{', '{"iss":']) {
    assert.equal(await ring.verify(await forge('ES256', payload || ' '), expected), undefined)
  }
})

test('what is no token, or too long for one, is refused without an error', async () => {
  const long = await ring.sign({ ...claims, padding: 'x'.repeat(16_384) }, { alg: 'ES256' })
  const hostile: unknown[] = [
    '',
    '.',
    '..',
    '...',
    'a.b.c',
    '💥.💥.💥',
    '\0.\0.\0',
    'a'.repeat(1 << 20),
    long,
    '.'.repeat(16_000),
    undefined,
    null,
    7,
    {},
    [],
  ]
  for (const value of hostile) assert.equal(await ring.verify(value as string, expected), undefined)
})

test('keys outlive a restart, and tokens with them; another secret key is refused', async () => {
  const jws = await ring.sign(claims, { alg: 'RS256' })
  const again = await openRing({ database, seal, clock })
  await again.complete
  assert.deepEqual(await again.verify(jws, expected), claims)
  const byKid = (keys: readonly { readonly kid?: unknown }[]) => keys.map(({ kid }) => kid).toSorted()
  assert.deepEqual(byKid(again.jwks().keys), byKid(ring.jwks().keys))
  const other = createSeal('another secret key of thirty-two characters')
  await assert.rejects(openRing({ database, seal: other, clock }), Unsealable)
})

test('private keys are stored sealed', async () => {
  const rows = await database.sql.selectFrom('signing_keys').selectAll().execute()
  assert.equal(rows.length, 3)
  for (const row of rows) assert.ok(row.private_sealed.startsWith('v1.') && !JSON.stringify(row).includes('PRIVATE'))
})

test('at the first start others sign before the RSA key is there, and RSA waits for it', async () => {
  const fresh = await setUp()
  const waiting = fresh.ring.sign(claims, { alg: 'RS256' })
  assert.ok(await fresh.ring.verify(await fresh.ring.sign(claims, { alg: 'ES256' }), expected))
  assert.ok(await fresh.ring.verify(await waiting, expected))
  await fresh.ring.complete
  assert.equal(fresh.ring.jwks().keys.length, 3)
  await fresh.database.close()
})

test('a key that comes into use later is published and accepted before, a retired one neither', async () => {
  const fresh = await setUp()
  await fresh.ring.complete
  const old = fresh.ring.jwks().keys.find(({ alg }) => alg === 'ES256')!.kid
  const oldToken = await fresh.ring.sign(claims, { alg: 'ES256' })
  const next = await setUp()
  const row = await next.database.sql.selectFrom('signing_keys').selectAll().where('alg', '=', 'ES256').executeTakeFirstOrThrow()
  await fresh.database.sql
    .insertInto('signing_keys')
    .values({ ...row, follows: String(old), active_from: start + 1000 })
    .execute()
  const kidOf = (jws: string) => jose.decodeProtectedHeader(jws).kid

  const both = await openRing({ database: fresh.database, seal, clock: fresh.clock })
  assert.equal(both.jwks().keys.filter(({ alg }) => alg === 'ES256').length, 2)
  assert.equal(kidOf(await both.sign(claims, { alg: 'ES256' })), old)
  fresh.time.now = start + 1000
  assert.equal(kidOf(await both.sign(claims, { alg: 'ES256' })), row.kid)
  assert.ok(await both.verify(oldToken, expected))

  await fresh.database.sql
    .updateTable('signing_keys')
    .set({ retired_at: start + 1000 })
    .where('kid', '=', String(old))
    .execute()
  const after = await openRing({ database: fresh.database, seal, clock: fresh.clock })
  assert.equal(after.jwks().keys.length, 3)
  assert.equal(await after.verify(oldToken, expected), undefined)
  await Promise.all([fresh.database.close(), next.database.close()])
})
