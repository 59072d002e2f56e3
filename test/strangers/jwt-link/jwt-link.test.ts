import assert from 'node:assert/strict'
import test from 'node:test'
import { aUser, driveProtocol, memoryUsers, protocolContract, testClock } from 'sluice/kit'
import { protocol } from './plugin.ts'

const settings = { target: 'https://desk.example/login?via=sluice', ttl: 30 }
const keys = { sign: async (claims: object) => JSON.stringify(claims) }
const users = memoryUsers(aUser({ username: 'ada', email: 'ada@example.com' }))
const use = { keys, users, clock: testClock() }

test('meets the contract of protocols', () => protocolContract(protocol, settings, { use }))

test('sends the user with a token for the help desk alone, which is over soon', async () => {
  const answer = await driveProtocol(protocol, settings, { use, request: { returnTo: '/tickets' } }).finish()
  assert.ok(answer.answer === 'redirect')
  assert.equal(answer.to.origin, 'https://desk.example')
  assert.deepEqual([answer.to.searchParams.get('via'), answer.to.searchParams.get('return_to')], ['sluice', '/tickets'])
  const { iat, exp, jti, ...claims } = JSON.parse(answer.to.searchParams.get('jwt') ?? '')
  assert.equal(exp - iat, 30)
  assert.ok(jti)
  assert.deepEqual(claims, { iss: 'https://id.example.com', aud: 'https://desk.example', sub: 'id-ada', email: 'ada@example.com' })
})

test('no token is made for who was refused', async () => {
  assert.deepEqual(await driveProtocol(protocol, settings, { use }).refused('denied'), {
    answer: 'json',
    status: 403,
    body: { error: 'denied' },
  })
})
