import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultLimits } from './limits.ts'
import { Machine } from './machine.ts'
import { program, shown } from './test/programs.ts'

/** Ways for one run to leave something for another. What `look` sees must be what it sees in an engine where nothing ran. */
const probes: readonly (readonly [way: string, leave: string, look: string])[] = [
  ['a global', 'globalThis.left = 1', 'typeof globalThis.left'],
  ['a global that cannot be removed', 'Object.defineProperty(globalThis, "left", { value: 1 })', '"left" in globalThis'],
  ['a global getter', 'Object.defineProperty(globalThis, "left", { get: () => 1 })', 'globalThis.left ?? "none"'],
  ['a replaced global', 'globalThis.Math = { max: () => "left" }', 'Math.max(1, 2)'],
  ['a removed global', 'delete globalThis.Map', 'typeof globalThis.Map'],
  ['Object.prototype', 'Object.prototype.left = 1', '({}).left ?? "none"'],
  ['Array.prototype', 'Array.prototype.includes = () => true', '[1].includes(2)'],
  ['String.prototype', 'String.prototype.trim = () => "left"', '" x ".trim()'],
  ['Function.prototype', 'Function.prototype.call = () => "left"', '(() => 1).call()'],
  ['Promise.prototype', 'Promise.prototype.then = (f) => f("left")', 'await Promise.resolve(1)'],
  ['RegExp.prototype', 'RegExp.prototype.exec = () => null', '/a/.test("a")'],
  ['Error.prototype', 'Error.prototype.name = "Left"', 'String(new Error("x"))'],
  ['Date.prototype', 'Date.prototype.toISOString = () => "left"', 'new Date(0).toISOString()'],
  ['Map.prototype', 'Map.prototype.get = () => "left"', 'new Map([[1, 2]]).get(1)'],
  ['the prototype of iterators', 'Object.getPrototypeOf([].values()).next = () => ({ done: true })', '[...[1, 2]].length'],
  [
    'the prototype of generators',
    'Object.getPrototypeOf(function* () {}).prototype.next = () => "left"',
    '(function* () { yield 1 })().next()',
  ],
  ['the prototype of async functions', 'Object.getPrototypeOf(async () => {}).left = 1', '(async () => {}).left ?? "none"'],
  ['JSON', 'JSON.parse = () => ({ user: "left" }); JSON.stringify = () => "1"', 'JSON.stringify([user, JSON.parse("[1]")])'],
  ['Reflect', 'Reflect.ownKeys = () => ["left"]', 'Reflect.ownKeys({})'],
  ['a frozen prototype', 'Object.freeze(Array.prototype)', 'Object.isFrozen(Array.prototype)'],
  ['a realm that is not extensible', 'Object.preventExtensions(globalThis)', 'Object.isExtensible(globalThis)'],
  ['a registered symbol', 'globalThis[Symbol.for("left")] = 1', 'globalThis[Symbol.for("left")] ?? "none"'],
  ['symbols of languages', 'Array.prototype[Symbol.iterator] = function* () {}', '[...[1]].length'],
  ['the scope', 'user.left = 1; user.groups.push("left")', 'JSON.stringify(user)'],
  ['a helper on the scope', 'user.is = () => "left"', 'user.is("x")'],
  ['a helper on strings', 'String.prototype.in = () => "left"', '"a".in("b")'],
  ['the stream of random numbers', 'for (let i = 0; i < 10; i++) Math.random()', 'Math.random()'],
  ['a pending job', 'Promise.resolve().then(() => { globalThis.left = 1 })', '[await null, await null], typeof globalThis.left'],
  [
    'a promise that waits',
    'globalThis.wait = new Promise((r) => { globalThis.go = r }).then(() => { globalThis.left = 1 })',
    '[globalThis.go?.(), await null], typeof globalThis.left',
  ],
  ['messages', 'console.log("left")', '"messages"'],
  ['the console', 'globalThis.console = { log: () => {} }', '(console.log("seen"), 1)'],
  ['the place of a search', 'globalThis.r = /a/g; globalThis.r.test("aa")', 'globalThis.r?.lastIndex ?? "none"'],
  ['the last match', '/(left)/.exec("left")', 'globalThis.RegExp.$1 ?? "none"'],
  ['the cache of templates', 'globalThis.t = ((s) => s)`x`', '((s) => globalThis.t === s)`x`'],
  [
    'want of memory',
    'globalThis.a = []; for (;;) globalThis.a.push("x".repeat(1000) + globalThis.a.length)',
    'new Array(50000).fill(1).length',
  ],
  ['want of time', 'for (;;);', '(() => { let n = 0; for (let i = 0; i < 100000; i++) n++; return n })()'],
  ['want of stack', 'const f = () => f() + 1; f()', '(() => { const g = (n) => (n ? g(n - 1) : 1); return g(100) })()'],
]

describe('a run finds nothing of', () => {
  const scope = JSON.stringify({ user: { name: 'ada', groups: ['x'] } })
  const prelude =
    '(String.prototype.in = function (...all) { return all.includes(String(this)) }, (scope) => { scope.user.is = function (x) { return this.groups.includes(x) }; return scope })'
  const machineWith = () => Machine.create({ ...defaultLimits, deadline: 5000 }, prelude)
  const machine = machineWith()
  const untouched = machineWith()

  for (const [way, leave, look] of probes)
    test(way, async () => {
      const run = (on: Machine, source: string): string => {
        const given = program(source)
        on.learn(given)
        const { us: _, ...result } = on.run(given.id, { scope, now: 0, seed: 3, trace: false })
        return `${shown({ ...result, us: 0 })} ${JSON.stringify(result.logs)}`
      }
      const one = await machine
      const expected = run(await untouched, look)
      const first = run(one, `${leave}; return 1`)
      assert.equal(run(one, look), expected, 'by another program')
      assert.equal(run(one, `${leave}; return 1`), first, 'by the same program')
      // Both at once: whoever leaves it sees it, or the probe would prove nothing.
      const both = `const before = ${look.startsWith('await') ? '0' : `(${look})`}; try { ${leave} } catch {}; return before`
      assert.equal(run(one, both), run(one, both), 'before it was left')
    })
})
