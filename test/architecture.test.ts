import assert from 'node:assert/strict'
import { isBuiltin } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { files, type Import, isTest, root, sources } from './tools/sources.ts'

const known = new Set(files)
const imports = sources.flatMap((source) => source.imports)
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>
const shown = ({ from, specifier }: Import) => `${from} imports ${specifier}`
const none = (wrong: readonly Import[]) => assert.deepEqual(wrong.map(shown), [])

/** The part of the house that a file belongs to; a plugin is a part of its own: `plugins/stages/password`. */
const part = (path: string) => {
  if (path.startsWith('core/api/')) return 'core/api'
  // What runs in browsers, and what builds it.
  if (path.startsWith('core/interfaces/')) return path.split('/').slice(0, 3).join('/')
  return path
    .split('/')
    .slice(0, path.startsWith('plugins/') ? 3 : 1)
    .join('/')
}
const packageName = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

describe('imports', () => {
  test('of our own files are relative and name a file that is there', () => {
    none(
      imports.filter(({ specifier, to }) => specifier.startsWith('#') || specifier.startsWith('/') || (to !== undefined && !known.has(to))),
    )
  })

  test('of packages name one that package.json lists, for use by the product or by tests', () => {
    const product = new Set([...Object.keys(manifest['dependencies'] ?? {}), 'sluice'])
    const tests = new Set([...product, ...Object.keys(manifest['devDependencies'] ?? {})])
    none(
      imports.filter(({ from, specifier, to }) => {
        if (to !== undefined || specifier.startsWith('virtual:') || (specifier.startsWith('node:') && isBuiltin(specifier))) return false
        return !(isTest(from) ? tests : product).has(packageName(specifier))
      }),
    )
  })

  test('run one way: plugins use sluice/plugin, core uses core and sandbox, sandbox and core/api use themselves', () => {
    const allowed = ({ from, to }: Import) => {
      if (to === undefined || from.startsWith('test/')) return true
      const [here, there] = [part(from), part(to)]
      if (here === there || (isTest(from) && to.startsWith('test/kit/'))) return true
      if (to.startsWith('core/web/static/') && (here === 'core/interfaces/kit' || from.startsWith('plugins/interfaces/'))) return true
      if (here === 'core/interfaces/build') return there === 'core' && to.startsWith('core/boot/')
      // One list of browsers for mail and for pages: nothing of a browser is in it.
      if (here === 'core' && to === 'core/interfaces/kit/device.ts') return true
      return here === 'core' && (there === 'core/api' || there === 'sandbox' || from === 'core/main.ts')
    }
    none(imports.filter((one) => !allowed(one)))
  })

  test('of the plugin API by its public name are for plugins and tests, and its kit is for tests', () => {
    none(imports.filter(({ from, specifier }) => specifier === 'sluice/plugin' && !from.startsWith('plugins/') && !isTest(from)))
    none(imports.filter(({ from, specifier }) => specifier === 'sluice/kit' && !isTest(from)))
    const isInterface = (path: string) => path.startsWith('plugins/interfaces/')
    none(imports.filter(({ from, specifier }) => specifier === 'sluice/interface' && !isInterface(from)))
    none(imports.filter(({ from, specifier }) => specifier === 'sluice/plugin' && isInterface(from) && from.includes('/src/')))
  })

  test('of core/main.ts, which wires everything, are for the command line and tests', () => {
    none(imports.filter(({ from, to }) => to === 'core/main.ts' && !from.startsWith('core/cli/') && !isTest(from)))
  })
})

describe('files', () => {
  const lines = (text: string) => text.trimEnd().split('\n').length

  test('of code have at most 400 lines, or say on the first why they have more', () => {
    const long = sources.filter(({ text }) => lines(text) > 400 && !/^(\/\/|\/\*\*?) .{20,}/.test(text))
    assert.deepEqual(
      long.map(({ path, text }) => `${path}: ${lines(text)} lines`),
      [],
    )
  })

  test('of code have fewer than 100 lines in the median', () => {
    const lengths = sources
      .filter(({ path }) => !isTest(path))
      .map(({ text }) => lines(text))
      .toSorted((a, b) => a - b)
    const median = lengths[lengths.length >> 1] ?? 0
    assert.ok(median < 100, `the median is ${median}`)
  })

  test('switch off a check only with the reason behind it: `oxlint-disable-next-line rule -- reason`', () => {
    const switches = /@ts-(?:ignore|nocheck|expect-error)|(?:oxlint|eslint)-disable/
    const wrong = sources.flatMap(({ path, text }) =>
      path === 'test/architecture.test.ts'
        ? []
        : text.split('\n').flatMap((line, at) => (switches.test(line) && !/ -- \S.{10,}/.test(line) ? [`${path}:${at + 1}`] : [])),
    )
    assert.deepEqual(wrong, [])
  })

  test('speak of the project alone: no paths of the machine they were written on, no registry, no numbers of issues or sessions', () => {
    const foreign = [
      /(?:^|[\s"'`(=:])\/(?:work|root|home\/\w+)\//m,
      /registry\.(?!npmjs\.org\b)[a-z0-9-]+\.[a-z]/,
      /\b(?:issue|session|milestone) #?\d+\b/i,
      /\(#\d+\)/,
    ]
    const text = files.filter((path) => !/\.(png|ico|woff2)$/.test(path) && path !== 'test/architecture.test.ts')
    const wrong = text.flatMap((path) => {
      const content = readFileSync(join(root, path), 'utf8')
      return foreign.flatMap((pattern) => pattern.exec(content)?.[0] ?? []).map((found) => `${path}: ${found.trim()}`)
    })
    assert.deepEqual(wrong, [])
  })
})

describe('every plugin', () => {
  const folders = [...new Set(files.filter((path) => path.startsWith('plugins/')).map(part))]

  for (const folder of folders) {
    test(`${folder} has its data, its description, a test, and messages in English and German`, () => {
      const own = files.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1))
      for (const file of ['plugin.ts', 'README.md', 'messages/en.json', 'messages/de.json'])
        assert.ok(own.includes(file), `${folder}/${file} is missing`)
      assert.ok(
        own.some((file) => file.endsWith('.test.ts')),
        `${folder} has no test`,
      )
      const keys = (language: string) =>
        Object.keys(JSON.parse(readFileSync(join(root, folder, 'messages', `${language}.json`), 'utf8'))).toSorted()
      assert.deepEqual(keys('de'), keys('en'), 'the messages in German are not those in English')
    })
  }
})
