import assert from 'node:assert/strict'
import test from 'node:test'
import { decide, messagesContract, policyContract } from 'sluice/kit'
import plugin, { policy } from './plugin.ts'

const settings = { networks: ['10.0.0.0/8', '2001:db8::/32'] }
const asked = async (ip: string) => (await decide(policy, settings, { request: { ip } })).allow

test('meets the contract of policies', () => policyContract(policy, settings))

test('has its texts in English and German', () => messagesContract(plugin, import.meta.dirname))

test('addresses in one of the networks are let in, others are not', async () => {
  for (const ip of ['10.0.0.0', '10.255.255.255', '2001:db8::1']) assert.equal(await asked(ip), true, ip)
  for (const ip of ['11.0.0.0', '127.0.0.1', '2001:db9::1', '::1']) assert.equal(await asked(ip), false, ip)
})

test('who is outside is told', async () => {
  assert.deepEqual(await decide(policy, settings, { request: { ip: '192.0.2.1' } }), { allow: false, why: { key: 'ip-allowlist.outside' } })
})
