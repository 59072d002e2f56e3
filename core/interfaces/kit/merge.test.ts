import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { changed, mergeFields, same, taking } from './merge.ts'

describe('mergeFields', () => {
  const base = { name: 'Ada', email: 'ada@example.com', groups: ['staff', 'ops'], attributes: { a: 1, b: { c: [1, 2] } } }

  test('different fields of two people are both kept, and it is told what was taken in', () => {
    const merge = mergeFields(base, { ...base, name: 'Ada L.' }, { ...base, email: 'a@example.com' })
    assert.deepEqual(merge, { merged: { ...base, name: 'Ada L.', email: 'a@example.com' }, conflicts: [], taken: ['/email'] })
  })

  test('fields inside of objects are merged one by one, with escaped pointers', () => {
    const mine = { ...base, attributes: { ...base.attributes, 'x/y~': 'mine', a: 2 } }
    const theirs = { ...base, attributes: { ...base.attributes, 'x/y~': 'theirs', b: { c: [3] } } }
    const { merged, conflicts, taken } = mergeFields<object>(base, mine, theirs)
    assert.deepEqual(merged, { ...base, attributes: { a: 2, b: { c: [3] }, 'x/y~': 'mine' } })
    assert.deepEqual(conflicts, [{ pointer: '/attributes/x~1y~0', base: undefined, mine: 'mine', theirs: 'theirs' }])
    assert.deepEqual(taken, ['/attributes/b/c'])
  })

  test('sets of texts are merged by what was added and taken out', () => {
    const { merged, conflicts } = mergeFields(base, { ...base, groups: ['staff', 'mine'] }, { ...base, groups: ['ops', 'staff', 'theirs'] })
    assert.equal(conflicts.length, 1, 'an order that was changed is meant')
    assert.deepEqual(merged.groups, ['staff', 'mine'])
    assert.deepEqual(mergeFields(base, { ...base, groups: ['staff', 'mine'] }, { ...base, groups: ['ops', 'theirs'] }), {
      merged: { ...base, groups: ['theirs', 'mine'] },
      conflicts: [],
      taken: ['/groups'],
    })
  })

  test('lists of anything else are one field', () => {
    const { conflicts } = mergeFields({ l: [{ a: 1 }] }, { l: [{ a: 2 }] }, { l: [{ a: 1 }, { a: 3 }] as { a: number }[] })
    assert.deepEqual(
      conflicts.map(({ pointer }) => pointer),
      ['/l'],
    )
  })

  test('lists of things with names are merged thing by thing, as long as only one changed which there are', () => {
    const nameOf = (item: unknown): string => (item as { readonly n: string }).n
    const list = [
      { n: 'a', x: 1, y: 1 },
      { n: 'b', x: 1 },
    ]
    const merge = (mine: readonly object[], theirs: readonly object[]) =>
      mergeFields<object>({ l: list }, { l: mine }, { l: theirs }, nameOf)
    const [a, b] = list
    const added = merge([{ ...a, x: 2 }, b as object], [b as object, { n: 'c' }, { ...a, y: 2 }])
    assert.deepEqual(added, { merged: { l: [b, { n: 'c' }, { n: 'a', x: 2, y: 2 }] }, conflicts: [], taken: ['/l', '/l/2/y'] })
    const both = merge([{ ...a, x: 2 }, b as object], [{ ...a, x: 3 }, b as object])
    assert.deepEqual(both.conflicts, [{ pointer: '/l/0/x', base: 1, mine: 2, theirs: 3 }])
    assert.deepEqual(taking(both.merged, both.conflicts), { l: [{ ...a, x: 3 }, b] })
    const whole = [
      merge([b as object], [{ ...a, x: 2 }, b as object]),
      merge([...list, { n: 'c' }], [...list, { n: 'd' }]),
      merge([a as object, a as object], [{ ...a, x: 2 }, b as object]),
    ]
    assert.deepEqual(
      whole.map(({ conflicts }) => conflicts.map(({ pointer }) => pointer)),
      [['/l'], ['/l'], ['/l']],
    )
  })

  test('what one removed and the other changed is a conflict, what both removed is gone', () => {
    const { merged, conflicts } = mergeFields<object>({ a: 1, b: 1 }, {}, { a: 2 })
    assert.deepEqual(merged, {})
    assert.deepEqual(conflicts, [{ pointer: '/a', base: 1, mine: undefined, theirs: 2 }])
  })

  test('the same change by both, in whatever order of names, is none', () => {
    assert.deepEqual(mergeFields<object>({}, { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }), {
      merged: { a: { x: 1, y: 2 } },
      conflicts: [],
      taken: [],
    })
  })

  test('a stored secret is one thing: a new one of theirs is taken in, and one that both replaced is a conflict', () => {
    const held = (secret: unknown, name = 'n') => ({ with: { secret, name } })
    const kept = mergeFields<object>(held({ $keep: 'one' }), held({ $keep: 'one' }, 'm'), held({ $keep: 'two' }))
    assert.deepEqual([kept.merged, kept.taken], [held({ $keep: 'two' }, 'm'), ['/with/secret']])
    const { conflicts } = mergeFields<object>(held({ $keep: 'one' }), held('typed'), held({ $keep: 'two' }))
    assert.deepEqual(conflicts, [{ pointer: '/with/secret', base: { $keep: 'one' }, mine: 'typed', theirs: { $keep: 'two' } }])
  })

  test('names that mean something to JavaScript are names like others', () => {
    const theirs = JSON.parse('{"__proto__": {"admin": true}}') as object
    const { merged } = mergeFields<object>({}, { a: 1 }, theirs)
    assert.equal(JSON.stringify(merged), '{"__proto__":{"admin":true},"a":1}')
    assert.equal((merged as { admin?: boolean }).admin, undefined)
  })
})

test('at conflicts, theirs can be taken instead', () => {
  const { merged, conflicts } = mergeFields<object>(
    { a: { 'b/c': 1, d: 1 }, e: 1 },
    { a: { 'b/c': 2, d: 2 }, e: 2 },
    { a: { 'b/c': 3 }, e: 3 },
  )
  assert.deepEqual(taking(merged, conflicts.slice(0, 2)), { a: { 'b/c': 3 }, e: 2 })
})

test('a change names what differs only', () => {
  assert.deepEqual(changed({ a: 1, b: [1], c: { d: 1 } }, { a: 1, b: [2], c: { d: 1 } }), { b: [2] })
  assert.ok(same({ a: undefined }, {}))
  assert.ok(!same([1, 2], [2, 1]))
})
