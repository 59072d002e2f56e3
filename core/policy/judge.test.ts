import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { aUser } from '../../test/kit/ports.ts'
import { aSituation, memoryDirectory } from '../../test/kit/situation.ts'
import { allow, definePolicy, expression, literal, type Policy, ports, refuse, Type } from '../api/index.ts'
import type { Pool, Run } from '../../sandbox/index.ts'
import { compileCondition } from './compile.ts'
import { compileExpression } from './expressions.ts'
import { createJudge } from './judge.ts'
import { createPolicyPool } from './pool.ts'
import type { ConfiguredPolicy, Situation, WrittenBinding, WrittenCondition } from './types.ts'

const policies: Readonly<Record<string, Policy>> = {
  open: definePolicy({ kind: 'open', settings: Type.Object({}), decide: () => allow }),
  shut: definePolicy({ kind: 'shut', settings: Type.Object({}), decide: () => refuse(literal('Not here.')) }),
  broken: definePolicy({
    kind: 'broken',
    settings: Type.Object({}),
    decide: () => {
      throw new Error('no connection')
    },
  }),
  odd: definePolicy({ kind: 'odd', settings: Type.Object({}), decide: () => ({ allow: 'yes' }) as never }),
  asking: definePolicy({
    kind: 'asking',
    settings: Type.Object({ rule: expression({ title: 'Rule', description: 'A rule.' }) }),
    use: { clock: ports.clock },
    decide: async ({ settings, evaluate, user, use, methods, peek }) => {
      assert.deepEqual([user?.groups, methods, typeof use.clock], [['finance', 'staff'], ['pwd'], 'object'])
      assert.deepEqual(peek({ name: 'login' } as never), { identifier: 'ada' })
      return (await evaluate(settings.rule)) === 'in' ? allow : refuse(literal('Out.'))
    },
  }),
  telling: definePolicy({
    kind: 'telling',
    settings: Type.Object({ rule: expression({ title: 'Rule', description: 'A rule.' }) }),
    decide: async ({ settings, evaluate }) => {
      const { message } = (await evaluate(settings.rule)) as { readonly message: string }
      return refuse(literal(message))
    },
  }),
}

const compiled = (source: string) => {
  const made = compileExpression(source)
  assert.ok('expression' in made)
  return made.expression
}
const rules: Readonly<Record<string, ReturnType<typeof compiled>>> = {
  asking: compiled('user.isInGroup("finance") ? "in" : "out"'),
  telling: compiled('{ allow: user.enabled && request.ip === "x", message: "No." }'),
}
const configured = (slug: string): ConfiguredPolicy | undefined => {
  const policy = policies[slug]
  return policy && { slug, policy, settings: { rule: rules[slug] }, hash: '' }
}

const ada = aUser({ username: 'Ada', groups: ['finance', 'staff'] })
const atHome = aSituation({
  user: { id: ada.id, username: 'ada' },
  facts: { login: { identifier: 'ada' } },
  proofs: [{ method: 'pwd', at: 0 }],
})

describe('judging', () => {
  const pool = createPolicyPool()
  after(() => pool.close())

  const house = () => {
    const directory = memoryDirectory([ada], { Ada: ['viewer'] })
    const batches: number[] = []
    const scopes: unknown[] = []
    const warned: object[] = []
    const counting: Pick<Pool, 'runAll'> = {
      runAll: (runs: readonly Run[]) => {
        batches.push(runs.length)
        scopes.push(...runs.map(({ scope }) => scope))
        return pool.runAll(runs)
      },
    }
    const log = { debug: () => {}, info: () => {}, warn: (fields: object) => void warned.push(fields), error: () => {} }
    const judge = createJudge({ pool: counting, directory, use: () => ({ clock: {} }), log })
    const ask = async (written: WrittenCondition, situation: Situation = atHome, explain = false) => {
      const library = {
        policy: configured,
        unknownPolicy: (slug: string) => slug,
        role: () => true,
        unknownRole: (slug: string) => slug,
        level: () => true,
        unknownLevel: (acr: string) => acr,
      }
      const compiled = compileCondition(written, library)
      assert.ok('condition' in compiled, JSON.stringify(compiled))
      return judge(compiled.condition, situation, { explain })
    }
    return { ask, directory, batches, scopes, warned }
  }
  const said = async (written: WrittenCondition, situation?: Situation) => (await house().ask(written, situation)).said

  test('nothing asked is a yes', async () => {
    assert.deepEqual(await house().ask({ bindings: [] }), { said: 'yes', reasons: [] })
  })

  test('group, role and user are asked of the directory as it is now', async () => {
    assert.equal(await said([{ group: 'staff' }]), 'yes')
    assert.equal(await said([{ group: 'sales' }]), 'no')
    assert.equal(await said([{ role: 'viewer' }]), 'yes')
    assert.equal(await said([{ role: 'admin' }]), 'no')
    assert.equal(await said([{ user: 'ADA' }]), 'yes')
    assert.equal(await said([{ user: 'bob' }]), 'no')
  })

  test('which level would make a yes of a no is told, where it alone is missing', async () => {
    const lacking = async (written: WrittenCondition, situation?: Situation) => (await house().ask(written, situation)).lacking
    const weak = aSituation({ user: { id: ada.id, username: 'ada' }, levels: ['1'] })
    assert.equal((await house().ask([{ level: '1' }], weak)).said, 'yes')
    assert.equal(await lacking([{ level: '1' }], weak), undefined)
    assert.deepEqual(await lacking([{ expression: 'false' }, { level: '2' }, { level: 'phr' }], weak), ['2', 'phr'])
    const all = (...bindings: readonly WrittenBinding[]): WrittenCondition => ({ mode: 'all', bindings })
    assert.deepEqual(await lacking(all({ expression: 'true' }, { level: '2' }, { level: 'phr' }), weak), ['2'])
    assert.equal(await lacking(all({ expression: 'false' }, { level: '2' }), weak), undefined, 'no proof would help')
    assert.equal(await lacking(all({ expression: 'user.attributes.x.y' }, { level: '2' }), weak), undefined, 'nobody knows what would help')
    assert.equal(await lacking([{ level: '1', negate: true }], weak), undefined, 'no proof takes another one back')
  })

  test('who is not known, or not there any more, is no "not in the group" either', async () => {
    const gone = aSituation({ user: { id: 'gone', username: 'ada' } })
    for (const binding of [{ group: 'staff' }, { role: 'viewer' }, { user: 'ada' }]) {
      assert.equal(await said([binding], gone), 'no')
      assert.equal(await said([{ ...binding, negate: true }], gone), 'failed')
      for (const negate of [false, true]) assert.equal(await said([{ ...binding, negate }], aSituation()), 'failed')
    }
    assert.equal(await said([{ group: 'sales', negate: true }]), 'yes')
  })

  test('an expression is true or false, and anything else a failure that says what came', async () => {
    assert.equal(await said('user.username === "Ada"'), 'yes')
    assert.equal(await said('user.username === "ada"'), 'no')
    for (const source of ['1', '"true"', 'null', 'user', '[]', 'undefined']) {
      const { said, reasons } = await house().ask(source)
      assert.equal(said, 'failed', source)
      assert.match(reasons[0]?.detail ?? '', /which is neither true nor false$/, source)
    }
    const { said: thrown, reasons } = await house().ask('device.known ||\n user.attributes.manager.id === "x"')
    assert.equal(thrown, 'failed')
    assert.match(reasons[0]?.detail ?? '', /^TypeError: /)
    assert.equal(reasons[0]?.line, 2)
  })

  /** Rows: what the bindings say; then what comes of them for access, and for a step of a flow. */
  const yes = { expression: 'true' }
  const no = { expression: 'false' }
  const failed = { expression: 'user.attributes.x.y' }
  const later = { expression: 'true', from: '2030-01-01' }
  const table: readonly (readonly [string, WrittenCondition, string, string])[] = [
    ['any: one yes', { mode: 'any', bindings: [no, yes] }, 'yes', 'yes'],
    ['any: only no', { mode: 'any', bindings: [no, no] }, 'no', 'no'],
    ['any: a failure is no yes', { mode: 'any', bindings: [no, failed] }, 'failed', 'failed'],
    ['any: a yes beside a failure', { mode: 'any', bindings: [failed, yes] }, 'yes', 'failed'],
    ['all: every yes', { mode: 'all', bindings: [yes, yes] }, 'yes', 'yes'],
    ['all: one no', { mode: 'all', bindings: [yes, no] }, 'no', 'no'],
    ['all: a failure', { mode: 'all', bindings: [yes, failed] }, 'failed', 'failed'],
    ['all: a no beside a failure', { mode: 'all', bindings: [failed, no] }, 'no', 'failed'],
    ['negate turns yes', [{ ...yes, negate: true }], 'no', 'no'],
    ['negate turns no', [{ ...no, negate: true }], 'yes', 'yes'],
    ['negate leaves a failure', [{ ...failed, negate: true }], 'failed', 'failed'],
    ['none takes part', [later], 'no', 'no'],
    ['none takes part, negated', [{ ...later, negate: true }], 'no', 'no'],
    ['all: who takes no part does not count', { mode: 'all', bindings: [later, yes] }, 'yes', 'yes'],
    ['any: who takes no part does not count', { mode: 'any', bindings: [later, no] }, 'no', 'no'],
    ['a failure that takes no part', [{ ...failed, until: '2020-01-01' }, yes], 'yes', 'yes'],
  ]
  for (const [name, written, access, step] of table) {
    test(`the table of truth: ${name}`, async () => {
      assert.equal(await said(written), access)
      assert.equal(await said(written, { ...atHome, about: { type: 'flow', slug: 'x' } }), access)
      assert.equal(await said(written, { ...atHome, about: { type: 'step', slug: 'x' } }), step)
    })
  }

  test('from is the first instant that counts and until the first that does not', async () => {
    const at = (time: string) => aSituation({ request: { at: new Date(time) } })
    const binding = [{ expression: 'true', from: '2026-01-01', until: '2026-01-02' }]
    assert.equal(await said(binding, at('2025-12-31T23:59:59.999Z')), 'no')
    assert.equal(await said(binding, at('2026-01-01T00:00:00Z')), 'yes')
    assert.equal(await said(binding, at('2026-01-01T23:59:59.999Z')), 'yes')
    assert.equal(await said(binding, at('2026-01-02T00:00:00Z')), 'no')
  })

  test('policies say yes, no with a reason for the user, or fail', async () => {
    assert.equal(await said([{ policy: 'open' }]), 'yes')
    const { said: refused, why } = await house().ask([{ policy: 'shut' }])
    assert.deepEqual([refused, why], ['no', { text: 'Not here.' }])
    assert.equal((await house().ask([{ policy: 'open', negate: true }])).why, undefined)
    assert.equal((await house().ask([{ policy: 'shut' }, { policy: 'open' }])).why, undefined)
    for (const slug of ['broken', 'odd']) {
      const { ask, warned } = house()
      assert.equal((await ask([{ policy: slug }])).said, 'failed', slug)
      assert.equal(warned.length, 1)
    }
    assert.match(JSON.stringify(await house().ask([{ policy: 'broken' }])), /no connection/)
  })

  test('all expressions go in one message, those that policies evaluate too; the directory is asked for each thing once', async () => {
    const { ask, batches, directory, scopes } = house()
    const verdict = await ask({
      mode: 'all',
      bindings: [
        { policy: 'asking' },
        { expression: 'user.isInGroup("staff")' },
        { expression: 'request.ip !== ""' },
        { group: 'finance' },
      ],
    })
    assert.equal(verdict.said, 'yes', JSON.stringify(verdict))
    assert.deepEqual(batches, [3])
    assert.deepEqual([...directory.asked].toSorted(), [`groups ${ada.id}`, `user ${ada.id}`])
    assert.deepEqual(scopes[2], { request: { ip: '192.0.2.1' } })
  })

  test('what nobody reads is not asked for', async () => {
    const { ask, directory } = house()
    await ask('request.ip.in("::1") || methods.includes("pwd")')
    assert.deepEqual(directory.asked, [])
    await ask('user.username === "x"')
    assert.deepEqual(directory.asked, [`user ${ada.id}`])
  })

  test('a directory that cannot be asked is a failure of every binding', async () => {
    const judge = createJudge({
      pool,
      directory: { user: () => Promise.reject(new Error('database is gone')), groups: async () => [], roles: async () => [] },
      use: () => ({}),
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    })
    const compiled = compileCondition('user !== null || true', {} as never)
    assert.ok('condition' in compiled)
    assert.equal((await judge(compiled.condition, atHome)).said, 'failed')
  })

  const explained = async (source: string): Promise<readonly unknown[]> => {
    const { reasons } = await house().ask(source, atHome, true)
    return [reasons[0]?.detail, reasons[0]?.line, reasons[0]?.column]
  }

  test('explained: the part that decided, with its value and place', async () => {
    assert.deepEqual(await explained('user.isInGroup("finance") && request.ip.in("10.0.0.0/8")'), [
      'request.ip.in("10.0.0.0/8") is false',
      1,
      30,
    ])
    assert.deepEqual(await explained('user.isInGroup("sales") && request.ip.in("10.0.0.0/8")'), ['user.isInGroup("sales") is false', 1, 1])
    assert.deepEqual(await explained('device.known || !user.enabled ||\n  request.ip === "x"'), ['request.ip === "x" is false', 2, 3])
    assert.deepEqual(await explained('!user.enabled || (device.known || user.name === "")'), ['user.name === "" is true', 1, 35])
    assert.deepEqual(await explained('user.enabled ? false : true'), ['user.enabled is true', 1, 1])
    assert.deepEqual(await explained('user.groups.some((slug) => slug === "a" || slug === "b")'), [
      'user.groups.some((slug) => slug === "a" || slug === "b") is false',
      1,
      1,
    ])
  })

  test('explained: in what is longer than is shown, and in an object that is written as a policy', async () => {
    const networks = Array.from({ length: 9 }, (_, n) => `"10.${n}.0.0/16"`).join(', ')
    const part = `request.ip.in(${networks})`
    const [detail, ...place] = await explained(`if (device.known || !${part}) return false\nreturn true`)
    assert.deepEqual([String(detail).slice(0, 40), ...place], [`${part} is`.slice(0, 40), 1, 22])
    const { reasons } = await house().ask([{ policy: 'telling' }], atHome, true)
    assert.deepEqual([reasons[0]?.detail, reasons[0]?.line, reasons[0]?.column], ['request.ip === "x" is false', 1, 26])
  })

  test('explained: of statements the test that led to the return', async () => {
    assert.deepEqual(await explained('if (!user.isInGroup("sales")) return false\nreturn true'), ['user.isInGroup("sales") is false', 1, 6])
    assert.deepEqual(await explained('if (device.known) { return true } else { return request.ip === "x" }'), [
      'request.ip === "x" is false',
      1,
      49,
    ])
  })

  test('explained: of a policy the part of its expression', async () => {
    const { reasons } = await house().ask([{ policy: 'asking' }], atHome, true)
    assert.match(reasons[0]?.detail ?? '', /^user\.isInGroup\("finance"\) /)
  })
})
