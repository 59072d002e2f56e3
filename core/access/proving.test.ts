import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, type Authenticator, defineAuthenticator, definePart, pass, screen, Type } from '../api/index.ts'
import { noFactors } from './factors.ts'
import { confirming } from './proving.ts'

const text = { text: 'Key' }
const part = definePart({ answer: Type.Object({}), show: () => ask(screen(text)), submit: () => pass() })
const key: Authenticator = defineAuthenticator({
  kind: 'key',
  label: text,
  description: text,
  settings: Type.Object({}),
  proves: () => ({ key: ['possession'] }),
  enrol: part,
  verify: part,
  identify: part,
})
const factors = { ...noFactors, authenticators: new Map([['key', { authenticator: key, settings: {} }]]) }
const session = { id: 's1', userId: 'u1', username: 'ada', at: new Date(0), proofs: [], flows: [] }

test('whoever confirms that it is they need not say who they are, unless they prove it where that is asked', () => {
  const { facts, wants, carried } = confirming(factors, { ...session, methods: ['pwd'] })
  assert.deepEqual(Object.keys(facts), ['login', 'user'])
  assert.deepEqual(
    [wants, carried],
    [
      { maxAge: 0, subject: 'u1', hint: 'ada' },
      { session: 's1', user: 'u1', proofs: [] },
    ],
  )
  assert.deepEqual(Object.keys(confirming(factors, { ...session, methods: ['key'] }).facts), ['user'])
  assert.deepEqual(Object.keys(confirming(noFactors, { ...session, methods: ['key'] }).facts), ['login', 'user'])
})
