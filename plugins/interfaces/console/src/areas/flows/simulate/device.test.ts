import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOf } from './device.ts'

test('what is said of a device is put where expressions read it, and what has no place is left for the server to refuse', () => {
  const said = (...rows: readonly (readonly [string, string])[]) => deviceOf(rows.map(([name, value]) => ({ name, value })))
  assert.equal(said(), undefined)
  assert.equal(said(['', 'x']), undefined)
  assert.deepEqual(said(['posture.managed', 'yes'], ['device.posture.owner', 'ada'], [' certificate.commonName ', 'laptop-7']), {
    posture: { managed: 'yes', owner: 'ada' },
    certificate: { commonName: 'laptop-7' },
  })
  assert.deepEqual(said(['certificate.names', 'a.example, b.example']), { certificate: { names: ['a.example', 'b.example'] } })
  assert.deepEqual(said(['managed', 'yes'], ['posture', 'x'], ['posture.a', 'y']), { managed: 'yes', posture: 'y' })
})
