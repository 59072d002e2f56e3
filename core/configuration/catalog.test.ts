import assert from 'node:assert/strict'
import test from 'node:test'
import {
  allow,
  type Authenticator,
  defineAuthenticator,
  definePlugin,
  definePolicy,
  definePort,
  defineProtocol,
  defineStage,
  literal,
  pass,
  type Plugin,
  type Policy,
  type Protocol,
  Secret,
  type Stage,
  Type,
} from '../api/index.ts'
import { expressionsIn } from '../policy/expressions.ts'
import { admit } from './admit.ts'
import { createCatalog } from './catalog.ts'
import { samplePlugin } from './sample.fixture.ts'

const problemsOf = (...plugins: readonly Plugin[]) => {
  const created = createCatalog(plugins, new Set(['clock', 'users']))
  return 'problems' in created ? created.problems : []
}

const stage = (kind: string, more: object = {}) =>
  defineStage({
    kind,
    settings: Type.Object({}),
    answer: Type.Object({}),
    show: () => pass(),
    submit: () => pass(),
    ...more,
  } as Stage) as Stage
const protocol = (kind: string, more: object = {}) =>
  defineProtocol({
    kind,
    settings: Type.Object({}),
    request: Type.Object({}),
    routes: () => {},
    finish: () => ({ answer: 'json', status: 200, body: {} }),
    refused: () => ({ answer: 'json', status: 403, body: {} }),
    ...more,
  } as Protocol) as Protocol
const part = { answer: Type.Object({}), show: () => pass(), submit: () => pass() }
const authenticator = (kind: string, wellKnown: Authenticator['wellKnown'] = {}) =>
  defineAuthenticator({
    kind,
    label: literal(kind),
    description: literal(kind),
    settings: Type.Object({}),
    proves: () => ({}),
    enrol: part,
    verify: part,
    wellKnown,
  })
const plugin = (id: string, more: Partial<Plugin> = {}) => definePlugin({ id, version: '1.0.0', api: '^1', ...more })

test('a plugin that is in order gives its stages and protocols by kind', () => {
  const created = createCatalog([samplePlugin], new Set())
  assert.ok('catalog' in created)
  assert.deepEqual([...created.catalog.stages.keys()], ['greeting'])
  assert.deepEqual([...created.catalog.protocols.keys()], ['sample'])
})

test('policies are a family of their own, with ports and a schema like any other', () => {
  const created = createCatalog([samplePlugin], new Set())
  assert.ok('catalog' in created)
  assert.deepEqual([...created.catalog.policies.keys()], ['rule'])
  assert.match(created.catalog.unknownPolicy('rul'), /there is no type of policy "rul"; did you mean "rule"\?/)
  const policy = (kind: string, more: object = {}) =>
    definePolicy({ kind, settings: Type.Object({}), decide: () => allow, ...more }) as Policy
  const bare = Type.Object({ bare: Type.String() })
  assert.deepEqual(
    problemsOf(
      plugin('a', { policies: [policy('x'), policy('X')] }),
      plugin('b', { policies: [policy('x', { settings: bare })], stages: [stage('x')] }),
      plugin('c', { policies: [policy('y', { use: { people: definePort('user') } })] }),
    ),
    [
      'policy "x" is brought by "a" and "b"',
      'plugin "a": policy "X": its kind must be small letters, digits and -',
      'plugin "b": policy "x": the setting "bare" has no title',
      'plugin "b": policy "x": the setting "bare" has no description',
      'plugin "c": policy "y": uses the port "user" (as "people"), which nothing offers; did you mean "users"?',
    ],
  )
})

test('texts of expressions are compiled, beside secrets, and their problems stand at their place', () => {
  const created = createCatalog([samplePlugin], new Set())
  assert.ok('catalog' in created)
  const rule = created.catalog.policies.get('rule') ?? assert.fail()
  const checked = created.catalog.settings(rule, { rules: [{ when: 'device.known' }, { when: 'true' }], token: 'abc' })
  assert.ok('value' in checked)
  assert.deepEqual(
    expressionsIn(checked.value).map(({ source }) => source),
    ['device.known', 'true'],
  )
  assert.ok(checked.value['token'] instanceof Secret)
  const wrong = created.catalog.settings(rule, { rules: [{ when: 'true' }, { when: '1 +\n+ usr' }] })
  assert.ok('problems' in wrong)
  assert.deepEqual(wrong.problems[0]?.path, ['rules', 1, 'when'])
  assert.match(wrong.problems[0]?.message ?? '', /did you mean "user"\? \(line 2, column 3 of the expression\)$/)
})

test('ids and kinds are unique, and all problems come at once', () => {
  const problems = problemsOf(plugin('a', { stages: [stage('x')] }), plugin('a', { stages: [stage('x')] }), plugin('b', { needs: ['aa'] }))
  assert.deepEqual(problems, [
    'two plugins have the id "a"',
    'stage "x" is brought by "a" and "a"',
    'plugin "b": needs the plugin "aa", which is not loaded; did you mean "a"?',
  ])
})

test('no plugin passes for Sluice itself, whose texts and stored state go by that name', () => {
  assert.deepEqual(problemsOf(plugin('core')), ['plugin "core": its id is that of Sluice itself; choose another'])
})

test('the range of API versions must contain this one', () => {
  for (const api of ['^1', '^1.0', '^1.0.0']) assert.deepEqual(problemsOf(plugin('a', { api })), [], api)
  for (const api of ['^2', '^0', '^1.1', '^1.0.1', '1', '*', '']) {
    assert.deepEqual(problemsOf(plugin('a', { api })), [`plugin "a": was written for version ${api} of the plugin API, this is 1.0.0`], api)
  }
})

test('a port that nothing offers is refused by name', () => {
  const problems = problemsOf(plugin('a', { stages: [stage('x', { use: { people: definePort('user') } })] }))
  assert.deepEqual(problems, ['plugin "a": stage "x": uses the port "user" (as "people"), which nothing offers; did you mean "users"?'])
})

test('settings are plain JSON Schema, with a title and a description for every property at any depth', () => {
  const settings = Type.Object({
    list: Type.Array(Type.Object({ inner: Type.String({ title: 'Inner' }) }), { title: 'List', description: 'Some.' }),
    bare: Type.String(),
  })
  assert.deepEqual(problemsOf(plugin('a', { stages: [stage('x', { settings })] })), [
    'plugin "a": stage "x": the setting "list[].inner" has no description',
    'plugin "a": stage "x": the setting "bare" has no title',
    'plugin "a": stage "x": the setting "bare" has no description',
  ])
  const pattern = Type.Object({ a: Type.Unsafe({ title: 'A', description: 'B.', type: 'string', pattern: /x/ }) })
  assert.ok(problemsOf(plugin('a', { stages: [stage('x', { settings: pattern })] })).some((problem) => problem.includes('not plain JSON')))
  const misspelt = Type.Object({ a: Type.String({ title: 'A', description: 'B.', minLenght: 3 }) })
  assert.match(
    problemsOf(plugin('a', { stages: [stage('x', { settings: misspelt })] }))[0] ?? '',
    /settings cannot be checked: .*minLenght/,
  )
})

test('messages start with the id of the plugin and are complete in English', () => {
  const messages = { en: { 'a.one': 'One', 'b.two': 'Two' }, de: { 'a.one': 'Eins', 'a.three': 'Drei' } }
  assert.deepEqual(problemsOf(plugin('a', { messages })), [
    'plugin "a": the message "b.two" (en) does not start with "a."',
    'plugin "a": the message "a.three" is there in de but not in en',
  ])
})

test('an address belongs to one plugin, and never to one whose place is taken by core', () => {
  const mounts = (id: string, kind: string, ...paths: string[]) => plugin(id, { protocols: [protocol(kind, { mounts: paths })] })
  assert.deepEqual(problemsOf(mounts('a', 'x', '/application/saml'), mounts('b', 'y', '/application/saml2')), [])
  assert.deepEqual(problemsOf(mounts('a', 'x', '/application/o', '/application/o/more')), [], 'its own mounts may nest')
  assert.deepEqual(problemsOf(mounts('a', 'x', '/application/o'), mounts('b', 'y', '/application/o/deep')), [
    'plugin "b": protocol "y" claims the address /application/o/deep, but "a" claims /application/o',
  ])
  assert.deepEqual(problemsOf(mounts('a', 'x', '/api/v1')), [
    'plugin "a": protocol "x" claims the address /api/v1, but /api is Sluice\'s own',
  ])
  assert.match(problemsOf(mounts('a', 'x', 'application'))[0] ?? '', /is not a path/)
  const tells = (id: string, kind: string, name: string) => plugin(id, { authenticators: [authenticator(kind, { [name]: () => ({}) })] })
  assert.deepEqual(problemsOf(tells('a', 'x', 'keys'), tells('b', 'y', 'other-keys'), mounts('c', 'x', '/.well-known/more')), [])
  assert.deepEqual(problemsOf(tells('a', 'x', 'keys'), tells('b', 'y', 'keys'), mounts('c', 'x', '/.well-known')), [
    'plugin "b": authenticator "y" claims the address /.well-known/keys, but "a" claims /.well-known/keys',
    'plugin "c": protocol "x" claims the address /.well-known, but "a" claims /.well-known/keys',
    'plugin "c": protocol "x" claims the address /.well-known, but "b" claims /.well-known/keys',
  ])
})

test('an index names settings that exist', () => {
  assert.deepEqual(problemsOf(plugin('a', { protocols: [protocol('x', { index: ['clientId'] })] })), [
    'plugin "a": protocol "x": its index names the setting "clientId", which it does not have',
  ])
})

test('settings are checked, get their defaults, and hide their secrets; the input stays as it was', () => {
  const created = createCatalog([samplePlugin], new Set())
  assert.ok('catalog' in created)
  const { catalog } = created
  const sample = catalog.protocols.get('sample')!
  const written = { key: 'k', password: 'do not print' }
  const checked = catalog.settings(sample, written)
  assert.ok('value' in checked)
  assert.equal(checked.value['lifetime'], 60)
  assert.equal(JSON.stringify(checked.value), '{"key":"k","password":"[secret]","lifetime":60}')
  assert.deepEqual(written, { key: 'k', password: 'do not print' })

  const wrong = catalog.settings(sample, { key: 7, pasword: 'x', lifetime: 'do not print', password: 5 })
  assert.deepEqual(wrong, {
    problems: [
      { path: ['pasword'], message: 'there is no "pasword" here; did you mean "password"?' },
      { path: ['key'], message: 'must be a text, not a number; put it in quotes' },
      { path: ['password'], message: 'must be a text, not a number; put it in quotes' },
      { path: ['lifetime'], message: 'must be a whole number, not a text' },
    ],
  })
})

test('answers drop what their schema does not name', () => {
  const created = createCatalog([], new Set())
  assert.ok('catalog' in created)
  const check = created.catalog.answers(Type.Object({ name: Type.String() }))
  assert.deepEqual(check({ name: 'ada', admin: true }), { value: { name: 'ada' } })
  assert.ok('problems' in check({ admin: true }))
})

test('a kind that does not exist is answered with the nearest one', () => {
  const created = createCatalog([samplePlugin], new Set())
  assert.ok('catalog' in created)
  assert.equal(created.catalog.unknownStage('greting'), 'there is no stage "greting"; did you mean "greeting"?')
  assert.equal(created.catalog.unknownProtocol('zzz'), 'there is no protocol "zzz"; there are sample')
})

test('an interface stands at an address of its own, and one from elsewhere is not loaded', () => {
  const face = (id: string, kind: string, path: string) => plugin(id, { interfaces: [{ kind, path, title: { text: kind } }] })
  assert.deepEqual(problemsOf(face('a', 'reports', '/if/reports/'), face('b', 'more', '/if/more/')), [])
  for (const path of ['/if/flow/', '/if/reports', '/reports/', '/if/../admin/', '/if/a/b/'])
    assert.match(problemsOf(face('a', 'x', path))[0] ?? '', /which is not one such as \/if\/reports\/ that is free/, path)
  assert.deepEqual(problemsOf(face('a', 'x', '/if/x/'), face('b', 'x', '/if/x/')), [
    'plugin "b": interface "x" claims /if/x/, but "a" does, too',
    'plugin "b": interface "x" is brought by "a", too',
  ])
  const { disabled } = admit([], [{ path: '/elsewhere', plugin: face('a', 'x', '/if/x/') }], { ports: new Set(), grants: new Map() })
  assert.match(disabled[0]?.reason ?? '', /brings an interface/)
})
