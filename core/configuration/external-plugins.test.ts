import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { definePlugin, definePort, definePolicy, allow, type Plugin, ports, Type, type Use } from '../api/index.ts'
import { admit } from './admit.ts'
import { loadExternalPlugins } from './external-plugins.ts'
import { ungranted, uselessGrants } from './grants.ts'

describe('plugins from elsewhere', () => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-plugins-'))
  after(() => rmSync(root, { recursive: true }))

  const folder = (name: string, files: Readonly<Record<string, string>>): string => {
    for (const [file, text] of Object.entries(files)) {
      const path = join(root, name, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    return join(root, name)
  }
  const source = (id: string) => `export default { id: '${id}', version: '1.0.0', api: '^1' }\n`
  const load = async (...paths: readonly string[]) => {
    const { found, disabled } = await loadExternalPlugins(paths)
    return { ids: found.map(({ plugin }) => plugin.id), reasons: disabled.map(({ reason }) => reason.replaceAll(`${root}/`, '')) }
  }

  test('are a file, a folder with plugin.ts, a package, or a folder of these, in the order of their names', async () => {
    const many = folder('many', {
      'b.ts': source('b'),
      'b.test.ts': 'throw new Error("a test is no plugin")',
      'a/plugin.ts': source('a'),
      'c/package.json': JSON.stringify({ exports: { '.': { import: './lib/main.js' } }, type: 'module' }),
      'c/lib/main.js': source('c'),
      'notes.md': '# nothing to load',
      '.hidden/plugin.ts': 'throw new Error("hidden")',
      'node_modules/x/index.js': 'throw new Error("not ours")',
    })
    assert.deepEqual(await load(many), { ids: ['a', 'b', 'c'], reasons: [] })
    assert.deepEqual((await load(join(many, 'b.ts'), join(many, 'a'), join(many, 'c'))).ids, ['b', 'a', 'c'])
  })

  test('that cannot be loaded are told with the reason, and disable no other', async () => {
    const bad = folder('bad', {
      '1-throws.ts': 'throw new Error("no luck")',
      '2-enum.ts': 'enum Colour { Red }\nexport default Colour.Red\n',
      '3-none.ts': 'export const plugin = {}\n',
      '4-syntax.ts': 'export default {',
      '5-empty/readme.txt': 'nothing',
      '6-good.ts': source('good'),
    })
    const { ids, reasons } = await load(bad, join(root, 'absent'))
    assert.deepEqual(ids, ['good'])
    const expected = [
      /^bad\/5-empty has neither a plugin\.ts, plugin\.js, plugin\.mjs nor a package\.json$/,
      /^there is nothing at absent; correct SLUICE_PLUGINS$/,
      /^bad\/1-throws\.ts: no luck$/,
      /^bad\/2-enum\.ts: .*enum/,
      /^bad\/3-none\.ts: its default export is not made by definePlugin$/,
      /^bad\/4-syntax\.ts: /,
    ]
    assert.equal(reasons.length, expected.length, reasons.join('\n'))
    for (const pattern of expected)
      assert.ok(
        reasons.some((reason) => pattern.test(reason)),
        `${pattern}: ${reasons.join('\n')}`,
      )
  })
})

const plugin = (id: string, use: Use = {}, more: Partial<Plugin> = {}): Plugin =>
  definePlugin({
    id,
    version: '1.0.0',
    api: '^1',
    policies: [definePolicy({ kind: id, settings: Type.Object({}), use, decide: () => allow })],
    ...more,
  })
const found = (one: Plugin) => ({ path: `/plugins/${one.id}.ts`, plugin: one })
const offered = new Set(Object.values(ports).map(({ id }) => id))
const admitted = (plugins: readonly Plugin[], grants: Readonly<Record<string, readonly string[]>> = {}) => {
  const result = admit([plugin('bundled')], plugins.map(found), { ports: offered, grants: new Map(Object.entries(grants)) })
  return { ids: result.admitted.map((one) => one.plugin.id), reasons: result.disabled.map(({ reason }) => reason) }
}

test('a plugin that asks for a strong port is disabled until it is granted, and the reason says how', () => {
  const signer = plugin('signer', { keys: ports.keys, clock: ports.clock })
  const reason =
    'plugin "signer" asks for the port "keys"; grant it by SLUICE_GRANTS=signer=keys, or in sluice.yml by grants: { signer: [keys] }'
  assert.deepEqual(admitted([signer, plugin('plain')]), { ids: ['plain'], reasons: [reason] })
  assert.deepEqual(admitted([signer], { signer: ['keys'] }), { ids: ['signer'], reasons: [] })
  assert.deepEqual(admitted([signer], { other: ['keys'] }).ids, [])
})

test('a port that says of itself that it is not strong is none the weaker', () => {
  const forged = plugin('forger', { keys: definePort('keys') })
  assert.match(ungranted(forged, new Map()) ?? '', /asks for the port "keys"/)
})

test('of two that claim the same the first is taken, and a bundled one before all', () => {
  const twin = plugin('twin')
  assert.deepEqual(admitted([twin, { ...twin }, plugin('bundled')]).ids, ['twin'])
})

test('one may need another that comes later', () => {
  const needy = plugin('needy', {}, { needs: ['late'] })
  assert.deepEqual(admitted([needy, plugin('late')]), { ids: ['late', 'needy'], reasons: [] })
  assert.match(admitted([needy]).reasons[0] ?? '', /needs the plugin "late", which is not loaded/)
})

test('data that is not what its type says disables the plugin, and nothing else', () => {
  const odd = { id: 'odd', version: '1', api: '^1', stages: 7 } as unknown as Plugin
  assert.match(admitted([odd, plugin('fine')]).reasons[0] ?? '', /^plugin "odd" cannot be read: /)
})

test('grants that do nothing are told', () => {
  const grants = new Map([
    ['signr', ['keys']],
    ['signer', ['kyes', 'clock', 'keys']],
  ])
  assert.deepEqual(uselessGrants(grants, new Set(['signer'])), [
    'grants: there is no plugin "signr" from elsewhere; did you mean "signer"?',
    'grants: there is no port "kyes", which signer is granted; did you mean "keys"?',
    'grants: the port "clock" needs no grant; remove it from signer',
  ])
})
