import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type Arbitrary,
  array,
  assert as check,
  asyncProperty,
  constant,
  constantFrom,
  dictionary,
  infiniteStream,
  integer,
  nat,
  oneof,
  option,
  record,
} from 'fast-check'
import { changeOf, memory, planeOn, told } from './plane.fixture.ts'

const slugs = ['a', 'b', 'c']
const provider = record(
  {
    type: constant('sample'),
    with: record({ lifetime: integer({ min: 5, max: 9 }), password: constantFrom('one', 'two') }, { requiredKeys: [] }),
  },
  { requiredKeys: ['type'] },
)
const application = record({ name: constantFrom('X', 'Y'), description: constantFrom('1', '2') }, { requiredKeys: ['name'] })
const role = record({ name: constantFrom('X', 'Y'), permissions: constantFrom([], ['a.b']) })
const objects = (spec: Arbitrary<object>, prefix: string) =>
  dictionary(constantFrom(...slugs.map((slug) => `${prefix}${slug}`)), option(spec, { freq: 3 }), { maxKeys: 3 })
const document = record(
  { providers: objects(provider, 'p'), applications: objects(application, 'a'), roles: objects(role, 'r') },
  { requiredKeys: [] },
)
const rename = record({ from: constantFrom(...slugs), to: constantFrom(...slugs) })
const step = oneof({ weight: 4, arbitrary: document }, { weight: 1, arbitrary: rename })

test('20 commits, whatever they are, are rolled back to what was exported after each of them', async () => {
  await check(
    asyncProperty(array(step, { minLength: 20, maxLength: 20 }), infiniteStream(nat()), async (steps, picks) => {
      const database = await memory()
      const plane = await planeOn(database)
      try {
        const exports = new Map([[0, await plane.exported()]])
        for (const one of steps) {
          const change =
            'from' in one
              ? changeOf('', { renames: [{ kind: 'applications' as const, from: `a${one.from}`, to: `a${one.to}` }] })
              : changeOf(
                  Object.entries(one)
                    .map(([kind, map]) => `${kind}: ${JSON.stringify(map)}`)
                    .join('\n'),
                )
          const done = await plane.commit(change)
          if ('from' in one) assert.ok('changes' in done || 'problems' in done)
          else assert.ok('changes' in done, told(done).join('\n'))
          exports.set(plane.head(), await plane.exported())
        }
        const last = plane.head()
        for (const to of [0, ...Array.from({ length: 4 }, () => (picks.next().value ?? 0) % (last + 1)), last]) {
          const done = await plane.rollback(to, { actor: { type: 'cli', name: 'x' } })
          assert.ok('changes' in done, told(done).join('\n'))
          assert.deepEqual(await plane.exported(), exports.get(to))
          assert.deepEqual(await plane.diff(to, plane.head()), [])
          exports.set(plane.head(), await plane.exported())
        }
        const fresh = await planeOn(database)
        assert.deepEqual(await fresh.exported(), await plane.exported())
        assert.equal(fresh.snapshot().revision, plane.snapshot().revision)
        fresh.close()
      } finally {
        plane.close()
        await database.close()
      }
    }),
    { numRuns: 15 },
  )
})
