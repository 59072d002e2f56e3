import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Database } from '../data/database.ts'
import { createUser } from '../identity/write-users.ts'
import { readDocument } from './document.ts'
import { changeOf, documentOf, memory, type Opened, planeOn, told } from './plane.fixture.ts'
import { documentText } from './write-yaml.ts'

describe('the configuration plane', () => {
  let database: Database
  let plane: Opened
  beforeEach(async () => {
    database = await memory()
    plane = await planeOn(database)
  })
  afterEach(async () => {
    plane.close()
    await database.close()
  })

  const commit = async (...given: Parameters<typeof changeOf>) => told(await plane.commit(changeOf(...given)))
  const plan = async (...given: Parameters<typeof changeOf>) => told(await plane.plan(changeOf(...given)))
  const commitText = async (text: string) => {
    const read = readDocument(`version: 1\n${text}`, 'my.yaml')
    return 'problems' in read ? told(read) : told(await plane.commit(changeOf('', { documents: [read.document] })))
  }
  const wiki = 'providers: { wiki: { type: sample } }\napplications: { wiki: { name: Wiki, provider: wiki } }'

  test('a plan says what a commit would do and does none of it; a second commit of the same does nothing', async () => {
    const all = `${wiki}\ngroups: { staff: {} }\nusers: { ada: { groups: [staff], password: { $env: P } } }`
    const expected = ['create applications.wiki', 'create providers.wiki', 'create groups.staff', 'create users.ada']
    assert.deepEqual(await plan(all, {}, { P: 'x' }), expected)
    assert.deepEqual([plane.head(), await plan(all, {}, { P: 'x' })], [0, expected])
    assert.equal(plane.snapshot().applications.has('wiki'), false)
    assert.deepEqual(await commit(all, {}, { P: 'x' }), expected)
    assert.equal(plane.snapshot().applications.get('wiki')?.name, 'Wiki')
    assert.deepEqual([await plan(all, {}, { P: 'x' }), await commit(all, {}, { P: 'x' }), plane.head()], [[], [], 1])
  })

  test('an object is replaced whole, and what changed is told by pointers', async () => {
    await commit("providers: { wiki: { type: sample, name: W, with: { lifetime: 9, uris: ['a', 'b'] } } }")
    const done = await plane.commit(changeOf("providers: { wiki: { type: sample, with: { lifetime: 10, uris: ['a', 'c'] } } }"))
    assert.ok('changes' in done)
    assert.deepEqual(done.changes[0]?.fields, [
      { pointer: '/name', before: 'W' },
      { pointer: '/with/lifetime', before: 9, after: 10 },
      { pointer: '/with/uris/1', before: 'b', after: 'c' },
    ])
    assert.equal(plane.snapshot().providers.get('wiki')?.settings.lifetime, 10)
    const stored = await plane.object('providers', 'wiki')
    assert.deepEqual(stored?.spec, { type: 'sample', with: { lifetime: 10, uris: ['a', 'c'] } }, 'defaults are not written down')
    assert.deepEqual([stored.revision, stored.owner, stored.layer], [2, 'test', 'stored'])
  })

  test('null deletes; what is used is not deleted, and by whom it is used is told', async () => {
    await commit(wiki)
    assert.deepEqual(await commit('providers: { wiki: null }'), [
      'my.yaml:2:14: providers.wiki: the provider "wiki" is used by applications.wiki (provider); change or delete that first',
    ])
    assert.deepEqual(await commit('providers: { wiki: null }\napplications: { wiki: null }'), [
      'delete applications.wiki',
      'delete providers.wiki',
    ])
    assert.deepEqual(await commit('providers: { wiki: null }\napplications: { wiki: null }'), [], 'what is gone is gone')
    assert.deepEqual(plane.snapshot().applications.size, 0)
  })

  test('pruning deletes what the same owner applied before, and nothing else', async () => {
    await commit(wiki, { owner: 'a' })
    await commit('roles: { helper: { name: H, permissions: [] } }', { owner: 'b' })
    assert.deepEqual(await commit('providers: { notes: { type: sample } }', { owner: 'a', prune: true }), [
      'delete applications.wiki',
      'create providers.notes',
      'delete providers.wiki',
    ])
    assert.equal(plane.snapshot().roles.has('helper'), true)
  })

  test('one mistake and nothing is changed, neither in the configuration nor in the directory', async () => {
    const wrong = `${wiki}\ngroups: { staff: {} }\nusers: { ada: { groups: [staf] } }`
    assert.deepEqual(await commit(wrong), ['my.yaml:5:26: users.ada.groups[0]: there is no group "staf"; did you mean "staff"?'])
    assert.equal(plane.head(), 0)
    assert.deepEqual(await database.sql.selectFrom('groups').selectAll().execute(), [])
    assert.deepEqual(await database.sql.selectFrom('configuration_objects').selectAll().execute(), [])
    assert.deepEqual(await database.sql.selectFrom('revisions').selectAll().execute(), [])
  })

  test('what the directory would refuse is told with all else', async () => {
    const users = `users: { ada: { email: nope }, bob: { password: ${'x'.repeat(5000)} }, eve: { roles: [nobody], groups: [none] } }`
    assert.deepEqual(await commit(`${users}\napplications: { a: { name: A, provider: b } }`), [
      'my.yaml:2:24: users.ada.email: "nope" is not an e-mail address; correct it',
      'my.yaml:2:49: users.bob.password: is longer than 4096 bytes; use a shorter one',
      'my.yaml:2:5068: users.eve.roles[0]: there is no role "nobody"',
      'my.yaml:2:5086: users.eve.groups[0]: there is no group "none"',
      'my.yaml:3:41: applications.a.provider: there is no provider "b"',
    ])
    const circle = await commit('groups: { a: { parents: [b] }, b: { parents: [a] } }')
    assert.deepEqual(circle, ['my.yaml:2:37: groups.b.parents: the group "b" cannot be inside itself: b → a → b'])
    assert.deepEqual(await database.sql.selectFrom('groups').selectAll().execute(), [])
  })

  test('all mistakes of 2,000 objects are told at once, and nothing is changed', async () => {
    const lines = Array.from(
      { length: 2000 },
      (_, index) => `  p${index}: { type: ${index === 1500 ? 'sampel' : 'sample'}, with: { lifetime: ${index % 1000 === 7 ? 1 : 60} } }`,
    )
    assert.deepEqual(await commit(`providers:\n${lines.join('\n')}`), [
      'my.yaml:10:41: providers.p7.with.lifetime: must be >= 5',
      'my.yaml:1010:44: providers.p1007.with.lifetime: must be >= 5',
      'my.yaml:1503:18: providers.p1500.type: there is no protocol "sampel"; did you mean "sample"?',
    ])
    assert.equal(plane.head(), 0)
  })

  test('of two commits on one head one wins, and the other is told what changed', async () => {
    const results = await Promise.all(['Wiki', 'Other'].map((name) => plane.commit(changeOf(`applications: { a: { name: ${name} } }`))))
    const [won, lost] = results.toSorted((one) => ('revision' in one ? -1 : 1))
    assert.ok(won && 'revision' in won && won.revision === 1)
    assert.deepEqual(told(lost!), ['conflict 1', 'create applications.a'])
    assert.equal(plane.head(), 1)
    const late = await plane.commit(changeOf('applications: { b: { name: B } }', { head: 0 }))
    assert.deepEqual(told(late), ['conflict 1', 'create applications.a'])
  })

  test('changes of different objects both win, where they say what they expect', async () => {
    await commit('applications: { a: { name: A }, b: { name: B } }')
    const change = (slug: string, name: string, revision = 1) =>
      plane.commit(changeOf(`applications: { ${slug}: { name: ${name} } }`, { expected: [{ kind: 'applications', slug, revision }] }))
    const results = await Promise.all([
      change('a', 'A2'),
      change('b', 'B2'),
      ...Array.from({ length: 4 }, (_, index) => change(`c${index}`, 'C', 0)),
    ])
    assert.deepEqual(results.flatMap(told).toSorted(), [
      ...[0, 1, 2, 3].map((index) => `create applications.c${index}`),
      'update applications.a /name',
      'update applications.b /name',
    ])
    assert.deepEqual(told(await change('a', 'A3')).slice(1), ['update applications.a /name'])
    assert.equal(plane.snapshot().applications.get('a')?.name, 'A2')
  })

  test('another process takes a commit up, and races lose there too', async () => {
    const other = await planeOn(database)
    await commit(wiki)
    assert.equal(other.snapshot().applications.size, 0)
    const late = await other.commit(changeOf('applications: { b: { name: B } }'))
    assert.deepEqual(told(late), ['conflict 1', 'create applications.wiki', 'create providers.wiki'])
    assert.equal(other.snapshot().applications.size, 1)
    await other.commit(changeOf('applications: { b: { name: B } }'))
    await plane.refresh()
    assert.deepEqual([plane.head(), plane.snapshot().applications.size], [2, 2])
    other.close()
  })

  test('a new name is written wherever the old one was, also in what was granted', async () => {
    await commit(`${wiki}\nroles: { helper: { name: H, permissions: [users.view] } }\nusers: { ada: { roles: [helper] } }`)
    const { id } = await database.sql.selectFrom('users').select('id').executeTakeFirstOrThrow()
    const now = 1
    await database.sql
      .insertInto('consents')
      .values({ user_id: id, application: 'wiki', scopes: '[]', created_at: now, updated_at: now })
      .execute()
    const done = await plane.commit(
      changeOf('', {
        renames: [
          { kind: 'providers', from: 'wiki', to: 'wiki-oidc' },
          { kind: 'applications', from: 'wiki', to: 'handbook' },
          { kind: 'roles', from: 'helper', to: 'helpdesk' },
        ],
      }),
    )
    assert.deepEqual(told(done), [
      'rename applications.wiki to handbook /provider',
      'rename providers.wiki to wiki-oidc /with',
      'rename roles.helper to helpdesk',
    ])
    const provider = plane.snapshot().providersOf('sample').byApplication('handbook')
    assert.deepEqual([provider?.slug, provider?.settings.key], ['wiki-oidc', 'wiki'], 'clients know it by the old name')
    assert.equal((await database.sql.selectFrom('consents').selectAll().executeTakeFirst())?.application, 'handbook')
    assert.equal((await database.sql.selectFrom('role_assignments').selectAll().executeTakeFirst())?.role, 'helpdesk')
    const wrong = (from: string, to: string) => plane.commit(changeOf('', { renames: [{ kind: 'applications', from, to }] }))
    assert.deepEqual(told(await wrong('handbok', 'x')), [
      'applications.handbok: there is no application "handbok"; did you mean "handbook"?',
    ])
    assert.match(told(await wrong('handbook', 'Not a slug')).join(), /must be a slug/)
    assert.match(told(await wrong('handbook', 'token')).join(), /an address of Sluice's own/)
    assert.match(
      told(await plane.commit(changeOf('', { renames: [{ kind: 'flows', from: 'default-invalidation', to: 'x' }] }))).join(),
      /is shipped and keeps its name/,
    )
  })

  test('an object that is deleted takes along what was granted to it: one that is made under its slug has none of it, by a rollback neither', async () => {
    await commit(`${wiki}\nusers: { ada: {} }`)
    const { id } = await database.sql.selectFrom('users').select('id').executeTakeFirstOrThrow()
    const granted = { application: 'wiki', scopes: '[]', created_at: 1 }
    const grant = (name: string, provider: string) => ({
      ...granted,
      id: name,
      user_id: id,
      provider,
      session_id: id,
      origin: 'https://id.example.com',
      offline: true,
      data: '{}',
      expires_at: 9e12,
      revoked_at: null,
      generation: 0,
      nonce: '',
      rotated_at: null,
    })
    const allow = async () => {
      await database.sql
        .insertInto('consents')
        .values({ user_id: id, ...granted, updated_at: 1 })
        .execute()
      await database.sql
        .insertInto('grants')
        .values([grant('one', 'wiki'), grant('two', 'other')])
        .execute()
    }
    const left = async () => [
      ...(await database.sql.selectFrom('grants').select('id').execute()).map((row) => row.id),
      ...(await database.sql.selectFrom('consents').select('application').execute()).map(({ application }) => application),
    ]
    await allow()
    await commit('applications: { wiki: { name: Other name, provider: wiki } }')
    assert.deepEqual(await left(), ['one', 'two', 'wiki'], 'a change takes nothing')
    const crowd = Array.from({ length: 1201 }, (_, n) => grant(`crowd-${String(n).padStart(4, '0')}`, 'wiki'))
    const others = [0, 500, 1000].map((n) => ({ ...grant(`crowd-${String(n).padStart(4, '0')}-other`, 'other'), application: 'other' }))
    for (let from = 0; from < crowd.length; from += 400)
      await database.sql
        .insertInto('grants')
        .values(crowd.slice(from, from + 400))
        .execute()
    await database.sql.insertInto('grants').values(others).execute()
    await commit('applications: { wiki: null }\nproviders: { wiki: null }')
    assert.deepEqual(
      (await left()).toSorted(),
      others.map(({ id: other }) => other),
      'of more than one statement takes, all; of others, none',
    )
    await database.sql.deleteFrom('grants').execute()
    await allow()
    await commit(wiki)
    assert.deepEqual(await left(), [], 'what a process wrote that did not know of the deletion yet')
    await commit('applications: { wiki: null }\nproviders: { wiki: null }')
    await allow()
    await plane.rollback(1, { actor: { type: 'cli', name: 'tester' } })
    assert.deepEqual([plane.snapshot().applications.has('wiki'), await left()], [true, []])
  })

  test('roles that change their names with one another, as a rollback does, keep their holders', async () => {
    await commit(
      'roles: { low: { name: L, permissions: [users.view] }, high: { name: H, permissions: ["*"] } }\nusers: { ada: { roles: [low] }, bob: { roles: [high] } }',
    )
    const rename = (from: string, to: string) => plane.commit(changeOf('', { renames: [{ kind: 'roles', from, to }] }))
    for (const [from, to] of [
      ['low', 'other'],
      ['high', 'low'],
      ['other', 'high'],
    ] as const)
      await rename(from, to)
    const held = async () =>
      (
        await database.sql
          .selectFrom('role_assignments')
          .innerJoin('users', 'users.id', 'role_assignments.subject_id')
          .select(['username', 'role'])
          .orderBy('username')
          .execute()
      ).map(({ username, role }) => `${username} ${role}`)
    assert.deepEqual(await held(), ['ada high', 'bob low'])
    assert.ok('revision' in (await plane.rollback(1, { actor: { type: 'cli', name: 'x' } })))
    assert.deepEqual(await held(), ['ada low', 'bob high'])
  })

  test('references in settings of plugins are looked at, and follow', async () => {
    const flow = 'flows: { mine: { title: M, designation: recovery, steps: [] } }'
    assert.deepEqual(await commit(`${flow}\nproviders: { v: { type: vault, with: { flow: mien } } }`), [
      'my.yaml:3:46: providers.v.with.flow: there is no flow "mien"; did you mean "mine"?',
    ])
    await commit(`${flow}\nproviders: { v: { type: vault, with: { flow: mine } } }`)
    assert.deepEqual(plane.usedBy('flows', 'mine'), [{ kind: 'providers', slug: 'v', pointer: '/with/flow' }])
    assert.match((await commit('flows: { mine: null }')).join(), /is used by providers\.v \(with\.flow\)/)
    await plane.commit(changeOf('', { renames: [{ kind: 'flows', from: 'mine', to: 'yours' }] }))
    assert.deepEqual((await plane.object('providers', 'v'))?.spec, { type: 'vault', with: { flow: 'yours' } })
  })

  test('history tells who changed what, and a rollback brings the same objects back', async () => {
    await commit(wiki, { message: 'first' })
    const before = await plane.object('providers', 'wiki')
    await commit('providers: { wiki: null }\napplications: { wiki: null, b: { name: B } }')
    const back = await plane.rollback(1, { actor: { type: 'user', id: 'u', name: 'ada' } })
    assert.deepEqual(told(back), ['create applications.wiki', 'delete applications.b', 'create providers.wiki'])
    assert.equal((await plane.object('providers', 'wiki'))?.id, before?.id)
    const history = await plane.history({ limit: 10 })
    assert.deepEqual(
      history.map(({ number, actor, message, changes }) => [number, actor.name, message, changes.length]),
      [
        [3, 'ada', 'rolled back to revision 1', 3],
        [2, 'tester', '', 3],
        [1, 'tester', 'first', 2],
      ],
    )
    assert.deepEqual(history[2]?.at, new Date(1000))
    assert.deepEqual(
      (await plane.history({ limit: 1, before: 3 })).map(({ number }) => number),
      [2],
    )
    assert.deepEqual(await plane.diff(1, 3), [])
    assert.deepEqual(told({ changes: await plane.diff(2, 3), warnings: [] }), told(back))
    assert.deepEqual(told(await plane.rollback(3, { actor: { type: 'cli', name: 'x' } })), [])
    assert.deepEqual(told(await plane.rollback(9, { actor: { type: 'cli', name: 'x' } })), ['there is no revision 9; there are 1 to 3'])
  })

  test('built-in roles stay as they are, and permissions are known ones', async () => {
    assert.deepEqual(await commit('roles: { admin: { name: A, permissions: [] }, x: { name: X, permissions: [users.view, nonsense] } }'), [
      'my.yaml:2:10: roles.admin: the role "admin" is built in and cannot be changed; choose another slug',
      'my.yaml:2:87: roles.x.permissions[1]: there is no permission "nonsense"',
    ])
    assert.deepEqual(plane.snapshot().roles.get('admin')?.permissions, ['*'])
    assert.deepEqual(await commit('users: { ada: { roles: [vewer] } }'), [
      'my.yaml:2:25: users.ada.roles[0]: there is no role "vewer"; did you mean "viewer"?',
    ])
  })

  test('a role that somebody has is not deleted', async () => {
    await commit('roles: { helper: { name: H, permissions: [] } }\ngroups: { staff: { roles: [helper] } }')
    assert.deepEqual(await commit('roles: { helper: null }'), [
      'roles.helper: the role "helper" is assigned to 1 user or group; take it from them first',
    ])
  })

  test('settings choose the default flows and how long sessions last', async () => {
    const flow = 'flows: { mine: { title: M, designation: authentication, steps: [{ type: greeting }] } }'
    await commit(`${flow}\nsettings: { flows: { authentication: mine }, sessions: { lifetime: 2h } }`)
    assert.equal(plane.snapshot().defaultFlows.authentication, 'mine')
    assert.equal(plane.snapshot().flows.get('mine')?.sessionLifetime, 7200)
    assert.match((await commit('flows: { mine: null }')).join(), /the flow "mine" is used by settings\.flows \(authentication\)/)
    assert.deepEqual(await commit('settings: { flows: { invalidation: mine } }'), [
      'my.yaml:2:36: settings.flows.invalidation: the flow "mine" is for authentication, not for invalidation',
    ])
    await commit('settings: { sessions: null }')
    assert.equal(plane.snapshot().flows.get('mine')?.sessionLifetime, 8 * 3600)
  })

  test('names that every object of JavaScript has are names like others', async () => {
    assert.match(
      (await commit('toString: {}\nhasOwnProperty: { a: {} }')).join(),
      /there is no kind "toString".*there is no kind "hasOwnProperty"/,
    )
    assert.deepEqual(await commit('providers: { v: { type: sample, with: { password: { $env: toString } } } }'), [
      'my.yaml:2:41: providers.v.with.password: the environment variable toString is not set; set it',
    ])
    assert.match((await commit('settings: { toString: {} }')).join(), /there are no settings of "toString"/)
    const odd = '{ valueof: { name: V }, tostring: { name: T } }'
    assert.deepEqual(await commit(`applications: ${odd}`), ['create applications.tostring', 'create applications.valueof'])
    assert.deepEqual(await commit('providers: { v: { type: toString } }'), [
      'my.yaml:2:25: providers.v.type: there is no protocol "toString"; there are sample, vault',
    ])
    assert.match(
      (await commitText('users: { ada: { attributes: { __proto__: { admin: true } } } }')).join(),
      /the key "__proto__" is not allowed/,
    )
  })

  test('several documents are one change, and the same object in two of them is refused', async () => {
    const documents = [documentOf('applications: { a: { name: A } }', 'one.yaml'), documentOf('applications: { a: null }', 'two.yaml')]
    assert.deepEqual(told(await plane.commit(changeOf('', { documents }))), [
      'two.yaml:2:17: applications.a: is in one.yaml:2 too; remove one of them',
    ])
  })

  test('an export is a document that changes nothing; with the directory too', async () => {
    await database.transaction((tx) => createUser(tx, { username: 'ada', name: 'Ada' }, 1))
    await commit(
      `${wiki}\ngroups: { all: { roles: [viewer] }, staff: { parents: [all] } }\nusers: { ada: { groups: [staff], attributes: { a: 1 } } }`,
    )
    const exported = await plane.exported({ directory: true })
    assert.deepEqual(exported, {
      version: 1,
      providers: { wiki: { type: 'sample' } },
      applications: { wiki: { name: 'Wiki', provider: 'wiki' } },
      groups: { all: { roles: ['viewer'] }, staff: { parents: ['all'] } },
      users: { ada: { name: 'Ada', groups: ['staff'], attributes: { a: 1 } } },
    })
    const { version: _, ...kinds } = exported
    assert.deepEqual(await commit(documentText(kinds)), [])
    const empty = await memory()
    const second = await planeOn(empty)
    await second.commit(changeOf(documentText(kinds)))
    assert.deepEqual(await second.exported({ directory: true }), exported)
    second.close()
    await empty.close()
  })
})
