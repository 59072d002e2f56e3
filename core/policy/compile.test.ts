import assert from 'node:assert/strict'
import test from 'node:test'
import { allow, definePolicy, Type } from '../api/index.ts'
import { compileCondition } from './compile.ts'
import { compileExpression } from './expressions.ts'
import { instantOf } from './instants.ts'
import type { ConditionLibrary, ConfiguredPolicy, WrittenCondition } from './types.ts'

const policy = definePolicy({ kind: 'sample', settings: Type.Object({}), decide: () => allow })
const expressionOf = (source: string) => {
  const compiled = compileExpression(source)
  assert.ok('expression' in compiled)
  return compiled.expression
}
const corporate = (hash: string): ConfiguredPolicy => ({
  slug: 'corporate',
  policy,
  settings: { rule: expressionOf('facts.login !== undefined') },
  hash,
})

const library = (hash = 'h1'): ConditionLibrary => ({
  policy: (slug) => (slug === 'corporate' ? corporate(hash) : undefined),
  unknownPolicy: (slug) => `there is no policy "${slug}"`,
  role: (slug) => slug === 'admin',
  unknownRole: (slug) => `there is no role "${slug}"`,
  level: (acr) => acr === 'phr',
  unknownLevel: (acr) => `there is no level "${acr}"`,
})
const compile = (written: WrittenCondition, hash?: string) => {
  const compiled = compileCondition(written, library(hash))
  assert.ok('condition' in compiled, JSON.stringify(compiled))
  return compiled
}
const problemsOf = (written: WrittenCondition) => {
  const compiled = compileCondition(written, library())
  return 'problems' in compiled ? compiled.problems : []
}

test('a condition is an expression, a list of bindings, or both said in full', () => {
  assert.equal(compile('true').condition.bindings.length, 1)
  assert.equal(compile([{ group: 'a' }, { role: 'admin' }]).condition.mode, 'any')
  assert.equal(compile({ bindings: [{ user: 'ada' }] }).condition.mode, 'any')
  const { condition } = compile({
    mode: 'all',
    bindings: [{ policy: 'corporate', negate: true, from: '2026-01-01', until: '2026-02-01T00:00:00+01:00' }],
  })
  assert.equal(condition.mode, 'all')
  assert.deepEqual(
    condition.bindings.map(({ negate, from, until, test }) => [negate, from, until, test.by]),
    [[true, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 31, 23), 'policy']],
  )
})

test('a binding names exactly one thing', () => {
  assert.deepEqual(problemsOf([{ group: 'a' }, {}, { group: 'a', role: 'admin' }]), [
    { path: [1], message: 'a binding names one of policy, group, user, role, method, level, expression, this one names none' },
    { path: [2], message: 'a binding names one of policy, group, user, role, method, level, expression, this one names group and role' },
  ])
})

test('everything that is wrong is said at its place', () => {
  const problems = problemsOf({
    mode: 'all',
    bindings: [
      { policy: 'corporat' },
      { role: 'root' },
      { expression: 'device.known and\n true' },
      { group: 'a', from: 'soon', until: '2026-02-30' },
      { level: 'gold' },
    ],
  })
  assert.deepEqual(
    problems.map(({ path }) => path.join('/')),
    ['bindings/0/policy', 'bindings/1/role', 'bindings/2/expression', 'bindings/3/from', 'bindings/3/until', 'bindings/4/level'],
  )
  assert.match(problems[2]?.message ?? '', /did you mean `device.known && true`\? \(line 1, column 14 of the expression\)$/)
  assert.match(problems[3]?.message ?? '', /"soon" is not an instant in ISO 8601/)
  assert.deepEqual(problemsOf('device.known and true')[0]?.path, [])
})

test('a binding that could never take part is refused', () => {
  assert.match(problemsOf([{ group: 'a', from: '2026-02-01', until: '2026-02-01' }])[0]?.message ?? '', /is not after "from"/)
})

test('it says what it reads, and whom of the directory it names', () => {
  const { condition, refers } = compile({ bindings: [{ expression: 'request.ip.in("::1")' }, { policy: 'corporate' }] })
  assert.deepEqual([condition.reads, refers], [['request', 'facts'], []])
  const named = compile([{ group: 'finance' }, { user: 'ada' }, { role: 'admin' }])
  assert.deepEqual(named.condition.reads, ['user'])
  assert.deepEqual(named.refers, [
    { to: 'group', name: 'finance', path: [0, 'group'] },
    { to: 'user', name: 'ada', path: [1, 'user'] },
  ])
})

test('the hash is that of the content, policies included', () => {
  const hashes = [
    compile([{ group: 'a' }]),
    compile([{ group: 'b' }]),
    compile([{ user: 'a' }]),
    compile([{ group: 'a', negate: true }]),
    compile([{ group: 'a', from: '2026-01-01' }]),
    compile([{ group: 'a', until: '2026-01-01' }]),
    compile({ mode: 'all', bindings: [{ group: 'a' }] }),
    compile([{ expression: 'true' }]),
    compile([{ expression: 'false' }]),
    compile([{ policy: 'corporate' }]),
    compile([{ policy: 'corporate' }], 'h2'),
  ].map(({ condition }) => condition.hash)
  assert.equal(new Set(hashes).size, hashes.length)
  assert.equal(compile([{ group: 'a' }]).condition.hash, compile({ mode: 'any', bindings: [{ group: 'a', negate: false }] }).condition.hash)
})

test('instants are exact', () => {
  assert.equal(instantOf('2026-01-31T08:00:00.5+01:00'), Date.UTC(2026, 0, 31, 7, 0, 0, 500))
  assert.equal(instantOf('2026-01-31T08:00Z'), Date.UTC(2026, 0, 31, 8))
  for (const text of ['2026-01-31T08:00', '2026-02-29', '31.1.2026', '2026-1-1', '2026-01-01T25:00Z', '', '2026'])
    assert.equal(instantOf(text), undefined, text)
})
