import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Change, Plane } from '../../configuration/plane-types.ts'
import { commitChecked } from './changes.ts'

/** A plane before whose first commit somebody else commits something that has nothing to do with it. */
const raced = () => {
  const commits: (number | undefined)[] = []
  let head = 7
  const plane = {
    head: () => head,
    plan: async () => ({ changes: [], warnings: [] }),
    commit: async ({ head: at }: Change) => {
      commits.push(at)
      if (commits.length > 1) return { changes: [], warnings: [], revision: head + 1 }
      head = 8
      return { conflict: { by: [] } }
    },
    refresh: async () => undefined,
  }
  return { plane: plane as unknown as Plane, commits }
}
const change = (more: Partial<Change>): Change => ({ documents: [], owner: 'api', actor: { name: 'ada' }, ...more }) as unknown as Change
const tried = async (more: Partial<Change>): Promise<readonly (number | undefined)[]> => {
  const { plane, commits } = raced()
  let looks = 0
  await commitChecked(plane, change(more), async () => void (looks += 1), { planOnly: false })
  assert.equal(looks, commits.length, 'what is tried again is looked at again')
  return commits
}

describe('a commit of another object in between', () => {
  test('is none of the business of a change that names the object it is made for', async () => {
    assert.deepEqual(await tried({ expected: [{ kind: 'providers', slug: 'wiki', revision: 3 }] }), [7, 8])
    assert.deepEqual(await tried({}), [7, 8])
  })

  test('stands in the way of a change that is made for one head, or was merged into whatever it read', async () => {
    assert.deepEqual(await tried({ head: 7 }), [7])
    assert.deepEqual(await tried({ expected: [] }), [7])
  })
})
