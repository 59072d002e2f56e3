import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { defineStage, pass, Type } from '../../api/index.ts'
import { type Caller, Lacking } from '../../access/caller.ts'
import { expanded, type RoleDefinition } from '../../access/permissions.ts'
import { type Catalog, createCatalog } from '../../configuration/catalog.ts'
import { shippedRoles } from '../../configuration/roles.ts'
import type { KindName } from '../../configuration/kinds.ts'
import type { ObjectChange, Plane } from '../../configuration/plane-types.ts'
import { directoryFixture } from '../../identity/fixture.ts'
import { addParents, createGroup } from '../../identity/groups.ts'
import { assignRoles } from '../../identity/roles.ts'
import { createUser } from '../../identity/write-users.ts'
import { documentOf } from './changes.ts'
import { type Asking, mayReturn, mustBeGivable } from './giving.ts'

const slug = Type.String({ 'x-ref': 'role' })
const maker = defineStage({
  kind: 'maker',
  settings: Type.Object({
    roles: Type.Array(slug, { title: 'Roles', description: 'Roles.', default: [] }),
    groups: Type.Array(Type.String({ 'x-ref': 'groups' }), { title: 'Groups', description: 'Groups.', default: [] }),
  }),
  answer: Type.Object({}),
  show: () => pass({}),
  submit: () => pass({}),
})

const catalogOf = (): Catalog => {
  const made = createCatalog([{ id: 'test', version: '1.0.0', api: '^1', stages: [maker], messages: { en: {}, de: {} } }], new Set())
  if (!('catalog' in made)) throw new Error(made.problems.join())
  return made.catalog
}

describe('what a document gives', () => {
  let database: Awaited<ReturnType<typeof directoryFixture>>['database']
  const catalog = catalogOf()
  before(async () => {
    ;({ database } = await directoryFixture())
    await database.transaction(async (tx) => {
      await assignRoles(tx, { kind: 'group', id: await createGroup(tx, { slug: 'bosses' }, 0) }, ['admin'])
      await createGroup(tx, { slug: 'inside' }, 0)
      await addParents(tx, 'inside', ['bosses'])
      await createGroup(tx, { slug: 'plain' }, 0)
      await createUser(tx, { username: 'Boss', roles: ['admin'] }, 0)
    })
  })
  after(() => database.close())

  const roles = new Map<string, RoleDefinition>([...Object.entries(shippedRoles), ['helpdesk', { permissions: ['users.*'] }]])
  const callOf = (...entries: readonly string[]): Asking => {
    const caller: Caller = {
      userId: 'x',
      username: 'x',
      token: undefined,
      sessionId: undefined,
      permissions: expanded(entries),
      limited: true,
    }
    return { caller, roles, snapshot: { sinks: new Map<string, never>() } }
  }
  const makesAdmins = { type: 'maker', with: { roles: ['admin'] } }
  const stored: Readonly<Record<string, object>> = {
    makes: { steps: [{ type: 'deny', when: [{ policy: 'direct' }] }, makesAdmins] },
    calls: { steps: [{ flow: 'gate' }, { flow: 'makes' }, { flow: 'calls' }] },
    gate: { steps: [] },
    plain: { steps: [{ flow: 'plain' }] },
    replaced: { steps: [] },
  }
  /** `<kind>.<slug>`, and the slugs of what names it. */
  const users: Readonly<Record<string, readonly string[]>> = {
    'flows.makes': ['flows.calls'],
    'flows.calls': ['flows.calls'],
    'flows.gate': ['flows.calls'],
    'flows.plain': ['flows.plain', 'applications.wiki'],
    'policies.direct': ['flows.makes', 'applications.wiki'],
    'policies.inner': ['policies.direct'],
    'policies.free': ['flows.plain', 'applications.wiki'],
  }
  const plane = {
    objects: async () => Object.entries(stored).map(([slug, spec]) => ({ slug, spec })),
    shipped: (_: string, name: string) => (name === 'replaced' ? { steps: [makesAdmins] } : undefined),
    usedBy: (kind: string, name: string) =>
      (users[`${kind}.${name}`] ?? []).map((user) => {
        const [of, slug] = user.split('.')
        return { kind: of, slug, pointer: '/x' }
      }),
  } as unknown as Plane
  const operator = callOf('users.*', 'groups.*', 'roles.*', 'flows.*', 'policies.*')
  const changed = (kind: string, name: string, spec: unknown, change: ObjectChange['change'] = 'update', call = operator) =>
    mustBeGivable({ database, catalog, plane }, call, [documentOf(kind as KindName, { [name]: spec })], {
      changes: [{ kind: kind as KindName, slug: name, change }],
      warnings: [],
    })
  const refused = (work: Promise<void>) => assert.rejects(work, (error) => error instanceof Lacking && error.permissions.length > 0)

  test('needs the permission of each kind, whatever way it comes', async () => {
    await changed('providers', 'wiki', {}, 'update', callOf('providers.edit'))
    await refused(changed('providers', 'wiki', {}, 'create', callOf('providers.edit')))
    await refused(changed('providers', 'wiki', null, 'delete', callOf('providers.edit', 'configuration.apply')))
  })

  test('in users: roles and groups, and the users themselves', async () => {
    await changed('users', 'new', { roles: ['helpdesk'], groups: ['plain'] }, 'create')
    for (const spec of [{ roles: ['admin'] }, { groups: ['bosses'] }, { groups: ['plain', 'inside'] }])
      await refused(changed('users', 'new', spec, 'create'))
    await refused(changed('users', 'BOSS', { email: 'eve@evil.tld' }))
    await refused(changed('users', 'new', { roles: ['helpdesk'] }, 'create', callOf('users.*')))
  })

  test('in groups: roles, parents and what they have already', async () => {
    await changed('groups', 'plain', { parents: ['unknown'], roles: ['helpdesk'] })
    for (const spec of [{ parents: ['bosses'] }, { parents: ['inside'] }, { roles: ['admin'] }])
      await refused(changed('groups', 'plain', spec))
    await refused(changed('groups', 'inside', { name: 'x' }))
  })

  test('in roles: what they had and what they get', async () => {
    await changed('roles', 'helpdesk', { permissions: ['users.view', 'flows.edit'] })
    await refused(changed('roles', 'helpdesk', { permissions: ['tokens.view'] }))
    await refused(changed('roles', 'helpdesk', { permissions: ['*'] }))
    await refused(changed('roles', 'admin', { permissions: [] }))
    await changed('roles', 'helpdesk', null, 'delete')
  })

  test('in flows: roles and groups of those whom they make, at any depth', async () => {
    const step = { type: 'maker', with: { roles: ['helpdesk'], groups: ['plain'] } }
    const deep = (inner: object) => ({ steps: [{ choose: [{ when: 'true', steps: [step] }, { steps: [inner] }] }] })
    await changed('flows', 'enrol', deep(step))
    await refused(changed('flows', 'enrol', deep({ type: 'maker', with: { roles: ['admin'] } })))
    await refused(changed('flows', 'enrol', deep({ type: 'maker', with: { groups: ['inside'] } })))
  })

  test('in flows that a flow calls, by whomever they are: nobody goes around what guards them', async () => {
    await changed('flows', 'mine', { steps: [{ flow: 'plain' }] })
    await refused(changed('flows', 'mine', { steps: [{ flow: 'makes' }] }))
    await refused(changed('flows', 'mine', { steps: [{ choose: [{ when: 'true', steps: [{ flow: 'calls' }] }] }] }))
  })

  test('by what a flow that gives depends on: flows that it calls, policies that it asks, and those that these ask', async () => {
    await refused(changed('flows', 'gate', { steps: [{ flow: 'plain' }] }))
    await refused(changed('flows', 'gate', null, 'delete'))
    for (const policy of ['direct', 'inner'])
      for (const change of ['update', 'delete'] as const)
        await refused(changed('policies', policy, change === 'update' ? {} : null, change))
    await changed('flows', 'plain', { steps: [] })
    await changed('policies', 'free', {})
    await assert.rejects(
      changed('policies', 'inner', {}),
      /The flow "makes", which runs together with policies\.inner, gives the role "admin", which has permissions that you cannot give or take; you lack tokens\.view/,
    )
  })

  test('by a flow that gave before, whatever it does then, and by one that is shipped and comes to light', async () => {
    await refused(changed('flows', 'makes', { steps: [] }))
    await refused(changed('flows', 'makes', null, 'delete'))
    await refused(changed('flows', 'makes', undefined, 'rename'))
    await refused(changed('flows', 'replaced', null, 'delete'))
    await changed('flows', 'replaced', { steps: [{ flow: 'plain' }] })
  })

  test('an earlier revision with other roles or flows is for those who have every permission, other policies for those who may change them', async () => {
    const returned = (call: Asking, kind: string, name = 'x') =>
      mayReturn({ database, catalog, plane }, call, [{ kind: kind as KindName, slug: name, change: 'update' }])
    await returned(callOf('providers.*'), 'providers')
    await returned(callOf('*'), 'flows')
    await returned(operator, 'policies', 'free')
    await refused(returned(operator, 'policies', 'inner'))
    await refused(returned(operator, 'flows'))
    await refused(returned(operator, 'roles'))
    await refused(returned(callOf('configuration.*'), 'providers'))
  })
})
