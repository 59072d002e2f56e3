import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf } from './history.ts'
import { save } from './save.ts'

const loaded = (spec: object, etag: string) =>
  ({ object: { slug: 'wiki', spec, revision: 1, owner: 'api', layer: 'stored', problems: [] }, etag }) as any
const outdated = new Error('412')
/** A server that holds one object. */
const server = (spec: object, etag: string) => {
  const state = { spec, etag }
  return {
    state,
    read: async () => loaded(state.spec, state.etag),
    write: async (next: object, tag: string | null) => {
      if (tag !== state.etag) throw outdated
      Object.assign(state, { spec: next, etag: `${state.etag}+` })
      return loaded(state.spec, state.etag)
    },
    isOutdated: (error: unknown) => error === outdated,
  }
}
const joined =
  (conflicts: any[] = []) =>
  (_base: any, mine: any, theirs: any) => ({ value: { ...theirs, ...mine }, conflicts, taken: ['/theirs'] })

test('what nobody else changed is saved as it is', async () => {
  const { read, write, isOutdated, state } = server({ a: 1 }, 'x')
  const done = await save({ base: loaded({ a: 1 }, 'x'), mine: { a: 2 }, read, write, isOutdated, merge: joined(), ask: assert.fail })
  assert.deepEqual([state.spec, done?.taken], [{ a: 2 }, []])
})

test('what somebody saved meanwhile is brought in, and said', async () => {
  const { read, write, isOutdated, state } = server({ a: 1, b: 2 }, 'y')
  const done = await save({ base: loaded({ a: 1 }, 'x'), mine: { a: 2 }, read, write, isOutdated, merge: joined(), ask: assert.fail })
  assert.deepEqual([state.spec, done?.taken], [{ a: 2, b: 2 }, ['/theirs']])
})

test('where both changed the same, somebody is asked, and nothing is saved without an answer', async () => {
  const conflict = [{ pointer: '/a', base: 1, mine: 2, theirs: 3 }]
  const { read, write, isOutdated, state } = server({ a: 3 }, 'y')
  const wish = { base: loaded({ a: 1 }, 'x'), mine: { a: 2 }, read, write, isOutdated, merge: joined(conflict) as any }
  assert.equal(await save({ ...wish, ask: async () => undefined }), undefined)
  assert.deepEqual(state.spec, { a: 3 })
  await save({ ...wish, ask: async () => ({ a: 3 }) })
  assert.equal(state.etag, 'y+')
})

test('another error is an error, and nobody tries for ever', async () => {
  const { read, isOutdated } = server({}, 'x')
  const wish = { base: loaded({}, 'x'), mine: {}, read, isOutdated, merge: joined(), ask: assert.fail }
  await assert.rejects(save({ ...wish, write: async () => assert.fail('broken') }), /broken/)
  let tries = 0
  await assert.rejects(
    save({
      ...wish,
      write: async () => {
        tries += 1
        throw outdated
      },
    }),
    /412/,
  )
  assert.equal(tries, 5)
})

test('the history of an object follows it through its slugs', () => {
  const revision = (number: number, ...changes: object[]) =>
    ({ number, at: 't', actor: { type: 'user', name: 'ada' }, message: '', changes }) as any
  const all = [
    revision(4, { kind: 'providers', slug: 'new', change: 'update', fields: [{ pointer: '/name' }] }),
    revision(3, { kind: 'providers', slug: 'old', change: 'rename', to: 'new' }, { kind: 'applications', slug: 'new', change: 'update' }),
    revision(2, { kind: 'providers', slug: 'new', change: 'delete' }),
    revision(1, { kind: 'providers', slug: 'old', change: 'create' }),
  ]
  assert.deepEqual(
    changesOf(all, { kind: 'providers', slug: 'new' }).map(({ number, change }) => [number, change]),
    [
      [4, 'update'],
      [3, 'rename'],
      [1, 'create'],
    ],
  )
})
