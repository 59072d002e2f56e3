import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { realmGlobals } from './globals.ts'
import { defaultLimits } from './limits.ts'
import { Machine } from './machine.ts'
import type { Prepared, Result } from './types.ts'
import { program, shown } from './test/programs.ts'

const prelude =
  '(String.prototype.in = function (...all) { return all.includes(String(this)) }, (scope) => { if (scope.user) scope.user.is = function (x) { return this.groups.includes(x) }; return scope })'
/** Fuel decides: what a busy machine needs is no matter of these tests. */
const limits = { ...defaultLimits, deadline: 10_000 }

describe('a program in the engine', () => {
  let machine: Machine
  before(async () => {
    machine = await Machine.create(limits, prelude)
  })
  const run = (given: Prepared, scope: object = {}, options: { now?: number; seed?: number; trace?: boolean } = {}): Result => {
    machine.learn(given)
    return machine.run(given.id, { scope: JSON.stringify(scope), now: 0, seed: 0, trace: false, ...options })
  }
  const outcome = (source: string, scope: object = {}) => shown(run(program(source), scope))

  test('finds the realm that sources are checked against, and no more', () => {
    const found = run(program('Object.getOwnPropertyNames(globalThis)'))
    assert.ok(found.ok)
    assert.deepEqual((found.value as string[]).toSorted(), [...realmGlobals].toSorted())
  })

  test('gives JSON of its value', () => {
    assert.equal(
      outcome('[user.name.in("a", "ada"), user.is("x"), undefined, NaN, -0, new Date(5), "\\u2028"]', {
        user: { name: 'ada', groups: ['x'] },
      }),
      'value [true,true,null,null,0,"1970-01-01T00:00:00.005Z","\u2028"]',
    )
    assert.equal(outcome('await Promise.all([1, (async () => 2)()])'), 'value [1,2]')
    assert.equal(outcome('for await (const x of [Promise.resolve(3)]) return x'), 'value 3')
    assert.equal(outcome('await Promise.reject(new TypeError("no"))'), 'throw TypeError: no')
  })

  test('has a clock that stands still, and random numbers of its seed', () => {
    const clock = program('const a = Date.now(); for (let i = 0; i < 1e5; i++); return [a, Date.now() - a, new Date().toISOString()]')
    assert.equal(shown(run(clock, {}, { now: 1_600_000_000_000 })), 'value [1600000000000,0,"2020-09-13T12:26:40.000Z"]')
    const random = program('[Math.random(), Math.random()]')
    const drawn = [1, 1, 2, 0].map((seed) => shown(run(random, {}, { seed })))
    assert.equal(drawn[0], drawn[1])
    assert.equal(new Set(drawn).size, 3)
    const many = run(program('Array.from({ length: 2000 }, Math.random)'))
    assert.ok(many.ok)
    const mean = (many.value as number[]).reduce((sum, one) => sum + one, 0) / 2000
    assert.ok(Math.abs(mean - 0.5) < 0.05, `a mean of ${mean}`)
  })

  test('stops at the same turn wherever it runs', async () => {
    const [one, other] = await Promise.all([0, 1].map(() => Machine.create({ ...limits, fuel: 5 }, prelude)))
    const turns = (turns: number) => program(`for (let i = 0; i < ${turns}; i++); return "done"`)
    const ends = (on: Machine, given: Prepared): boolean => {
      on.learn(given)
      return on.run(given.id, { scope: '{}', now: 0, seed: 0, trace: false }).ok
    }
    let [low, high] = [1000, 1_000_000]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (ends(one!, turns(middle))) low = middle
      else high = middle
    }
    assert.ok(low > 1000 && ends(other!, turns(low)) && !ends(other!, turns(high)), `${low} turns`)
  })

  test('is bounded', () => {
    assert.equal(outcome('while (true); return 1'), 'fuel it was stopped because it takes too many steps')
    assert.equal(outcome('const f = () => Promise.resolve().then(f); return f()'), 'fuel it has more than 2000 promise jobs')
    assert.equal(outcome('"x".repeat(5e6)'), 'memory it needs more than 4 MB of memory')
    assert.equal(outcome('"x".repeat(1e5)'), 'result its result is larger than 64 KB of JSON')
    assert.equal(outcome('"x".repeat(65534)').length, 'value '.length + 65536)
    assert.equal(outcome('const f = () => f() + 1; return f()'), 'stack it recurses too deeply')
    assert.equal(outcome('new Promise(() => {})'), 'stuck it waits for a promise that nothing settles')
    assert.equal(outcome('Array.from({ length: 1000 }, (_, i) => i).reduce((a, b) => a + b)'), 'value 499500')
  })

  test('has messages kept, within bounds', () => {
    const { logs } = run(
      program(
        'console.log("a", 1, { b: [2] }, null, undefined, () => 1, 3n, Symbol("s"), new TypeError("t")); console.error(console); throw 1; return 1',
      ),
    )
    assert.deepEqual(logs, [
      { level: 'log', message: 'a 1 {"b":[2]} null undefined [function] 3 Symbol(s) TypeError: t' },
      { level: 'error', message: '{}' },
    ])
    const many = run(program('for (let i = 0; i < 1000; i++) console.log("x".repeat(2000)); return 1'))
    assert.ok(many.ok && many.logs.length < 50 && many.logs.every(({ message }) => message.length === 1000))
    assert.deepEqual(run(program('Object.prototype.toJSON = () => 1; console.log("seen"); return 2')).logs, [
      { level: 'log', message: 'seen' },
    ])
  })

  test('that fails says where', () => {
    const at = (source: string, scope: object = {}): string => {
      const result = run(program(source), scope)
      if (result.ok) return 'no failure'
      return `${result.failure.place?.line}:${result.failure.place?.column} ${result.failure.message}`
    }
    assert.equal(at('user.x.y'), "1:5 TypeError: cannot read property 'x' of undefined")
    assert.equal(at('1 +\n  user.x'), "2:7 TypeError: cannot read property 'x' of undefined")
    assert.equal(
      at('const n: number = 1\nfunction f(x: any) {\n  return x.y.z }\nconst v = f({})\nreturn v'),
      "3:13 TypeError: cannot read property 'z' of undefined",
    )
    assert.equal(at('[1].map((one) => {\n  throw new RangeError("no")\n})'), '2:23 RangeError: no')
    assert.equal(
      at('await null\nawait (async () => {\n  await 1\n  null.x })()\nreturn 1'),
      "4:7 TypeError: cannot read property 'x' of null",
    )
    assert.equal(at('/* first */ user.isInGroup("x")', { user: {} }), '1:13 TypeError: not a function')
    assert.equal(at('throw 5; return 1'), 'undefined:undefined Thrown: 5')
    const { failure } = run(program('\n  user.name.first')) as Result & { ok: false }
    assert.deepEqual(failure.place, { line: 2, column: 7, text: '.name.first' })
  })

  describe('with a trace', () => {
    const traced = (source: string, scope: object = {}) =>
      run(program(source), scope, { trace: true }).trace?.map(
        ({ line, column, text, value, truthy }) => `${line}:${column} ${text} = ${JSON.stringify(value)}, ${truthy}`,
      )

    test('tells what it evaluated, in order', () => {
      assert.deepEqual(traced('user.is("x") &&\n  (user.age > 17 || list.length === 0)', { user: { groups: ['x'], age: 3 }, list: [] }), [
        '1:1 user.is("x") = true, true',
        '2:4 user.age = 3, true',
        '2:4 user.age > 17 = false, false',
        '2:21 list.length = 0, false',
        '2:21 list.length === 0 = true, true',
        '2:4 user.age > 17 || list.length === 0 = true, true',
        '1:1 user.is("x") &&\n  (user.age > 17 || list.length === 0) = true, true',
      ])
      assert.deepEqual(traced('user && list', { user: { name: 'x'.repeat(200), n: 1 }, list: [1, { a: null }] }), [
        `1:1 user = "{\\"name\\":\\"${'x'.repeat(70)}…", true`,
        '1:9 list = [1,{"a":null}], true',
        '1:1 user && list = [1,{"a":null}], true',
      ])
      assert.deepEqual(traced('[undefined && 1, (() => 1) && 1].length')?.slice(0, 2), [
        '1:2 undefined = "undefined", false',
        '1:19 () => 1 = "[function]", true',
      ])
    })

    test('tells as much as it came to when it fails, with the outcome, place and messages of the same run without', () => {
      const source = 'console.log(1)\nif (user.a && user.b.c) return 1\nreturn 2'
      const result = run(program(source), { user: { a: true } }, { trace: true })
      const { trace, us: _, ...rest } = result
      const { us: __, ...plain } = run(program(source), { user: { a: true } })
      assert.deepEqual(rest, plain)
      assert.deepEqual(
        trace?.map(({ text }) => text),
        ['user.a'],
      )
    })

    test('is bounded, and cannot be made up', () => {
      assert.equal(traced('list.filter((one) => one > 1 && one).length', { list: Array.from({ length: 400 }, () => 2) })?.length, 500)
      assert.deepEqual(traced('Array.prototype.toJSON = Object.prototype.toJSON = () => []; return user', { user: 1 }), [
        '1:69 user = 1, true',
      ])
    })
  })
})
