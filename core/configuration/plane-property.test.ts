import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { changeOf, memory, planeOn, told } from './plane.fixture.ts'

const slugs = ['a', 'b', 'c']
const provider = fc.record(
  {
    type: fc.constant('sample'),
    with: fc.record({ lifetime: fc.integer({ min: 5, max: 9 }), password: fc.constantFrom('one', 'two') }, { requiredKeys: [] }),
  },
  { requiredKeys: ['type'] },
)
const application = fc.record({ name: fc.constantFrom('X', 'Y'), description: fc.constantFrom('1', '2') }, { requiredKeys: ['name'] })
const role = fc.record({ name: fc.constantFrom('X', 'Y'), permissions: fc.constantFrom([], ['a.b']) })
const objects = (spec: fc.Arbitrary<object>, prefix: string) =>
  fc.dictionary(fc.constantFrom(...slugs.map((slug) => `${prefix}${slug}`)), fc.option(spec, { freq: 3 }), { maxKeys: 3 })
const document = fc.record(
  { providers: objects(provider, 'p'), applications: objects(application, 'a'), roles: objects(role, 'r') },
  { requiredKeys: [] },
)
const rename = fc.record({ from: fc.constantFrom(...slugs), to: fc.constantFrom(...slugs) })
const step = fc.oneof({ weight: 4, arbitrary: document }, { weight: 1, arbitrary: rename })

test('20 commits, whatever they are, are rolled back to what was exported after each of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 20 }), fc.infiniteStream(fc.nat()), async (steps, picks) => {
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
