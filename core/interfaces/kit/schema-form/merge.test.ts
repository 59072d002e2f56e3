import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSame, merge } from './merge.ts'

const base = {
  name: 'Wiki',
  description: 'Ours',
  with: { redirectUris: ['https://a', 'https://b'], clientSecret: { $keep: 'one' }, lifetime: 600 },
  access: [{ group: 'staff' }],
}
const merged = (mine: object, theirs: object) => merge(base, { ...base, ...mine }, { ...base, ...theirs })

test('what only one of them changed is taken from that one', () => {
  const { value, conflicts, taken } = merged({ name: 'The Wiki' }, { description: 'Everybody’s' })
  assert.deepEqual(value, { ...base, name: 'The Wiki', description: 'Everybody’s' })
  assert.deepEqual([conflicts, taken], [[], ['/description']])
})

test('changes in different fields of the same part go together', () => {
  const { value, conflicts, taken } = merged({ with: { ...base.with, lifetime: 60 } }, { with: { ...base.with, subject: 'email' } })
  assert.deepEqual(value, { ...base, with: { ...base.with, lifetime: 60, subject: 'email' } })
  assert.deepEqual([conflicts, taken], [[], ['/with/subject']])
})

test('the same change by both is no conflict, and nothing is taken in', () => {
  assert.deepEqual(merged({ name: 'New' }, { name: 'New' }), { value: { ...base, name: 'New' }, conflicts: [], taken: [] })
})

test('a field that both changed to something else is a conflict with all three values', () => {
  const { value, conflicts } = merged({ name: 'Mine' }, { name: 'Theirs' })
  assert.deepEqual(conflicts, [{ pointer: '/name', base: 'Wiki', mine: 'Mine', theirs: 'Theirs' }])
  assert.equal((value as typeof base).name, 'Mine')
})

test('what one removed and the other left is removed; what the other changed is a conflict', () => {
  const { description: _, ...without } = base
  assert.deepEqual(merge(base, without, { ...base, name: 'N' }).value, { ...without, name: 'N' })
  assert.deepEqual(merge(base, base, without).value, without)
  assert.deepEqual(merge(base, base, without).taken, ['/description'])
  assert.deepEqual(merge(base, without, { ...base, description: 'New' }).conflicts, [
    { pointer: '/description', base: 'Ours', mine: undefined, theirs: 'New' },
  ])
})

test('lists of texts take in what either added and removed', () => {
  const uris = (...redirectUris: string[]) => ({ with: { ...base.with, redirectUris } })
  const of = (value: unknown) => (value as typeof base).with.redirectUris
  assert.deepEqual(of(merged(uris('https://a', 'https://b', 'https://mine'), uris('https://a', 'https://b', 'https://theirs')).value), [
    'https://a',
    'https://b',
    'https://theirs',
    'https://mine',
  ])
  assert.deepEqual(of(merged(uris('https://a'), uris('https://a', 'https://b', 'https://c')).value), ['https://a', 'https://c'])
  assert.deepEqual(of(merged(uris('https://a', 'https://b', 'https://x'), uris('https://b', 'https://x')).value), [
    'https://b',
    'https://x',
  ])
})

test('another order may matter: both changing a list then is a conflict', () => {
  const { conflicts } = merge({ a: ['1', '2'] }, { a: ['2', '1'] }, { a: ['1', '2', '3'] })
  assert.deepEqual(
    conflicts.map(({ pointer }) => pointer),
    ['/a'],
  )
})

test('lists of other things are one value', () => {
  const { conflicts } = merged({ access: [{ group: 'staff' }, { user: 'ada' }] }, { access: [] })
  assert.equal(conflicts[0]?.pointer, '/access')
  assert.deepEqual(merged({}, { access: [{ user: 'ada' }] }).taken, ['/access'])
})

test('a stored secret is one value: a new one of theirs is taken in, two new ones are a conflict', () => {
  const secret = (clientSecret: unknown) => ({ with: { ...base.with, clientSecret } })
  const { value, taken } = merged({ name: 'N' }, secret({ $keep: 'two' }))
  assert.deepEqual((value as typeof base).with.clientSecret, { $keep: 'two' })
  assert.deepEqual(taken, ['/with/clientSecret'])
  assert.deepEqual(
    merged(secret('typed'), secret({ $keep: 'two' })).conflicts.map(({ pointer }) => pointer),
    ['/with/clientSecret'],
  )
})

test('a part that both added goes together, field by field', () => {
  assert.deepEqual(merge({}, { flows: { a: 'x' } }, { flows: { b: 'y' } }), {
    value: { flows: { b: 'y', a: 'x' } },
    conflicts: [],
    taken: ['/flows/b'],
  })
})

test('a part that became another kind of value is a conflict as a whole', () => {
  assert.deepEqual(
    merge({ access: ['x'] }, { access: { mode: 'all' } }, { access: 'true' }).conflicts.map(({ pointer }) => pointer),
    ['/access'],
  )
})

test('keys are told by RFC 6901, and the order of keys does not count', () => {
  assert.deepEqual(merge({ 'a/b~': 1 }, { 'a/b~': 2 }, { 'a/b~': 3 }).conflicts[0]?.pointer, '/a~1b~0')
  assert.ok(isSame({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }))
  assert.ok(isSame({ a: 1, b: undefined }, { a: 1 }))
  assert.ok(!isSame([1, 2], [2, 1]))
  assert.ok(!isSame({ a: null }, { a: undefined }))
})
