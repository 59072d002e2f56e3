import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Database } from '../data/database.ts'
import { changeOf, memory, type Opened, planeOn, told } from './plane.fixture.ts'
import { samplePlugin } from './sample.fixture.ts'
import { documentText } from './write-yaml.ts'

const canaries = ['canary-password-one', 'canary-key-two', 'canary-key-three', 'canary-token-four', 'canary-user-five']

describe('secrets of the configuration', () => {
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
  const all = `
providers:
  wiki: { type: sample, with: { password: ${canaries[0]} } }
  safe: { type: vault, with: { keys: [{ name: a, key: ${canaries[1]} }, { name: b, key: ${canaries[2]} }] } }
flows: { f: { title: F, designation: recovery, steps: [{ type: greeting, with: { token: ${canaries[3]} } }] } }
users: { ada: { password: ${canaries[4]} } }
`
  const keep = async (kind: 'providers', slug: string) => JSON.stringify((await plane.object(kind, slug))?.spec)
  const again = async (change: (text: string) => string = (text) => text) => {
    const { version: _, ...kinds } = await plane.exported()
    return commit(change(documentText(kinds)))
  }

  test('are in no table, plan, difference, history, export, error or log', async () => {
    const seen: unknown[] = [await plane.plan(changeOf(all)), await plane.commit(changeOf(all))]
    seen.push(await plane.commit(changeOf(all.replaceAll('canary-', 'changed-canary-'))))
    seen.push(await plane.commit(changeOf(all.replace('type: sample', 'type: sampel').replace('name: a', 'name: 7'))))
    seen.push(await plane.commit(changeOf(all, { head: 0 })))
    seen.push(await plane.history({ limit: 9 }), await plane.diff(0, 2), await plane.diff(1, 2))
    seen.push(
      await plane.exported({ directory: true }),
      await plane.objects('providers'),
      await plane.objects('flows'),
      await plane.broken(),
    )
    for (const table of ['revisions', 'revision_objects', 'configuration_objects', 'users', 'passwords'] as const) {
      seen.push(await database.sql.selectFrom(table).selectAll().execute())
    }
    seen.push(plane.logged, [...plane.snapshot().providers.values()])
    const text = JSON.stringify(seen)
    assert.ok(text.includes('$keep') && text.includes('$sealed'))
    for (const canary of canaries) assert.equal(text.includes(canary), false, canary)
    const { fields } = (await plane.diff(1, 2)).find(({ slug }) => slug === 'wiki') ?? {}
    assert.deepEqual(fields, [{ pointer: '/with/password' }])
  })

  test('reach those who use them, also after a restart', async () => {
    await commit(all)
    const other = await planeOn(database)
    for (const one of [plane, other]) {
      assert.equal(one.snapshot().providers.get('wiki')?.settings.password.reveal(), canaries[0])
      assert.equal(one.snapshot().providers.get('safe')?.settings.keys[1].key.reveal(), canaries[2])
    }
    other.close()
  })

  test('that stay the same change nothing', async () => {
    await commit(all)
    assert.deepEqual(await commit(all), [])
    assert.deepEqual(await commit(all.replace(canaries[0]!, 'other')), ['update providers.wiki /with/password'])
  })

  test('are kept by what an export says of them, also where they change places', async () => {
    await commit(all)
    assert.deepEqual(await again(), [])
    const swapped = /(- name: a\n\s+key:\n\s+\$keep: \S+\n)(\s+)(- name: b\n\s+key:\n\s+\$keep: \S+\n)/
    assert.deepEqual(await again((text) => text.replace(swapped, '$3$2$1')), [
      'update providers.safe /with/keys/0/key /with/keys/0/name /with/keys/1/key /with/keys/1/name',
    ])
    const { keys } = plane.snapshot().providers.get('safe')!.settings as { keys: { name: string; key: { reveal(): string } }[] }
    assert.deepEqual(
      keys.map(({ name, key }) => [name, key.reveal()]),
      [
        ['b', canaries[2]],
        ['a', canaries[1]],
      ],
    )
    const reopened = await planeOn(database)
    assert.equal(reopened.snapshot().providers.get('safe')?.settings.keys[0].key.reveal(), canaries[2])
    reopened.close()
  })

  test('of a plugin that is gone are in no difference either, also where its object has another name since', async () => {
    await commit('providers: { safe: { type: vault } }')
    await plane.commit(
      changeOf(`providers: { vault: { type: vault, with: { keys: [{ name: a, key: ${canaries[1]} }] } } }`, {
        renames: [{ kind: 'providers', from: 'safe', to: 'vault' }],
      }),
    )
    const without = await planeOn(database, [samplePlugin])
    const seen = JSON.stringify([
      await without.diff(1, 2),
      await without.diff(2, 1),
      await without.history({ limit: 9 }),
      await without.exported(),
    ])
    without.close()
    assert.equal(seen.includes(canaries[1] ?? ''), false)
    assert.ok(seen.includes('rename'))
  })

  test('that are not there cannot be kept, nor those that have changed since', async () => {
    await commit(all)
    const old = /"\$keep":"([^"]+)"/.exec(await keep('providers', 'wiki'))?.[1]
    const kept = (slug: string) => commit(`providers: { ${slug}: { type: sample, with: { password: { $keep: ${old} } } } }`)
    assert.deepEqual(await kept('wiki'), [])
    assert.match(
      (await kept('other')).join(),
      /providers\.other\.with\.password: \$keep keeps a secret that is stored, but providers\.other has none/,
    )
    await commit(all.replace(canaries[0]!, 'other'))
    assert.match((await kept('wiki')).join(), /^my\.yaml:2:\d+: providers\.wiki\.with\.password: the secret that is stored is another one/)
    assert.match(
      (await commit('providers: { wiki: { type: sample, with: { key: { $keep: x } } } }')).join(),
      /\$keep is for secret fields only/,
    )
    assert.match(
      (await commit('providers: { wiki: { type: sample, with: { password: { $sealed: x } } } }')).join(),
      /password: must be a text/,
    )
  })

  test('follow their object to its new name, and through a rollback', async () => {
    await commit(all)
    await plane.commit(changeOf('', { renames: [{ kind: 'providers', from: 'wiki', to: 'handbook' }] }))
    assert.equal(plane.snapshot().providers.get('handbook')?.settings.password.reveal(), canaries[0])
    await plane.commit(changeOf('providers: { handbook: null }'))
    assert.deepEqual(told(await plane.rollback(1, { actor: { type: 'cli', name: 'x' } })), ['create providers.wiki'])
    assert.equal(plane.snapshot().providers.get('wiki')?.settings.password.reveal(), canaries[0])
  })

  test('open for their own object and place only', async () => {
    await commit(all)
    const rows = await database.sql.selectFrom('configuration_objects').selectAll().where('kind', '=', 'providers').execute()
    const sealed = /\{"\$sealed":"[^"]+"\}/
    const [wiki, safe] = ['wiki', 'safe'].map((slug) => rows.find((row) => row.slug === slug))
    const stolen = wiki!.spec.replace(sealed, sealed.exec(safe!.spec)![0])
    await database.sql.updateTable('configuration_objects').set({ spec: stolen }).where('id', '=', wiki!.id).execute()
    const other = await planeOn(database)
    assert.equal(other.snapshot().providers.has('wiki'), false)
    assert.match(told({ problems: await other.broken() }).join(), /providers\.wiki: The stored secret of .* cannot be opened/)
    assert.equal(other.snapshot().providers.has('safe'), true)
    other.close()
  })

  test('cannot be read with another key: what has them is out of use, and the rest works', async () => {
    await commit(`${all}applications: { link: { name: L } }`)
    const other = await planeOn(database, undefined, 'x'.repeat(32))
    assert.deepEqual([other.snapshot().providers.size, other.snapshot().applications.has('link')], [0, true])
    assert.match(other.logged.join(), /out of use: providers\.wiki: .* SLUICE_SECRET_KEY/)
    other.close()
  })
})
