import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { ports } from '../api/index.ts'
import { compileFlow } from '../engine/compile.ts'
import { createCatalog } from './catalog.ts'
import { readDocument } from './document.ts'
import { documentSchema } from './document-schema.ts'
import { loadDocuments } from './load.ts'
import { loadPlugins } from './plugins.ts'
import { problemText } from './problem.ts'
import { compileSnapshot } from './snapshot.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../${name}/`, import.meta.url))
const loaded = await loadPlugins(folder('plugins'))
assert.ok('plugins' in loaded, JSON.stringify(loaded))
const created = createCatalog(loaded.plugins, new Set(Object.values(ports).map(({ id }) => id)))
assert.ok('catalog' in created, JSON.stringify(created))
const { catalog } = created

test('the shipped flows compile with the shipped plugins', () => {
  const shipped = loadDocuments([folder('flows')])
  assert.deepEqual(shipped.problems, [])
  const result = compileSnapshot({ documents: [], shipped: shipped.documents, catalog, compileFlow })
  assert.deepEqual('problems' in result ? result.problems.map(problemText) : [], [])
  assert.ok('snapshot' in result)
  for (const slug of [
    'default-authorization-explicit-consent',
    'initial-setup',
    'recovery-link',
    ...Object.values(result.snapshot.defaultFlows),
  ]) {
    assert.ok(result.snapshot.flows.has(slug), slug)
  }
})

const schemaFile = JSON.parse(readFileSync(`${folder('flows')}schema.json`, 'utf8')) as object

test('flows/schema.json is in step with the stages (node core/configuration/write-flow-schema.ts)', () => {
  assert.deepEqual(schemaFile, JSON.parse(JSON.stringify(documentSchema(catalog))))
})

test('editors find what is wrong by that schema, and accept the shipped flows', () => {
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  const check = ajv.compile(schemaFile)
  for (const file of readdirSync(folder('flows')).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))) {
    assert.ok(check(parse(readFileSync(folder('flows') + file, 'utf8'))), `${file}: ${ajv.errorsText(check.errors)}`)
  }
  const withStep = (step: object) => ({ version: 1, flows: { f: { title: 'F', designation: 'recovery', steps: [step] } } })
  assert.ok(check(withStep({ type: 'password' })))
  assert.ok(!check(withStep({ type: 'pasword' })))
  assert.ok(!check(withStep({ type: 'password', with: { nonsense: 1 } })))
  assert.ok(!check(withStep({ type: 'password', steps: [] })))
  const branches = [{ when: 'true', steps: [{ choose: [{ steps: [{ flow: 'terms', when: [{ group: 'staff' }] }] }] }] }, { steps: [] }]
  assert.ok(check(withStep({ choose: branches, id: 'either' })), ajv.errorsText(check.errors))
  assert.ok(!check(withStep({ choose: [{ when: 'true', steps: [{ type: 'pasword' }] }] })))
  assert.ok(!check(withStep({ choose: branches, type: 'password' })))
})

test('by that schema editors find what is wrong in every other kind too', () => {
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  const check = ajv.compile(schemaFile)
  const oidc = (settings: object) => ({ providers: { a: { type: 'oidc', with: settings } } })
  const good: readonly object[] = [
    oidc({ clientSecret: { $env: 'A' }, redirectUris: ['https://a.example/'] }),
    oidc({ clientSecret: { $keep: 'A' }, redirectUris: ['https://a.example/'] }),
    { providers: { a: null }, applications: { b: { name: 'B', provider: 'a' } }, flows: { c: null } },
    { users: { 'Ada L.': { roles: ['admin'], password: { $file: 'a' } } }, groups: { staff: { parents: ['all'] } } },
    { roles: { a: { name: 'A', permissions: ['users.view'] } }, settings: { sessions: { lifetime: '8h' }, flows: {} } },
  ]
  for (const document of good) assert.ok(check({ version: 1, ...document }), `${JSON.stringify(document)}: ${ajv.errorsText(check.errors)}`)
  const wrong: readonly object[] = [
    oidc({ redirectUris: 'https://a.example/' }),
    oidc({ grantTypes: [] }),
    oidc({ redirectUris: ['https://a.example/'], nonsense: 1 }),
    { providers: { a: { type: 'oidcc' } } },
    { providers: { 'Not a slug': { type: 'oidc', with: { redirectUris: [] } } } },
    { applications: { a: {} } },
    { users: { ada: { emial: 'x' } } },
    { settings: { sesions: {} } },
    { settings: { sessions: { lifetime: 'long' } } },
    { roles: { a: { name: 'A' } } },
  ]
  for (const document of wrong) assert.ok(!check({ version: 1, ...document }), JSON.stringify(document))
})

test('a stage’s own check is asked, and its problems stand at their places', () => {
  const parsed = readDocument(
    'version: 1\nflows: { join: { title: Join, designation: enrollment, steps: [{ type: prompt, with: { title: T, fields: [{ key: a, label: A }, { key: a, label: B }] } }] } }',
    'join.yaml',
  )
  assert.ok('document' in parsed)
  const result = compileSnapshot({
    documents: [parsed.document],
    shipped: loadDocuments([folder('flows')]).documents,
    catalog,
    compileFlow,
  })
  assert.match(
    'problems' in result ? result.problems.map(problemText).join('\n') : '',
    /flows\.join\.steps\[0\]\.with\.fields\[1\]\.key: two fields have the key "a"/,
  )
})
