import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import test from 'node:test'
import { clientKey } from './client-key.ts'

const jwk = ({ publicKey }: { readonly publicKey: KeyObject }) => publicKey.export({ format: 'jwk' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('a key is for the algorithms of its type, or for the one that it names', () => {
  const algorithmsOf = (key: object) => (clientKey(key) as { algorithms: unknown }).algorithms
  assert.deepEqual(algorithmsOf(jwk(rsa)), ['RS256', 'PS256'])
  assert.deepEqual(algorithmsOf({ ...jwk(rsa), alg: 'PS256', use: 'sig', key_ops: ['verify'] }), ['PS256'])
  assert.deepEqual(algorithmsOf(jwk(ec)), ['ES256'])
  assert.deepEqual(algorithmsOf(jwk(generateKeyPairSync('ed25519'))), ['EdDSA', 'Ed25519'])
})

const broken: Readonly<Record<string, readonly [key: unknown, reason: RegExp]>> = {
  'a text': ['key', /object with `kty`/],
  'a private key': [ec.privateKey.export({ format: 'jwk' }), /private member `d`/],
  'a secret': [{ kty: 'oct', k: 'c2VjcmV0' }, /private member `k`/],
  'another curve': [jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' })), /P-384/],
  'a member of all objects': [{ kty: '__proto__' }, /not known/],
  'a point that is not on the curve': [{ ...jwk(ec), y: jwk(ec).x }, /broken/],
  'RSA of 1024 bits': [jwk(generateKeyPairSync('rsa', { modulusLength: 1024 })), /1024 bits/],
  'RSA with the exponent 1': [{ ...jwk(rsa), e: 'AQ' }, /exponent 1|broken/],
  'RSA with the exponent 3': [jwk(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })), /exponent 3/],
  'RSA of 16384 bits': [{ kty: 'RSA', e: 'AQAB', n: Buffer.alloc(2048, 255).toString('base64url') }, /16384 bits/],
  'an algorithm of another type': [{ ...jwk(rsa), alg: 'ES256' }, /does not fit/],
  'a symmetric algorithm': [{ ...jwk(rsa), alg: 'HS256' }, /does not fit/],
  'a key that encrypts': [{ ...jwk(rsa), use: 'enc' }, /`use`/],
  'a key for something else': [{ ...jwk(rsa), key_ops: ['encrypt'] }, /`key_ops`/],
  'a name that is none': [{ ...jwk(rsa), kid: 1 }, /`kid`/],
}
for (const [what, [key, reason]] of Object.entries(broken))
  test(`${what} is no key of a client`, () => {
    const told = clientKey(key)
    assert.ok(typeof told === 'string')
    assert.match(told, reason)
  })
