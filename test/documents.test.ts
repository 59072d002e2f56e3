import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readCatalog } from '../core/configuration/house.ts'
import { broughtBy } from '../core/configuration/brought.ts'
import { kinds } from '../core/configuration/kinds.ts'
import { limits } from '../core/engine/limits.ts'
import { isUnbuilt, optionNames, variableOf } from '../core/options/table.ts'
import { renewed } from './tools/markdown.ts'
import { reference } from './tools/reference.ts'
import { files, root } from './tools/sources.ts'

const catalog = await readCatalog()
const read = (file: string) => readFileSync(join(root, file), 'utf8')
/** What people read to find out how things are; the changelog and the decisions say how they were. */
const guides = files.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md' && !file.startsWith('docs/decisions/'))

test('the generated parts of the documents are as `npm run docs` writes them', () => {
  for (const file of files.filter((name) => name.endsWith('.md'))) assert.equal(renewed(read(file), reference), read(file), file)
})

test('the README tells every option', () => {
  for (const name of optionNames) assert.match(read('README.md'), new RegExp(`^\\| \`${variableOf(name)}\``, 'm'))
})

test('no guide speaks of an option that is not there', () => {
  const built = new Set(optionNames.flatMap((name) => [variableOf(name), `${variableOf(name)}_FILE`]))
  built.add('SLUICE_CONFIG')
  for (const guide of guides) {
    for (const [variable] of read(guide).matchAll(/\bSLUICE_[A-Z_]*[A-Z]\b/g)) {
      const reason = isUnbuilt(variable.slice('SLUICE_'.length).toLowerCase()) ? 'is not built' : 'is no option'
      assert.ok(built.has(variable), `${guide}: ${variable} ${reason}`)
    }
  }
})

test('every link of a guide to a file of ours finds it', () => {
  for (const guide of guides) {
    for (const [, target = ''] of read(guide).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const path = join(guide, '..', target)
      assert.ok(
        files.some((file) => file === path || file.startsWith(`${path}/`)),
        `${guide} links to ${target}`,
      )
    }
  }
})

test("a plugin's description names every setting that its schema has", () => {
  const described = [
    ...[...catalog.stages.values()].map((stage) => ['stages', stage] as const),
    ...[...catalog.authenticators.values()].map((one) => ['authenticators', one] as const),
    ...[...catalog.policies.values()].map((policy) => ['policies', policy] as const),
    ...[...catalog.protocols.values()].map((protocol) => ['protocols', protocol] as const),
    ...[...catalog.sinks.values()].map((sink) => ['sinks', sink] as const),
  ]
  for (const [family, item] of described) {
    const plugin = catalog.plugins.find((one) => broughtBy(one).includes(item))?.id ?? item.kind
    const file = `plugins/${family}/${plugin}/README.md`
    for (const name of Object.keys(catalog.schema(item).properties ?? {}))
      assert.ok(read(file).includes(`\n| \`${name}\``), `${file} does not name ${name}`)
  }
})

test('the limits against guessing are told as they are', () => {
  const [guide, decision] = [read('docs/operations.md'), read('docs/decisions/0009-attempt-limits.md')]
  assert.match(guide, new RegExp(`after ${limits.account} for one account within ${limits.window / 60} minutes`))
  for (const number of [limits.account, limits.address, limits.run, limits.knownBrowser, limits.window / 60])
    assert.match(decision, new RegExp(`\\b${number}\\b`))
})

test('what the guide says to press or to look for is written on the pages like that', () => {
  const catalogues = files.filter((file) => /^(core\/interfaces|core\/web|plugins\/interfaces)\/.*\ben\.json$/.test(file))
  const texts = new Set(catalogues.flatMap((file) => Object.values(JSON.parse(read(file)) as Record<string, string>)))
  // Forms show the titles of the schemas.
  const titles =
    JSON.stringify(Object.values(kinds).map(({ schema }) => schema)) +
    JSON.stringify([...catalog.policies.values()].map((one) => catalog.schema(one)))
  const own = new Set(['FlaskDemo', 'FlaskDemo is connected', 'Roll back to revision …'])
  const said = [...read('docs/guide.md').matchAll(/\*\*([^*]+)\*\*/g)].map(([, label = '']) => label)
  assert.ok(said.length > 30)
  const unknown = said.filter((label) => !own.has(label) && !texts.has(label) && !titles.includes(`"title":${JSON.stringify(label)}`))
  assert.deepEqual(unknown, [])
})
