import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf, readFlow, readYaml, rewritten, yamlOf } from './yaml-text.ts'

const text = `title: Sign in
designation: authentication
steps:
  - type: identification
    with: { by: [username, email] }
  # who is in the office
  - choose:
      - when: request.ip.in("10.0.0.0/8")
        steps:
          - type: passwrd
  - type: password
`

test('a pointer leads to its line', () => {
  assert.deepEqual(placeOf(text, '/title'), { line: 1, column: 1 })
  assert.deepEqual(placeOf(text, '/steps'), { line: 3, column: 1 })
  assert.deepEqual(placeOf(text, '/steps/0'), { line: 4, column: 5 })
  assert.deepEqual(placeOf(text, '/steps/0/with/by/1'), { line: 5, column: 28 })
  assert.deepEqual(placeOf(text, '/steps/1/choose/0/when'), { line: 8, column: 9 })
  assert.deepEqual(placeOf(text, '/steps/1/choose/0/steps/0/type'), { line: 10, column: 13 })
})

test('a pointer to what is missing leads to what it is missing from', () => {
  assert.deepEqual(placeOf(text, '/steps/2/with/title'), { line: 11, column: 5 })
  assert.deepEqual(placeOf(text, '/steps/9'), { line: 3, column: 1 })
  assert.deepEqual(placeOf('', '/steps/9'), { line: 1, column: 1 })
  assert.deepEqual(placeOf(text, ''), { line: 1, column: 1 })
})

test('what is written is read again', () => {
  const spec = { title: 'Sign in: now', steps: [{ type: 'dummy', with: { title: 'a\nb', text: 'yes' }, when: '!(a && b)' }] }
  assert.deepEqual(readFlow(yamlOf(spec), ''), { spec })
  assert.deepEqual(readYaml(''), { value: undefined })
})

test('a change of the outline leaves comments and order where they are', () => {
  const read = readFlow(text, '')
  assert.ok('spec' in read)
  const { spec } = read
  const [first, choice, last] = spec['steps'] as readonly Record<string, unknown>[]
  const after = { ...spec, steps: [last, { ...first, with: { by: ['email'] } }, choice], entry: 'link' }
  assert.equal(
    rewritten(text, spec, after),
    `title: Sign in
designation: authentication
steps:
  - type: password
  - type: identification
    with:
      by:
        - email
  # who is in the office
  - choose:
      - when: request.ip.in("10.0.0.0/8")
        steps:
          - type: passwrd
entry: link
`,
  )
  const changed = { ...spec, steps: [{ ...first, when: 'device.known' }, choice, last] }
  assert.equal(
    rewritten(text, spec, changed),
    text.replace('with: { by: [username, email] }', 'with: { by: [ username, email ] }\n    when: device.known'),
  )
  assert.equal(rewritten('title: [', spec, { title: 'x' }), 'title: x\n')
})

test('what cannot be read is marked where it is', () => {
  const marksOf = (source: string) => {
    const read = readFlow(source, 'is no map')
    return 'marks' in read ? read.marks : []
  }
  assert.equal(marksOf('title: a\nsteps: [ { type: x }\n')[0]?.line, 3)
  assert.equal(marksOf('title: a\ntitle: b\n')[0]?.line, 2)
  assert.deepEqual(marksOf('- a\n'), [{ line: 1, detail: 'is no map' }])
})
