import assert from 'node:assert/strict'
import test from 'node:test'
import { problemText } from './problem.ts'
import { readYaml } from './yaml.ts'

const valueOf = (text: string) => {
  const read = readYaml(text, 'a.yaml')
  assert.ok('parsed' in read, JSON.stringify(read))
  return read.parsed.value
}
const problemsOf = (text: string): readonly string[] => {
  const read = readYaml(text, 'a.yaml')
  return 'problems' in read ? read.problems.map(problemText) : []
}

test('YAML 1.2 and JSON are read as plain values', () => {
  assert.deepEqual(valueOf('a: 1\nb: [x, "2", true, null, 1.5]\nc: { d: yes }'), { a: 1, b: ['x', '2', true, null, 1.5], c: { d: 'yes' } })
  assert.deepEqual(valueOf('{ "a": [1, { "b": null }] }'), { a: [1, { b: null }] })
  assert.equal(valueOf(''), null)
})

test('keys are what was written', () => {
  assert.deepEqual(valueOf('2024: a\n007: b\nyes: c\n1.0: d\n"q": e'), { 2024: 'a', '007': 'b', yes: 'c', '1.0': 'd', q: 'e' })
})

test('values and keys have places, also through aliases', () => {
  const read = readYaml('a: &x\n  b: [1, two]\nc: *x\n', 'a.yaml')
  assert.ok('parsed' in read)
  const { at } = read.parsed
  assert.deepEqual(at(['a', 'b', 1]), { file: 'a.yaml', line: 2, column: 10 })
  assert.deepEqual(at(['a', 'b']), { file: 'a.yaml', line: 2, column: 3 })
  assert.deepEqual(at(['c', 'b', 1]), { file: 'a.yaml', line: 2, column: 10 })
  assert.deepEqual(at(['a', 'b', 1, 'deeper']), { file: 'a.yaml', line: 2, column: 10 }, 'what is missing is where it is missing from')
  assert.deepEqual(at(['nothing']), { file: 'a.yaml', line: 1, column: 1 })
})

test('keys that occur twice are refused, however they are written', () => {
  assert.deepEqual(problemsOf('a: 1\nb: 2\n"a": 3'), ['a.yaml:3:1: a: "a" is there twice; remove one of them'])
})

test('keys that would reach a prototype are refused at any depth', () => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    assert.deepEqual(problemsOf(`a: [{ "${key}": { admin: true } }]`), [`a.yaml:1:7: a[0].${key}: the key "${key}" is not allowed`])
  }
  assert.equal(({} as { admin?: boolean }).admin, undefined)
})

test('what is not plain configuration is refused: tags, merge keys stay keys, other keys, more documents', () => {
  assert.match(problemsOf('a: !!js/function x').join(), /a\.yaml:1:4: Unresolved tag/)
  assert.match(problemsOf('a: 1\n---\nb: 2').join(), /a\.yaml:2:1: /)
  assert.match(problemsOf('? [a]\n: 1').join(), /has a key that is not a text/)
  assert.match(problemsOf('a: .nan').join(), /not a number that can be stored/)
  assert.match(problemsOf('a: 12345678901234567890').join(), /too large to be kept exactly/)
  assert.deepEqual(valueOf('<<: { a: 1 }'), { '<<': { a: 1 } })
})

test('syntax errors are told with their places', () => {
  assert.match(problemsOf('a: [1, 2\nb: 3').join('\n'), /^a\.yaml:2:\d+: /)
})

test('aliases cannot unfold to much, or contain themselves', () => {
  const laughs = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 10; level++)
    laughs.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  assert.match(problemsOf(laughs.join('\n')).join(), /aliases repeat more than 10000 values; write them out/)
  assert.match(problemsOf('a: &a [*a]').join(), /\*a contains itself/)
  assert.match(problemsOf('a: *b').join(), /\*?b/)
})

test('depth and size are limited, and the limits are told, not thrown', () => {
  assert.match(problemsOf(`a: ${'['.repeat(100)}${']'.repeat(100)}`).join(), /nested deeper than 64 levels/)
  assert.notDeepEqual(problemsOf('['.repeat(20_000)), [])
  assert.match(problemsOf(`a: ${'x'.repeat(10 * 1024 * 1024)}`).join(), /larger than 10 MB/)
})
