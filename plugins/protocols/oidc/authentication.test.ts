import assert from 'node:assert/strict'
import test from 'node:test'
import { acrOf, amrOf } from './authentication.ts'

const rows: readonly (readonly [methods: readonly string[], factors: number, amr: readonly string[]])[] = [
  [['pwd'], 1, ['pwd']],
  [['security-key'], 1, ['pop', 'user']],
  [['passkey'], 2, ['pop', 'user', 'mfa']],
  [['pwd', 'totp'], 2, ['pwd', 'otp', 'mfa']],
  [['totp', 'email-otp'], 1, ['otp']],
  [['link', 'pwd'], 1, ['otp', 'pwd']],
  [['acme-card', 'pwd'], 2, ['acme-card', 'pwd', 'mfa']],
  [[], 0, []],
]
for (const [methods, factors, amr] of rows)
  test(`[${methods.join(', ')}] of ${factors} factors is amr [${amr.join(', ')}]`, () => {
    assert.deepEqual(amrOf({ methods, factors }), amr)
  })

test('acr is what was asked for, if it was reached, and the strongest level otherwise', () => {
  assert.equal(acrOf(['1', '2', 'phr']), 'phr')
  assert.equal(acrOf(['1', '2', 'phr'], ['2']), '2')
  assert.equal(acrOf(['1', '2'], ['phr', '1']), '1')
  assert.equal(acrOf(['1'], ['phr']), '1')
  assert.equal(acrOf([]), '0')
})
