import assert from 'node:assert/strict'
import test from 'node:test'
import { aSituation } from '../../test/kit/situation.ts'
import { needsOf, readsOf, scopeFor } from './pruning.ts'
import { scopeNames } from './scope.ts'

const fetched = {
  user: {
    id: 'u1',
    username: 'ada',
    name: 'Ada',
    email: undefined,
    emailVerified: false,
    enabled: true,
    attributes: { dept: 'x' },
    updatedAt: new Date(0),
  },
  groups: ['finance'],
  roles: ['admin'],
}
const situation = aSituation({
  user: { id: 'u1', username: 'ada' },
  facts: { login: { identifier: 'ada' }, data: { city: 'x' } },
  proofs: [
    { method: 'pwd', at: 1 },
    { method: 'totp', at: 2 },
    { method: 'pwd', at: 3 },
  ],
})

test('a program is sent what it names, and nothing else', () => {
  const built = scopeFor(
    [
      ['user', 'username'],
      ['request', 'ip', 'in'],
      ['facts', 'login', 'identifier'],
      ['methods', 'length'],
    ],
    situation,
    fetched,
  )
  assert.deepEqual(built, {
    user: { username: 'ada' },
    request: { ip: '192.0.2.1' },
    facts: { login: { identifier: 'ada' } },
    methods: ['pwd', 'totp'],
  })
})

test('a name that is passed on is sent whole', () => {
  const built = scopeFor([['user'], ['user', 'id'], ['facts']], situation, fetched)
  assert.deepEqual(built['user'], {
    id: 'u1',
    username: 'ada',
    name: 'Ada',
    email: null,
    emailVerified: false,
    enabled: true,
    attributes: { dept: 'x' },
    groups: ['finance'],
    roles: ['admin'],
  })
  assert.deepEqual(built['facts'], situation.facts)
})

test('what is not there is null', () => {
  const nobody = aSituation({ application: undefined })
  const built = scopeFor([['user', 'id'], ['flow'], ['application', 'slug'], ['session', 'at'], ['geo']], nobody, {})
  assert.deepEqual(built, { user: null, flow: null, application: null, session: null, geo: null })
})

test('everything that has a name can be sent, as JSON', () => {
  const built = scopeFor(
    scopeNames.map((name) => [name]),
    situation,
    fetched,
  )
  assert.deepEqual(Object.keys(built), scopeNames)
  assert.deepEqual(JSON.parse(JSON.stringify(built)), built)
})

test('the directory is asked for what is named', () => {
  assert.deepEqual([...needsOf([['request', 'ip'], ['facts']])], [])
  assert.deepEqual([...needsOf([['user', 'email']])], ['user'])
  assert.deepEqual([...needsOf([['user', 'isInGroup']])], ['user', 'groups'])
  assert.deepEqual([...needsOf([['user', 'roles', 'includes']])], ['user', 'roles'])
  assert.deepEqual([...needsOf([['user']])], ['user', 'groups', 'roles'])
})

test('helpers are no names of the scope', () => {
  assert.deepEqual(readsOf([['slugify'], ['user', 'name'], ['user', 'email'], ['ipInCidr']]), ['user'])
})
