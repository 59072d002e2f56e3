import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import variant from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, type QuickJSSyncVariant, type QuickJSWASMModule } from 'quickjs-emscripten-core'
import { defaultLimits } from './limits.ts'
import { Machine } from './machine.ts'
import { program, shown } from './test/programs.ts'

/** Programs whose values have nothing to do with clock, chance, or what our realm leaves out. */
const sources = [
  '[1, 2, 3].map((n) => n ** 2).reduce((a, b) => a + b)',
  'user.groups.filter((group) => group.startsWith("f")).sort().join()',
  'Object.entries(user).map(([key, value]) => key + typeof value)',
  'JSON.parse(JSON.stringify({ ...user, list }))',
  'list.toSorted((a, b) => b - a).with(0, 9).findLast((n) => n > 1)',
  'Object.groupBy(list, (n) => (n % 2 ? "odd" : "even"))',
  '"a-b-c".replace(/-(?<letter>.)/g, (...all) => all.at(-1).letter.toUpperCase())',
  '[..."Zoë 😀".normalize("NFD")].length',
  '[0.1 + 0.2, 1e21, 5e-324, -0, 2 ** 53 + 1, (123.456).toFixed(1), (255).toString(16), parseFloat("1e3x")]',
  '[typeof null, null ?? 1, undefined?.x, [] + {}, [10, 9, 1].sort(), [,1].length]',
  'new Set([1, 2]).union(new Set([3])).size + new Map([[1, 2]]).get(1)',
  '(function* () { yield* [1, 2]; return 3 })().toArray()',
  'class A { #x = 1; static s = 2; get x() { return this.#x } } return [new A().x, A.s, A.name]',
  'let out = []; outer: for (const a of [1, 2]) for (const b of [1, 2]) { if (b === 2) continue outer; out.push([a, b]) } return out',
  'try { null.x } catch ({ name, message }) { return [name, message] } finally { list.length }',
  'throw new RangeError("no"); return 1',
  'user.missing.deeper',
  '(2n ** 64n).toString()',
  '[..."a1b22".matchAll(/\\d+/g)].map(String)',
  'encodeURIComponent("ä/?") + decodeURIComponent("%C3%A4")',
  'Array.from({ length: 3 }, (_, i) => i * 2).flatMap((n) => [n, n])',
  'const { name, ...rest } = user; return [name, rest, Reflect.ownKeys(rest)]',
  '`${user.name}:${list}`.split(":").map((part) => part.padStart(5, "*"))',
]

const scope = { user: { name: 'ada', groups: ['finance', 'staff', 'farm'], age: 36 }, list: [3, 1, 2] }

describe('the engine says what the library it comes with says of', () => {
  let machine: Machine
  let reference: QuickJSWASMModule
  before(async () => {
    machine = await Machine.create({ ...defaultLimits, deadline: 5000 }, '(scope) => scope')
    reference = await newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant)
  })

  const byReference = (code: string): string => {
    const context = reference.newContext()
    try {
      // The names are the same; only the way in and out is another.
      const result = context.evalCode(
        `(() => { try { return "value " + JSON.stringify((${code})(${JSON.stringify(scope)})) } catch (e) { return "throw " + e } })()`,
        'program',
        { type: 'global' },
      )
      const handle = context.unwrapResult(result)
      const text = context.getString(handle)
      handle.dispose()
      return text
    } finally {
      context.dispose()
    }
  }

  for (const source of sources)
    test(source, () => {
      const given = program(source)
      machine.learn(given)
      assert.equal(shown(machine.run(given.id, { scope: JSON.stringify(scope), now: 0, seed: 0, trace: false })), byReference(given.code))
    })
})
