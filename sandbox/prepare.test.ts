import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { prepare } from './prepare.ts'
import type { Prepared } from './types.ts'

const names = ['user', 'request', 'facts']
const good = (source: string, options = {}): Prepared => {
  const done = prepare(source, { names, ...options })
  if ('problems' in done) assert.fail(JSON.stringify(done.problems))
  return done.prepared
}
/** Each as `line:column message`. */
const problems = (source: string, options = {}): readonly string[] => {
  const done = prepare(source, { names, ...options })
  if ('prepared' in done) assert.fail(`${source} is taken`)
  return done.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}
const paths = (source: string): readonly string[] => good(source).paths.map((path) => path.join('.'))

describe('a source', () => {
  test('is an expression, an object too, or a body with return', () => {
    for (const source of [
      'user.name',
      '  /* who */ user.name; // here',
      '{ name: user.name }',
      '(user.name)',
      'return user.name',
      '{ return 1 }',
    ])
      good(source)
    assert.match(good('{ name: user.name }').code, /return \(\n\{ name: user.name \}\n\)/)
    assert.match(good('{ return 1 }').code, /\(function\(\)\{\n\{ return 1 \}\n\}\)/)
  })

  test('that gives nothing is refused', () => {
    assert.deepEqual(problems('const name = user.name\nname'), ['2:1 it gives nothing; write `return` before its value'])
    assert.deepEqual(problems('const f = () => { return 1 }; f'), ['1:31 it gives nothing; write `return` before its value'])
    assert.deepEqual(problems(' // nothing'), ['1:1 it is empty; write an expression'])
  })

  test('that is no program is refused at the place where it stops being one', () => {
    assert.deepEqual(problems('user.name ==\n  == 1'), ['2:3 Unexpected token'])
    assert.deepEqual(problems('user.isInGroup("a") and request.ip'), ['1:21 Unexpected token'])
    assert.deepEqual(problems('return "x'), ['1:8 Unterminated string constant'])
    assert.deepEqual(problems('{ name: }'), ['1:9 Unexpected token'])
  })

  test('cannot leave the function that it becomes', () => {
    for (const source of ['})(); (function(){ return 1', '1); (2', '{a:1}), ({b:1}', 'return 1 }; { 2', '1 /* ', '`'])
      assert.equal(problems(source).length, 1)
  })

  test('cannot load, nor run by other rules', () => {
    assert.deepEqual(problems('import("fs")'), ['1:1 `import` is not allowed: a program has what it is given, and nothing else'])
    assert.equal(problems('with (user) { return name }').length, 1)
    assert.equal(problems('return 010').length, 1)
    assert.equal(problems('import fs from "fs"; return fs').length, 1)
  })

  test('is bounded in length and depth', () => {
    assert.match(problems(`"${'x'.repeat(70_000)}"`)[0]!, /^1:1 it has 70002 bytes; at most 65536 are allowed$/)
    for (const source of [
      `${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
      `${'!'.repeat(5000)}1`,
      `${'1+'.repeat(5000)}1`,
      `${'['.repeat(900)}${']'.repeat(900)}`,
    ])
      assert.match(problems(source)[0]!, /nested too deeply/)
  })

  test('has no character that hides what it says', () => {
    for (const character of ['\0', '\u2028', '\u202e', '\u200b', '\ufeff', '\u2066', '\u061c'])
      assert.match(problems(`user.name\n + "${character}"`)[0]!, /^2:5 the character U\+/)
    good('user.name === "Zoë 漢字 😀"')
  })

  test('has an id that says what it is', () => {
    assert.equal(good('user.name').id, good('user.name').id)
    const ids = ['user.name', 'user.name ', 'user["name"]'].map((source) => good(source).id)
    assert.equal(new Set(ids).size, 3)
  })

  test('is async where it waits itself', () => {
    assert.equal(good('await user').isAsync, true)
    assert.equal(good('for await (const one of user) return one').isAsync, true)
    assert.equal(good('(async () => await user)()').isAsync, false)
  })
})

describe('types', () => {
  test('are removed, and places stay', () => {
    const source =
      'type Name = string\nconst name: Name = user.name as Name\nconst f = <T>(x: T): T => x\nreturn f<string>(name)! satisfies string'
    const { code } = good(source)
    assert.doesNotMatch(code, /Name|satisfies|<T>/)
    const lines = code.split('\n')
    for (const [at, line] of source.split('\n').entries()) assert.equal(lines[at + 1]!.length, line.length)
    good('{ name: user.name as string }')
    good('user.name as "Zoë 漢字 😀"')
  })

  test('that are no types are refused', () => {
    assert.deepEqual(problems('const a = 1\nenum A { b }\nreturn a'), ['2:1 TypeScript enum is not supported in strip-only mode'])
    assert.deepEqual(problems('user.name as string', { typescript: false }), ['1:11 Unexpected token'])
    assert.deepEqual(problems('const a: string = 1 +\nreturn a'), ['2:1 Expression expected'])
    assert.deepEqual(problems('const a: string = }'), ['1:19 Expression expected'])
  })

  test('are still removed after sources that nest absurdly', () => {
    const [many, [open, close]] = [20_000, ['[', ']']]
    for (const source of [
      `1 as ${open.repeat(many)}1${close.repeat(many)}`,
      `1 as ${'keyof '.repeat(9000)}1`,
      `1 as ${'A<'.repeat(many)}1${'>'.repeat(many)}`,
      `1 as any; return ${'({a:'.repeat(600)}1${'})'.repeat(600)}`,
      `let a: 1; ${'if(1)'.repeat(9000)}return 1`,
      `let a: 1; ${'if (1)\n'.repeat(9000)}return 1`,
      `let a: 1; return ${'new\n'.repeat(9000)}a`,
      `let a: 1\nreturn ${'!'.repeat(9000)}a`,
      `let a: 1\nreturn ${'a\n='.repeat(9000)}a`,
    ])
      assert.match(problems(source)[0]!, /nested too deeply/)
    const long = Array.from({ length: 900 }, (_, at) => `const n${at}: string = String(user.name) + "${at}"`).join('\n')
    good(`${long}\nreturn n1 as string`)
    good(`const nets: string[] = [${'"10.0.0.0/8", '.repeat(3000)}]\nreturn nets.length`)
  })

  test('leave comparisons alone', () => {
    assert.match(good('user.age < 3 && user.age > 1').code, /user\.age < 3 && user\.age > 1/)
  })
})

describe('names', () => {
  test('are of the scope, of the realm, or declared', () => {
    const source = `
      function f(a, { b, c: [d = a] }, ...e) { var g = arguments.length; return [a, b, d, e, g, f] }
      class A { static #x = 1; static { const y = 1; this.z = y } has(o) { return #x in o } get [user.name]() { return new.target } }
      out: for (const [h] of [[1]]) { for (let i = 0; i < h; i++) continue out }
      for (const k in user) if (k === 'x') break
      switch (1) { case 1: let j = 2; j++ }
      try { throw 1 } catch ({ message }) { Math.max(message) }
      try {} catch {}
      const l = function m() { return m }, n = class N { o = N; user = 1 }
      if (l) { var late = 1 }
      return { f, A, l, n, late, user: user.user, undefined, NaN: NaN, [facts.x]: 1, request }`
    good(source)
  })

  test('that nobody knows are told with their places, all of them', () => {
    const done = prepare('usr.name === "a" &&\n  reqest.ip && { let: hidden } && (() => { const x = 1 })() && x', { names })
    assert.ok('problems' in done)
    assert.deepEqual(
      done.problems.map(({ line, column, text, name }) => [line, column, text, name]),
      [
        [1, 1, 'usr', 'usr'],
        [2, 3, 'reqest', 'reqest'],
        [2, 23, 'hidden', 'hidden'],
        [2, 64, 'x', 'x'],
      ],
    )
    assert.deepEqual(problems('typeof process'), ['1:8 there is no `process`'])
    assert.deepEqual(problems('undeclared = 1'), ['1:1 there is no `undeclared`'])
    assert.deepEqual(problems('() => arguments'), ['1:7 there is no `arguments`'])
    assert.deepEqual(problems('{ const inner = 1 } return inner'), ['1:28 there is no `inner`'])
    assert.deepEqual(problems('__s'), ['1:1 there is no `__s`'])
  })
})

describe('paths', () => {
  test('are those that the source names', () => {
    assert.deepEqual(paths('user.groups.includes("x") && request.ip === "a"'), ['user.groups.includes', 'request.ip'])
    assert.deepEqual(paths('user?.address?.["city"] ?? facts.list[0].x'), ['user.address.city', 'facts.list.0.x'])
    assert.deepEqual(paths('const { name, address: { city, ...more } } = user; return name'), ['user.name', 'user.address'])
    assert.deepEqual(paths('const { name } = user.profile; return name'), ['user.profile.name'])
    assert.deepEqual(paths('1'), [])
  })

  test('end where a value goes on to somewhere else', () => {
    for (const use of [
      'JSON.stringify(user)',
      '[...user]',
      '({ ...user })',
      'user[request]',
      '"x" in user',
      '({ user })',
      'user',
      '() => user',
      'user`x`',
    ])
      assert.ok(paths(use).includes('user'), use)
    assert.deepEqual(paths('const u = user; return u.name'), ['user'])
    assert.deepEqual(paths('let u; ({ ...u } = user); return u'), ['user'])
    assert.deepEqual(paths('const { ["na" + "me"]: n } = user; return n'), ['user'])
    assert.deepEqual(paths('const { } = user; return 1'), ['user'])
    assert.deepEqual(paths('user.name + user'), ['user'])
    assert.deepEqual(paths('user.profile[request.x].y'), ['user.profile', 'request.x'])
  })

  test('are of the scope’s names, not of others with their name', () => {
    assert.deepEqual(paths('[1].map((user) => user.name)'), [])
    assert.deepEqual(paths('const user = request.user; return user.name'), ['request.user'])
    assert.deepEqual(paths('{ let user = 1; user.x } return user.y'), ['user.y'])
    assert.deepEqual(paths('function user() {} return user.name'), [])
    assert.deepEqual(paths('return facts.user.name'), ['facts.user.name'])
  })
})

describe('the trace', () => {
  const traced = (source: string) => good(source).tracedCode.split('\n').slice(1, -1).join('\n')

  test('wraps what may decide, with its place', () => {
    const source = 'user.a && !(request.b === 1)\n  || facts.c'
    assert.deepEqual(
      good(source).parts.map(({ line, column, text }) => `${line}:${column} ${text}`),
      [
        '1:1 user.a && !(request.b === 1)\n  || facts.c',
        '1:1 user.a && !(request.b === 1)',
        '1:1 user.a',
        '1:11 !(request.b === 1)',
        '1:13 request.b === 1',
        '1:13 request.b',
        '2:6 facts.c',
      ],
    )
    assert.equal(
      traced(source),
      '__t(0,(__t(1,(__t(2,(user.a)) && __t(3,(!(__t(4,(__t(5,(request.b)) === 1)))))))\n  || __t(6,(facts.c))))',
    )
  })

  test('keeps lines, and what returns', () => {
    const source = 'if (user.a)\n  return user.b\nreturn user.c ? 1 : user.d'
    assert.equal(traced(source), 'if (__t(0,(user.a)))\n  return __t(1,(user.b))\nreturn __t(2,(__t(3,(user.c)) ? 1 : __t(4,(user.d))))')
  })

  test('shortens long parts', () => {
    assert.equal(good(`user["${'x'.repeat(100)}"]`).parts[0]!.text!.length, 80)
  })
})
