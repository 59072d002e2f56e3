import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Database } from '../data/database.ts'
import { changeOf, memory, type Opened, planeOn, told, vaultProtocol } from './plane.fixture.ts'
import { samplePlugin } from './sample.fixture.ts'

const lines = async (plane: Opened) => told({ problems: await plane.broken() })

describe('stored objects that no longer work', () => {
  let database: Database
  const open: Opened[] = []
  beforeEach(async () => {
    database = await memory()
  })
  afterEach(async () => {
    for (const plane of open.splice(0)) plane.close()
    await database.close()
  })
  const opened = async (...plugins: Parameters<typeof planeOn>[1] & {}) => {
    const plane = await planeOn(database, plugins)
    open.push(plane)
    return plane
  }

  test('are out of use alone, with what depends on them; nothing takes their place', async () => {
    const before = await opened(samplePlugin, vaultProtocol())
    await before.commit(
      changeOf(`
providers: { v: { type: vault }, own: { type: vault }, s: { type: sample } }
applications: { a: { name: A, provider: v }, b: { name: B, provider: s } }
`),
    )
    const after = await opened(samplePlugin)
    const { providers, applications } = after.snapshot()
    assert.deepEqual([[...providers.keys()], [...applications.keys()]], [['s'], ['b']])
    assert.deepEqual(await lines(after), [
      'applications.a.provider: the provider "v" is out of use',
      'providers.own.type: there is no protocol "vault"; there are sample',
      'providers.v.type: there is no protocol "vault"; there are sample',
    ])
    assert.deepEqual((await after.object('applications', 'a'))?.problems.length, 1)
    assert.equal(after.logged.filter((line) => line.includes('out of use')).length, 3)

    assert.deepEqual(told(await after.commit(changeOf('applications: { c: { name: C } }'))), ['create applications.c'], 'others go on')
    assert.match(
      told(await after.commit(changeOf('applications: { d: { name: D, provider: v } }'))).join(),
      /the provider "v" is out of use/,
    )
    assert.deepEqual(told(await after.commit(changeOf('providers: { own: null }'))), ['delete providers.own'], 'it can be taken away')
    assert.deepEqual([...(await opened(samplePlugin, vaultProtocol())).snapshot().providers.keys()].toSorted(), ['s', 'v'])
  })

  test('an application that cannot be used takes its provider along, which gets no application of its own', async () => {
    const before = await opened(samplePlugin, vaultProtocol())
    await before.commit(
      changeOf(`
flows: { mine: { title: M, designation: authentication, steps: [{ type: greeting }] } }
providers: { wiki: { type: sample } }
applications: { wiki: { name: W, provider: wiki, flows: { authentication: mine } } }
`),
    )
    await database.sql
      .updateTable('configuration_objects')
      .set({ spec: '{"title":"M","designation":"authentication","steps":[{"type":"gone"}]}' })
      .where('slug', '=', 'mine')
      .execute()
    const { providers, applications, flows } = (await opened(samplePlugin)).snapshot()
    assert.deepEqual([providers.size, applications.size, flows.has('mine')], [0, 0, false])
  })

  test('a flow in the place of a shipped one stays in its place: nobody signs in by the shipped one', async () => {
    const before = await opened(samplePlugin)
    await before.commit(
      changeOf('flows: { default-authentication: { title: Mine, designation: authentication, steps: [{ type: greeting }] } }'),
    )
    await database.sql
      .updateTable('configuration_objects')
      .set({ spec: '{"title":"M","designation":"authentication","steps":[{"type":"gone"}]}' })
      .execute()
    const after = await opened(samplePlugin)
    assert.equal(after.snapshot().flows.has('default-authentication'), false)
    assert.equal(after.snapshot().defaultFlows.authentication, 'default-authentication')
    assert.match((await lines(after)).join('\n'), /flows\.default-authentication\.steps\[0\]\.type: there is no stage "gone"/)
  })

  test('settings that say which flows are used still say so, whatever else in them nobody knows', async () => {
    const before = await opened(samplePlugin)
    await before.commit(
      changeOf(`
flows: { mine: { title: M, designation: authentication, steps: [{ type: greeting }] } }
settings: { flows: { authentication: mine } }
`),
    )
    await database.sql
      .updateTable('configuration_objects')
      .set({ spec: '{"authentication":"mine","device":"later"}' })
      .where('kind', '=', 'settings')
      .execute()
    const after = await opened(samplePlugin)
    assert.equal(after.snapshot().defaultFlows.authentication, 'mine', 'not the shipped one')
    assert.match((await lines(after)).join(), /settings\.flows/)
  })

  test('a rollback to what cannot be used any more is refused with the reason', async () => {
    const before = await opened(samplePlugin, vaultProtocol())
    await before.commit(changeOf('providers: { v: { type: vault } }'))
    await before.commit(changeOf('providers: { v: null }'))
    const after = await opened(samplePlugin)
    assert.deepEqual(told(await after.rollback(1, { actor: { type: 'cli', name: 'x' } })), [
      'providers.v.type: revision 1 cannot be used any more: there is no protocol "vault"; there are sample',
    ])
  })

  const upgrades = [
    ({ flow }: { flow?: string }) => ({ keys: [{ name: 'from version 0', key: flow ?? '' }] }),
    ({ keys }: { keys: readonly object[] }) => ({ keys: [...keys, { name: 'from version 1', key: 'second' }] }),
  ]

  test('settings of an older version are upgraded when they are read, and stored so when they are changed', async () => {
    const old = await opened(samplePlugin, vaultProtocol())
    await old.commit(
      changeOf('flows: { f: { title: F, designation: recovery, steps: [] } }\nproviders: { v: { type: vault, with: { flow: f } } }'),
    )
    const plane = await opened(samplePlugin, vaultProtocol({ upgrades }))
    const names = () => (plane.snapshot().providers.get('v')!.settings.keys as { name: string }[]).map(({ name }) => name)
    assert.deepEqual(names(), ['from version 0', 'from version 1'])
    const stored = async () =>
      database.sql
        .selectFrom('configuration_objects')
        .select(['settings_version', 'revision'])
        .where('slug', '=', 'v')
        .executeTakeFirstOrThrow()
    assert.deepEqual({ ...(await stored()) }, { settings_version: 0, revision: 1 })
    await plane.commit(changeOf('providers: { v: { type: vault, name: V, with: { keys: [{ name: x, key: y }] } } }'))
    assert.deepEqual({ ...(await stored()) }, { settings_version: 2, revision: 2 })
    assert.deepEqual((await opened(samplePlugin, vaultProtocol({ upgrades }))).snapshot().providers.get('v')?.settings.keys.length, 1)
  })

  test('an upgrade that throws takes its object out of use', async () => {
    const old = await opened(samplePlugin, vaultProtocol())
    await old.commit(changeOf('providers: { v: { type: vault, with: {} }, s: { type: sample } }'))
    const failing = () => {
      throw new Error('cannot be')
    }
    const plane = await opened(samplePlugin, vaultProtocol({ upgrades: [failing] }))
    assert.deepEqual(await lines(plane), ['providers.v: the settings of "vault" could not be upgraded: cannot be'])
    assert.equal(plane.snapshot().providers.has('s'), true)
  })

  test('what a newer version has written is not taken up: the last good configuration stays, and nothing is committed', async () => {
    const newer = await opened(samplePlugin, vaultProtocol({ upgrades }))
    const older = await opened(samplePlugin, vaultProtocol())
    await newer.commit(changeOf('applications: { a: { name: A } }'))
    await older.refresh()
    await newer.commit(changeOf('providers: { v: { type: vault, with: { keys: [{ name: x, key: y }] } } }'))
    await older.refresh()
    await older.refresh()
    assert.deepEqual([older.head(), older.snapshot().applications.has('a'), older.snapshot().providers.size], [1, true, 0])
    assert.equal(older.logged.filter((line) => line.includes('stays at revision 1')).length, 1, 'told once')
    const refused = told(await older.commit(changeOf('applications: { b: { name: B } }')))
    assert.match(refused.join(), /a newer version has written objects that this one cannot read/)
    const started = await opened(samplePlugin, vaultProtocol())
    assert.deepEqual([started.snapshot().applications.has('a'), started.snapshot().providers.size], [true, 0])
    assert.match(told(await started.commit(changeOf('applications: { b: { name: B } }'))).join(), /a newer version/)
  })
})
