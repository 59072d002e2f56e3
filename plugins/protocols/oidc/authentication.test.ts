import assert from 'node:assert/strict'
import test from 'node:test'
import { acrOf, amrOf } from './authentication.ts'

const rows: readonly (readonly [methods: readonly string[], amr: readonly string[], acr: string])[] = [
  [['pwd'], ['pwd'], '1'],
  [['passkey'], ['pop', 'user'], '1'],
  [['pwd', 'totp'], ['pwd', 'otp', 'mfa'], '2'],
  [['pwd', 'passkey'], ['pwd', 'pop', 'user', 'mfa'], '2'],
  [['totp', 'email-otp'], ['otp'], '1'],
  [['link', 'pwd'], ['otp', 'pwd'], '1'],
  [['acme-card', 'pwd'], ['acme-card', 'pwd'], '1'],
  [[], [], '1'],
]
for (const [methods, amr, acr] of rows)
  test(`[${methods.join(', ')}] is amr [${amr.join(', ')}] and acr ${acr}`, () => {
    assert.deepEqual(amrOf(methods), amr)
    assert.equal(acrOf(amr), acr)
  })
