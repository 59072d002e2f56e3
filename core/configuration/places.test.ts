import assert from 'node:assert/strict'
import test from 'node:test'
import { createCatalog } from './catalog.ts'
import { type Kind, kindNames, kinds } from './kinds.ts'
import { placesOf, pointerOf, typesOf, withValueAt } from './places.ts'
import { samplePlugin } from './sample.fixture.ts'

const created = createCatalog([samplePlugin], new Set())
assert.ok('catalog' in created)
const { catalog } = created

test('where there are settings of plugins is known of every kind that has them: else their secrets would be stored as they are', () => {
  for (const name of kindNames) {
    const { schema }: Kind = kinds[name]
    const { type, with: settings } = schema.properties ?? {}
    assert.equal(typesOf(name, catalog) !== undefined, type !== undefined && settings !== undefined, name)
  }
})

test('settings of steps are found at any depth', () => {
  const greeting = (token: string) => ({ type: 'greeting', with: { token } })
  const steps = [
    greeting('a'),
    { choose: [{ when: 'x', steps: [{ flow: 'other' }, greeting('b')] }, null, { steps: [greeting('c')] }] },
    { type: 'gone', with: {} },
    7,
  ]
  assert.deepEqual(
    [...placesOf('flows', { steps }, catalog)].map(({ path, settings }) => [pointerOf(path), settings['token']]),
    [
      ['/steps/0/with', 'a'],
      ['/steps/1/choose/0/steps/1/with', 'b'],
      ['/steps/1/choose/2/steps/0/with', 'c'],
    ],
  )
})

test('a value is put at a place of a copy', () => {
  const before = { a: [{ b: 1 }, { b: 2 }] }
  assert.deepEqual(withValueAt(before, ['a', 1, 'b'], 3), { a: [{ b: 1 }, { b: 3 }] })
  assert.deepEqual(before, { a: [{ b: 1 }, { b: 2 }] })
  assert.equal(pointerOf(['a/b', 'c~d', 0]), '/a~1b/c~0d/0')
})
