import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { defaultLimits } from './limits.ts'
import { Machine } from './machine.ts'
import { program } from './test/programs.ts'

const { expression } = fc.letrec<{ expression: string; leaf: string }>((tie) => ({
  leaf: fc.constantFrom(
    'user.age',
    'user.name',
    'user?.none',
    'list',
    'list.length',
    '0',
    '""',
    '"a"',
    'null',
    'true',
    'undefined',
    '/* x */ 1',
    '(() => 2)()',
    'NaN',
  ),
  expression: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    tie('leaf'),
    fc
      .tuple(tie('expression'), fc.constantFrom('&&', '||', '===', '<', '>=', '!=', '+', ','), tie('expression'))
      .map(([a, by, b]) => `(${a} ${by} ${b})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `((${a})\n?? (${b}))`),
    tie('expression').map((a) => `!${a}`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    tie('expression').map((a) => `list.map((one) => one > 1 && ${a})`),
    tie('expression').map((a) => `(() => { if (${a}) return 1\nreturn ${a} })()`),
    tie('expression').map((a) => `(class { static x = ${a} }).x`),
    tie('expression').map((a) => `\`\${${a}}\``),
  ),
}))

test('a traced program says what the same without says, and its last part is what it said', async () => {
  const machine = await Machine.create({ ...defaultLimits, deadline: 5000 }, '(scope) => scope')
  const scope = JSON.stringify({ user: { age: 36, name: 'ada' }, list: [3, 1, 2] })
  fc.assert(
    fc.property(expression, (source) => {
      const plain = program(source)
      const twin = { ...plain, id: `${plain.id} traced`, code: plain.tracedCode.replaceAll('__t(', '((id, value) => value)(') }
      for (const one of [plain, twin]) machine.learn(one)
      const input = { scope, now: 0, seed: 0, trace: true }
      const { us: _, trace, ...result } = machine.run(plain.id, input)
      const { us: __, trace: ___, ...same } = machine.run(twin.id, { ...input, trace: false })
      assert.deepEqual(same, result)
      for (const one of [plain, twin]) machine.forget(one.id)
      if (!result.ok || !trace || trace.length === 0 || trace.length === 500) return
      const { value, truthy } = trace.at(-1)!
      const json = JSON.stringify(result.value)
      if (result.value !== null && json.length <= 80 && trace.at(-1)!.text === source.slice(0, 80))
        assert.deepEqual([JSON.stringify(value), truthy], [json, Boolean(result.value)])
    }),
    { numRuns: 300 },
  )
})
