import assert from 'node:assert/strict'
import test from 'node:test'
import { defineProtocol, secret, Type } from '../../api/index.ts'
import { createCatalog } from '../../configuration/catalog.ts'
import { nowhere } from '../../configuration/document.ts'
import { generated, generatedIn } from './generated.ts'

const field = { title: 'Secret', description: 'A secret.' }
const protocol = defineProtocol({
  kind: 'test',
  settings: Type.Object({ made: Type.Optional(secret({ ...field, generate: true })), typed: Type.Optional(secret(field)) }),
  request: Type.Object({}),
  routes: () => {},
  finish: () => ({ answer: 'json', status: 200, body: {} }),
  refused: () => ({ answer: 'json', status: 403, body: {} }),
})
const made = createCatalog([{ id: 'test', version: '1.0.0', api: '^1', protocols: [protocol], messages: { en: {}, de: {} } }], new Set())
const catalog = 'catalog' in made ? made.catalog : assert.fail(made.problems.join())
const problem = (...path: readonly string[]) => [{ path: ['providers', 'x', ...path], message: 'is needed' }]

test('a secret that is needed, left out and may be made is made, and told by its pointer', () => {
  const result = generated(catalog, 'providers', { type: 'test', with: { other: 1 } }, problem('with', 'made'))
  const secrets = result?.secrets['/spec/with/made'] ?? ''
  assert.match(secrets, /^[\w-]{43}$/)
  assert.deepEqual(result?.spec, { type: 'test', with: { other: 1, made: secrets } })
})

test('nothing is made that is there, that nobody asked for, or that only people know', () => {
  const spec = { type: 'test', with: {} }
  assert.equal(generated(catalog, 'providers', spec, []), undefined)
  assert.equal(generated(catalog, 'providers', spec, problem('with', 'typed')), undefined)
  assert.equal(generated(catalog, 'providers', { type: 'test', with: { made: '' } }, problem('with', 'made')), undefined)
  assert.equal(generated(catalog, 'providers', { type: 'unknown' }, problem('with', 'made')), undefined)
  assert.equal(generated(catalog, 'applications', spec, problem('with', 'made')), undefined)
})

test('a document gets the secrets of its providers, each told with its kind and slug', () => {
  const value = {
    version: 1,
    providers: { x: { type: 'test', with: {} }, y: { type: 'test', with: {} } },
    applications: { x: { name: 'X' } },
  }
  const result = generatedIn(catalog, { ...nowhere, value }, problem('with', 'made'))
  const secret = result?.secrets['/providers/x/with/made']
  assert.match(secret ?? '', /^[\w-]{43}$/)
  assert.deepEqual(Object.keys(result?.secrets ?? {}), ['/providers/x/with/made'])
  assert.deepEqual(result?.document.value, { ...value, providers: { ...value.providers, x: { type: 'test', with: { made: secret } } } })
  assert.equal(generatedIn(catalog, { ...nowhere, value }, []), undefined)
  assert.equal(generatedIn(catalog, { ...nowhere, value: [] }, problem('with', 'made')), undefined)
})
