import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GroupNode, groupsAbove, heldRoles, permissionsByThing } from './effective.ts'

test('groups above are found once each, and roles say what gives them', async () => {
  const groups: Record<string, GroupNode> = {
    a: { slug: 'a', name: 'A', parents: ['top', 'b'], roles: ['viewer'] },
    b: { slug: 'b', name: 'B', parents: ['top'], roles: [] },
    top: { slug: 'top', name: 'Top', parents: [], roles: ['admin', 'viewer'] },
  }
  const reads: string[] = []
  const above = await groupsAbove(['a', 'b'], async (slug) => {
    reads.push(slug)
    return groups[slug] ?? assert.fail(slug)
  })
  assert.deepEqual(reads, ['a', 'b', 'top'])
  assert.deepEqual(heldRoles(['viewer'], above.values()), [
    { role: 'viewer', by: [null, 'a', 'top'] },
    { role: 'admin', by: ['top'] },
  ])
})

test('entries of roles come to permissions', () => {
  const all = ['users.view', 'users.edit', 'groups.view', 'roles.assign']
  assert.deepEqual(Object.fromEntries(permissionsByThing(['*.view', 'users.*'], all)), { users: ['view', 'edit'], groups: ['view'] })
  assert.equal(permissionsByThing(['*'], all).size, 3)
  assert.equal(permissionsByThing(['users'], all).size, 0)
})
