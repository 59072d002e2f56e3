import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKnown, tagsOf } from './conditional.ts'

const asked = (tags?: string) =>
  isKnown({ headers: tags === undefined ? {} : { 'if-none-match': tags } } as Parameters<typeof isKnown>[0], '"a"')

test('what a browser has is known by any of its tags, also by one that a proxy made weak', () => {
  for (const tags of ['"a"', 'W/"a"', '"b", "a"', 'W/"b",W/"a"', ' * ']) assert.ok(asked(tags), tags)
  for (const tags of [undefined, '', '"b"', 'a', '"A"', '"a', 'W/a']) assert.ok(!asked(tags), tags)
})

test('tags are told apart by commas', () => {
  assert.deepEqual(tagsOf('"1", W/"2" ,"3"'), ['"1"', '"2"', '"3"'])
})
