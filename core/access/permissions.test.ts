import assert from 'node:assert/strict'
import test from 'node:test'
import { shippedRoles } from '../configuration/roles.ts'
import {
  type RoleDefinition,
  expanded,
  isPattern,
  lacking,
  matching,
  permissions,
  permissionsOf,
  unknownPermission,
} from './permissions.ts'

const shipped = new Map(Object.entries(shippedRoles))

test('an entry stands for itself, for a resource, for an action everywhere, or for all', () => {
  assert.deepEqual(matching('users.view'), ['users.view'])
  assert.deepEqual(matching('groups.*'), ['groups.view', 'groups.create', 'groups.edit', 'groups.delete'])
  assert.ok(matching('*.view').every((permission) => permission.endsWith('.view')) && matching('*.view').length > 10)
  assert.deepEqual(matching('*'), permissions)
  assert.deepEqual(matching('*.*'), permissions)
  for (const nothing of ['', 'users', 'users.', '.view', 'users.vew', '**', 'users.view.x', '__proto__', 'users.view ']) {
    assert.deepEqual(matching(nothing), [], nothing)
    assert.ok(!isPattern(nothing))
  }
})

test('the administrator may do everything, the viewer see everything and change nothing', () => {
  assert.deepEqual([...permissionsOf(['admin'], shipped)], permissions)
  assert.deepEqual(
    [...permissionsOf(['viewer'], shipped)],
    permissions.filter((permission) => permission.endsWith('.view')),
  )
})

test('roles add up, and one that nobody defined allows nothing', () => {
  const definitions = new Map<string, RoleDefinition>([
    ...Object.entries(shippedRoles),
    ['helpdesk', { permissions: ['users.view', 'users.recover'] }],
  ])
  assert.deepEqual([...permissionsOf(['helpdesk', 'gone'], definitions)], ['users.view', 'users.recover'])
  assert.equal(permissionsOf(['gone', 'constructor', '__proto__'], definitions).size, 0)
})

test('what is lacking is named in the order of the table', () => {
  assert.deepEqual(lacking(expanded(['users.*']), expanded(['roles.assign', 'users.view', 'groups.edit'])), ['groups.edit', 'roles.assign'])
  assert.match(unknownPermission('user.view'), /there is no permission "user.view"; did you mean "users.view"\?/)
})
