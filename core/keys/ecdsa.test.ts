import assert from 'node:assert/strict'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import test from 'node:test'
import { derOfRaw, rawOfDer } from './ecdsa.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('our raw form is the one Node makes and takes, leading zeros included', () => {
  let short = 0
  // One in 128 has one.
  for (let n = 0; n < 600 || (short === 0 && n < 10_000); n++) {
    const data = Buffer.from(`message ${n}`)
    const der = sign('sha256', data, privateKey)
    const raw = rawOfDer(der)
    if (raw[0] === 0 || raw[32] === 0) short++
    assert.equal(raw.length, 64)
    assert.ok(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw))
    assert.deepEqual(derOfRaw(raw), der)
  }
  assert.ok(short > 0, 'no signature with a leading zero was met')
})

test('what has not the length of a signature is no signature', () => {
  for (const length of [0, 63, 65, 128]) assert.equal(derOfRaw(Buffer.alloc(length)), undefined)
})
