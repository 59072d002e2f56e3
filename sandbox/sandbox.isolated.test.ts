import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createPool, prepare, type Prepared, type Result } from './index.ts'

const names = ['user', 'request']
const problemOf = (source: string) => {
  const result = prepare(source, { names, globals: ['helper'] })
  return 'problems' in result ? result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`) : []
}
const prepared = (source: string): Prepared => {
  const result = prepare(source, { names, globals: ['helper'] })
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.prepared
}

describe('a source', () => {
  test('that names what is not there is refused with its place', () => {
    assert.deepEqual(problemOf('user.name &&\n  usr.name'), ['2:3 there is no "usr" here; there are user, request'])
    assert.match(problemOf('process.exit()')[0] ?? '', /no "process"/)
    assert.deepEqual(problemOf('[1].map((usr) => usr + helper())'), [])
  })

  test('cannot leave the function it is put into', () => {
    for (const source of ['}); globalThis.x = 1; (function () {', 'return 1 }; { globalThis.x = 1', 'return 5 /* open', '`'])
      assert.equal(problemOf(source).length, 1, source)
    assert.match(problemOf('__s.user')[0] ?? '', /no "__s"/)
  })

  test('may not load, use "with", hide characters, or nest without end', () => {
    assert.match(problemOf('import("fs")')[0] ?? '', /import\(\)/)
    assert.match(problemOf('with (user) { name }')[0] ?? '', /with/i)
    assert.match(problemOf('user.admin /*\u202E*/')[0] ?? '', /1:14 .*U\+202E/)
    assert.match(problemOf('return 1 //\u2028')[0] ?? '', /U\+2028/)
    for (const deep of ['('.repeat(20_000), `${'!'.repeat(30_000)}1`, `${'1+'.repeat(20_000)}1`]) assert.equal(problemOf(deep).length, 1)
    assert.match(problemOf('x'.repeat(70_000))[0] ?? '', /65536 are the most/)
  })

  test('says which paths of the scope it reads', () => {
    const paths = (source: string) => prepared(source).paths.map((path) => path.join('.'))
    assert.deepEqual(paths('user.groups.includes("a") && request?.ip === "x"'), ['user.groups.includes', 'request.ip'])
    assert.deepEqual(paths('const { groups } = user; return groups'), ['user'])
    assert.deepEqual(paths('user["a"].b + user[request.key]'), ['user.a.b', 'user', 'request.key'])
    assert.deepEqual(paths('((user) => user.name)({ name: 1 })'), [])
    assert.deepEqual(paths('helper(user.attributes)'), ['user.attributes'])
  })

  test('that breaks what takes types away is refused, and breaks nothing for the next', () => {
    const deep = `const n: number = ${'('.repeat(20_000)}1${')'.repeat(20_000)}\nreturn n`
    assert.match(problemOf(deep)[0] ?? '', /too intricate|too deeply/)
    assert.deepEqual(problemOf('const n: number = 1\nreturn n'), [])
    assert.match(problemOf('enum Colour { Red }')[0] ?? '', /enum is not supported/)
  })

  test('an object needs its parentheses', () => {
    assert.match(problemOf('{ allow: true }')[0] ?? '', /write \(\{ … \}\)/)
  })
})

describe('a pool', () => {
  const pool = createPool({ size: 1, prelude: '(scope) => { scope.user.isNamed = (name) => scope.user.name === name; return scope }' })
  after(() => pool.close())
  const scope = { user: { name: 'ada', groups: ['staff'] }, request: { ip: '10.0.0.1' } }
  const run = (source: string, more: object = {}): Promise<Result> => pool.run({ program: prepared(source), scope, now: 1000, ...more })
  const valueOf = async (source: string, more?: object): Promise<unknown> => {
    const result = await run(source, more)
    return result.ok ? result.value : `${result.failure.kind}: ${result.failure.message}`
  }

  test('starts no worker before there is work', () => {
    assert.equal(createPool().workers, 0)
  })

  test('gives an expression its value, and a body what it returns, in TypeScript too', async () => {
    assert.equal(await valueOf('(user.groups.length) // how many'), 1)
    assert.equal(await valueOf('/* first */ user.name;'), 'ada')
    assert.equal(await valueOf('const n: number = 2\nreturn n * 3'), 6)
    assert.equal(await valueOf('return await Promise.resolve(request.ip)'), '10.0.0.1')
    assert.equal(await valueOf('user.isNamed("ada")'), true)
    assert.deepEqual(await valueOf('({ allow: true })'), { allow: true })
  })

  test('has a clock that stands still and randomness that its seed decides', async () => {
    assert.deepEqual(await valueOf('[Date.now(), new Date().getHours(), new Date().getTimezoneOffset()]'), [1000, 0, 0])
    assert.equal(await valueOf('Math.random()', { seed: 7 }), await valueOf('Math.random()', { seed: 7 }))
    assert.notEqual(await valueOf('Math.random()', { seed: 7 }), await valueOf('Math.random()', { seed: 8 }))
  })

  test('leaves nothing from one run to the next', async () => {
    for (let i = 0; i < 3; i++) {
      assert.equal(await valueOf('globalThis.n = (globalThis.n ?? 0) + 1; return globalThis.n'), 1)
      assert.equal(await valueOf('const had = [].evil; Array.prototype.evil = true; return had === undefined'), true)
      assert.equal(await valueOf('user.groups.push("admins"); return user.groups.length'), 2)
    }
  })

  test('tells what failed and where', async () => {
    const result = await run('const a = 1\nreturn user.nothing.here')
    assert.ok(!result.ok)
    assert.deepEqual(result.failure, {
      kind: 'throw',
      message: "TypeError: cannot read property 'here' of undefined",
      place: { line: 2, column: 20 },
    })
    const again = await run('const a = 1\nreturn user.name === "ada" && user.nothing.here', { trace: true })
    assert.ok(!again.ok && again.failure.place?.line === 2)
  })

  test('traces the parts that may decide, with their places and values', async () => {
    const { trace = [] } = await run('user.groups.includes("finance") && request.ip === "10.0.0.1"', { trace: true })
    assert.deepEqual(
      trace.map(({ text, value, line, column }) => [text, value, line, column]),
      [
        ['user.groups.includes("finance")', false, 1, 1],
        ['user.groups.includes("finance") && request.ip === "10.0.0.1"', false, 1, 1],
      ],
    )
  })

  test('stops what does not stop, in each of its ways, and goes on', async () => {
    const kinds = {
      'for (;;) {}': 'fuel',
      'for (;;) { try { for (;;); } catch {} }': 'fuel',
      'function f() { f() } f()': 'stack',
      'new Promise(() => {})': 'stuck',
      '"x".repeat(100_000)': 'result',
      'const a = "a".repeat(2 ** 29)': 'memory',
      'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)': 'killed',
    }
    for (const [source, kind] of Object.entries(kinds)) {
      const result = await run(source)
      assert.equal(result.ok ? 'ok' : result.failure.kind, kind, source)
      assert.equal(await valueOf('user.name'), 'ada')
    }
    assert.equal(pool.kills, 1)
  })

  test('runs several in one message, and one that must be killed takes no other with it', async () => {
    const runs = ['1', 'Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)', 'nothing()', '3'].flatMap((source) => {
      const result = prepare(source, { names })
      return 'prepared' in result ? [{ program: result.prepared, scope, now: 0 }] : []
    })
    const results = await pool.runAll(runs)
    assert.deepEqual(
      results.map((result) => (result.ok ? result.value : result.failure.kind)),
      [1, 'killed', 3],
    )
  })

  test('does not run again what had to be killed three times', async () => {
    const source = 'Array.prototype.reverse.call({ length: 2 ** 53 - 1 })'
    for (const kind of ['killed', 'killed', 'killed', 'quarantined']) {
      const result = await run(source)
      assert.equal(result.ok ? 'ok' : result.failure.kind, kind)
    }
  })
})
