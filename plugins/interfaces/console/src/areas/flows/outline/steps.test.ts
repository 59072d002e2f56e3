import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addBranch, duplicate, insert, mayMove, move, placeIn, pointerOf, put, remove, rowsOf, type Spec, wrap } from './steps.ts'

const flow: Spec = {
  title: 'Sign in',
  steps: [
    { type: 'identification' },
    {
      choose: [
        {
          when: 'user.isInGroup("staff")',
          steps: [
            { type: 'password', when: 'device.known' },
            { id: 'hello', type: 'dummy' },
          ],
        },
        { steps: [{ type: 'deny' }] },
      ],
    },
    { flow: 'notice' },
    { flow: 'notice' },
  ],
}
const inner = ['steps', 1, 'choose', 0, 'steps'] as const
const names = (spec: Spec) => rowsOf(spec).map(({ name }) => name)

describe('the outline of a flow', () => {
  test('names steps as traces do', () => {
    assert.deepEqual(names(flow), ['identification-1', 'choose-2', 'password-2.1.1', 'hello', 'deny-2.2.1', 'notice', 'notice-4'])
    const rows = rowsOf(flow)
    assert.equal(pointerOf(placeIn(rows, 'notice/dummy-1') ?? []), '/steps/2')
    assert.equal(pointerOf(placeIn(rows, 'choose-2.2') ?? []), '/steps/1/choose/1')
    assert.equal(placeIn(rows, 'somewhere-9'), undefined)
  })

  test('survives what is no flow', () => {
    assert.deepEqual(rowsOf({ steps: 'none' }), [])
    assert.deepEqual(names({ steps: [null, 7, { type: 'dummy' }] }), ['dummy-3'])
  })
})

describe('an edit', () => {
  test('leaves what was there as it was', () => {
    const before = structuredClone(flow)
    insert(flow, ['steps'], 0, { type: 'dummy' })
    remove(flow, ['steps', 0])
    move(flow, ['steps', 0], 1)
    wrap(flow, ['steps', 0])
    addBranch(flow, ['steps', 1], false)
    assert.deepEqual(flow, before)
  })

  test('inserts in any list, and says where it is', () => {
    const { spec, path } = insert(flow, inner, 1, { type: 'prompt' })
    assert.deepEqual(names(spec).slice(2, 5), ['password-2.1.1', 'prompt-2.1.2', 'hello'])
    assert.deepEqual(path, [...inner, 1])
    assert.deepEqual(insert({ title: 'x' }, ['steps'], 0, { type: 'dummy' }), {
      spec: { title: 'x', steps: [{ type: 'dummy' }] },
      path: ['steps', 0],
    })
  })

  test('removes, and says what is next', () => {
    const { spec, path } = remove(flow, [...inner, 1])
    assert.deepEqual(names(spec).slice(2, 4), ['password-2.1.1', 'deny-2.2.1'])
    assert.deepEqual(path, [...inner, 0])
    assert.equal(remove(flow, ['steps', 1, 'choose', 1, 'steps', 0]).path, undefined)
  })

  test('duplicates with all that is within, but for the names', () => {
    const { spec, path } = duplicate(flow, [...inner, 1])
    assert.deepEqual(names(spec).slice(2, 5), ['password-2.1.1', 'hello', 'dummy-2.1.3'])
    assert.deepEqual(path, [...inner, 2])
    const choice = duplicate(flow, ['steps', 1]).spec
    assert.deepEqual(names(choice).slice(5, 9), ['choose-3', 'password-3.1.1', 'dummy-3.1.2', 'deny-3.2.1'])
    assert.equal(duplicate(flow, ['steps', 9]).spec, flow)
  })

  test('moves within the list, and not out of it', () => {
    assert.deepEqual(names(move(flow, [...inner, 1], -1).spec).slice(2, 4), ['hello', 'password-2.1.2'])
    assert.equal(mayMove(flow, [...inner, 1], 1), false)
    assert.equal(move(flow, [...inner, 1], 1).spec, flow)
    assert.equal(mayMove(flow, ['steps', 0], -1), false)
  })

  test('wraps a step into a branch, which takes its condition', () => {
    const { spec } = wrap(flow, [...inner, 0])
    const [wrapped] = rowsOf(spec).filter(({ path }) => pointerOf(path) === pointerOf([...inner, 0]))
    assert.deepEqual(wrapped?.step, { choose: [{ when: 'device.known', steps: [{ type: 'password' }] }] })
    assert.deepEqual((wrap(flow, ['steps', 0]).spec['steps'] as any[])[0].choose[0].when, 'true')
  })

  test('adds branches before the one that has no condition', () => {
    const conditions = (spec: Spec) => (spec as any).steps[1].choose.map((branch: any) => branch.when)
    assert.deepEqual(conditions(addBranch(flow, ['steps', 1], false).spec), ['user.isInGroup("staff")', 'true', undefined])
    const one = put(flow, ['steps', 1, 'choose'], [{ when: 'a', steps: [] }])
    assert.deepEqual(conditions(addBranch(one, ['steps', 1], false).spec), ['a', 'true'])
    assert.deepEqual(conditions(addBranch(one, ['steps', 1], true).spec), ['a', undefined])
  })

  test('takes a key away by undefined', () => {
    assert.deepEqual(put({ a: { b: 1, c: 2 } }, ['a', 'b'], undefined), { a: { c: 2 } })
  })
})
