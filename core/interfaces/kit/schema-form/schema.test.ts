import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { asking, bindingsAt, readCondition, subjectOf, writeCondition } from './condition.ts'
import { groupsOf } from './groups.ts'
import { isCovered, tableOf, toggled } from './permissions.ts'
import { partsOf, pointerOf, schemaAt, schemasTo, valueAt, withValueAt } from './pointer.ts'
import { blankOf, fieldsOf, optionsOf, type Schema, shapeOf, variantOf } from './schema.ts'
import { slugOf } from './slug.ts'
import { wrongIn } from './validate.ts'

const text: Schema = { type: 'string' }
const request: Schema = {
  type: 'object',
  required: ['slug', 'spec'],
  properties: {
    slug: { type: 'string', pattern: '^[a-z]+$', 'x-hint': 'small letters' },
    spec: {
      type: 'object',
      required: ['name', 'with'],
      additionalProperties: false,
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 10 },
        with: {
          type: 'object',
          required: ['uris'],
          properties: {
            uris: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', minLength: 1, maxLength: 2000 } },
            secret: { type: 'string', minLength: 1, 'x-secret': true },
            lifetime: { type: 'integer', minimum: 10, maximum: 100, default: 60 },
            claims: { type: 'object', patternProperties: { '^.+$': { type: 'object', properties: { path: text }, required: ['path'] } } },
            message: { anyOf: [text, { type: 'object', minProperties: 1, patternProperties: { '^..$': text } }] },
          },
        },
      },
    },
  },
}
const good = { slug: 'a', spec: { name: 'A', with: { uris: ['https://a'] } } }
const wrong = (value: unknown) => wrongIn(request, value).map(({ pointer, text: key }) => [pointer, key])

test('every shape has its way of being edited, and what is not known is JSON', () => {
  const shapes: readonly (readonly [Schema, string])[] = [
    [text, 'text'],
    [{ ...text, 'x-widget': 'code' }, 'code'],
    [{ ...text, 'x-secret': true }, 'secret'],
    [{ ...text, 'x-ref': 'flows' }, 'reference'],
    [{ type: 'array', items: { ...text, 'x-ref': 'groups' } }, 'references'],
    [{ enum: ['a', 'b'] }, 'select'],
    [{ oneOf: [{ const: 'a' }, { const: 'b' }], 'x-widget': 'cards' }, 'cards'],
    [{ type: 'boolean' }, 'switch'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'array', uniqueItems: true, items: text }, 'tags'],
    [{ type: 'array', uniqueItems: true, items: { ...text, maxLength: 2000 } }, 'list'],
    [{ type: 'array', items: { type: 'object', properties: { a: text } } }, 'list'],
    [{ type: 'array', items: {} }, 'json'],
    [{ type: 'object', properties: { a: text } }, 'object'],
    [{ type: 'object', properties: { a: text }, 'x-widget': 'one-of' }, 'one-of'],
    [{ type: 'object', properties: { a: text }, 'x-widget': 'json' }, 'json'],
    [{ type: 'object', patternProperties: { '.': text } }, 'map'],
    [{ type: 'object', additionalProperties: text }, 'map'],
    [{ type: 'object', additionalProperties: true }, 'json'],
    [{}, 'json'],
    [{ anyOf: [text, { type: 'object', additionalProperties: text }] }, 'choice'],
    [{ anyOf: [text, { type: 'null' }] }, 'text'],
    [{ anyOf: [text, { ...text, minLength: 3 }] }, 'json'],
    [{ 'x-widget': 'condition', anyOf: [] }, 'condition'],
    [{ type: 'array', items: text, 'x-widget': 'permissions' }, 'permissions'],
  ]
  for (const [schema, shape] of shapes) assert.equal(shapeOf(schema), shape, JSON.stringify(schema))
})

test('what is not built is not offered, and defaults are shown rather than written', () => {
  const schema: Schema = {
    type: 'object',
    properties: { a: text, b: { 'x-unbuilt': 'it is' }, c: { type: 'array', items: { 'x-unbuilt': 'they are' } } },
  }
  assert.deepEqual(fieldsOf(schema), [['a', text]])
  assert.deepEqual(
    [blankOf({ type: 'integer', default: 3 }), blankOf({ type: 'array', items: { ...text, 'x-ref': 'flows' } }), blankOf(schema)],
    [undefined, [], {}],
  )
  assert.deepEqual(optionsOf({ anyOf: [{ const: 1, title: 'One' }, { const: 2 }] }), [{ value: 1, title: 'One' }, { value: 2 }])
  assert.deepEqual(
    [variantOf({ anyOf: [text, { type: 'object' }] }, { en: 'x' }), variantOf({ anyOf: [text, { type: 'object' }] }, undefined)],
    [1, 0],
  )
})

describe('pointers', () => {
  test('are read and written by RFC 6901', () => {
    assert.deepEqual(partsOf('/a~1b/~0c/0'), ['a/b', '~c', '0'])
    assert.equal(pointerOf(['a/b', '~c', 0]), '/a~1b/~0c/0')
    assert.deepEqual(partsOf(''), [])
  })
  test('lead to values, which are changed without touching the original', () => {
    assert.equal(valueAt(good, '/spec/with/uris/0'), 'https://a')
    assert.equal(valueAt(good, '/spec/nothing/there'), undefined)
    assert.deepEqual(withValueAt(good, '/spec/with/uris/0', 'b'), { slug: 'a', spec: { name: 'A', with: { uris: ['b'] } } })
    assert.deepEqual(withValueAt({}, '/a/b', 1), { a: { b: 1 } })
    assert.deepEqual(withValueAt({ a: { b: 1, c: 2 } }, '/a/b', undefined), { a: { c: 2 } })
    assert.equal(good.spec.with.uris[0], 'https://a')
  })
  test('lead to schemas, also through lists, maps and choices', () => {
    assert.equal(schemaAt(request, '/spec/with/uris/7')?.maxLength, 2000)
    assert.equal(schemaAt(request, '/spec/with/claims/email/path'), text)
    assert.equal(schemaAt(request, '/spec/with/message/de', { spec: { with: { message: { de: 'x' } } } }), text)
    assert.equal(schemaAt(request, '/spec/nothing'), undefined)
    assert.equal(schemaAt(request, ''), request)
    assert.equal(schemasTo(request, '/spec/with/uris/0/deeper').length, 4)
  })
})

describe('what is wrong', () => {
  test('is nothing in a good value', () => assert.deepEqual(wrong(good), []))
  test('is said at the field', () => {
    assert.deepEqual(wrong({ slug: 'A b', spec: { name: '', with: { uris: [] } } }), [
      ['/slug', 'kit.form.pattern-hint'],
      ['/spec/name', 'kit.form.min-length'],
      ['/spec/with/uris', 'kit.form.min-items'],
    ])
    assert.deepEqual(wrong({ slug: 'a', spec: { name: 'A', with: undefined } }), [['/spec/with/uris', 'kit.form.required']])
    assert.deepEqual(wrong({ spec: { with: {} } }), [
      ['/slug', 'kit.form.required'],
      ['/spec/name', 'kit.form.required'],
      ['/spec/with/uris', 'kit.form.required'],
    ])
  })
  test('is said of one item of a list, one entry of a map, one branch of a choice', () => {
    const settings = (more: object) => ({ slug: 'a', spec: { name: 'A', with: { uris: ['x'], ...more } } })
    assert.deepEqual(wrong(settings({ uris: ['x', ''] })), [['/spec/with/uris/1', 'kit.form.min-length']])
    assert.deepEqual(wrong(settings({ uris: ['x', 'x'] })), [['/spec/with/uris', 'kit.form.unique']])
    assert.deepEqual(wrong(settings({ claims: { email: {} } })), [['/spec/with/claims/email/path', 'kit.form.required']])
    assert.deepEqual(wrong(settings({ message: {} })), [['/spec/with/message', 'kit.form.min-items']])
    assert.deepEqual(wrong(settings({ lifetime: 7 })), [['/spec/with/lifetime', 'kit.form.minimum']])
    assert.deepEqual(wrong(settings({ lifetime: 1.5 })), [['/spec/with/lifetime', 'kit.form.type']])
  })
  test('is not that a secret is kept', () => {
    assert.deepEqual(wrong({ slug: 'a', spec: { name: 'A', with: { uris: ['x'], secret: { $keep: 'print' } } } }), [])
  })
})

test('groups take their fields, and nothing is left out', () => {
  const schemaOf = (pointer: string) => schemaAt(request, pointer)
  const groups = groupsOf(request, [{ title: 'Where', fields: ['/spec/with/uris', '/spec/with/gone'] }], schemaOf)
  assert.deepEqual(
    groups.map(({ fields }) => fields),
    [['/spec/with/uris'], ['/slug', '/spec/name', '/spec/with/secret', '/spec/with/lifetime', '/spec/with/message'], ['/spec/with/claims']],
  )
  assert.deepEqual(
    groupsOf(request, [], schemaOf).map(({ fields }) => fields),
    [['/slug', '/spec/name'], ['/spec/with']],
  )
})

describe('conditions', () => {
  test('are read in each of their forms, and written as they were', () => {
    for (const value of [
      undefined,
      'true',
      [{ group: 'a' }],
      { mode: 'all', bindings: [{ user: 'b' }] },
      { bindings: [] },
      { mode: 'any', bindings: [] },
    ])
      assert.deepEqual(writeCondition(readCondition(value), value), value)
    assert.deepEqual(writeCondition({ ...readCondition([{ group: 'a' }]), mode: 'all' }, [{ group: 'a' }]), {
      mode: 'all',
      bindings: [{ group: 'a' }],
    })
    assert.deepEqual([bindingsAt([]), bindingsAt({ bindings: [] })], ['', '/bindings'])
  })
  test('a binding that asks something else keeps its time and its negation', () => {
    assert.deepEqual(asking({ group: 'a', negate: true, until: 't' }, 'policy', 'p'), { policy: 'p', negate: true, until: 't' })
    assert.deepEqual([subjectOf({ role: 'r' }), subjectOf({})], ['role', 'group'])
  })
})

test('entries with a star stand for several permissions', () => {
  const table = tableOf(['users.*', '*.view', 'flows.edit'])
  assert.deepEqual(
    ['users.delete', 'flows.view', 'flows.edit', 'flows.delete'].map((name) => isCovered(table, name) || table.single.has(name)),
    [true, true, true, false],
  )
  assert.ok(isCovered(tableOf(['*']), 'roles.edit'))
  assert.deepEqual(toggled(toggled(['a.b'], '*', true), 'a.b', false), ['*'])
})

test('a slug is what is left of a name in addresses', () => {
  const slugs = { FlaskDemo: 'flaskdemo', 'Übergrößen & Co.': 'uebergroessen-co', '  Café № 1 ': 'cafe-no-1', 北京: '', '--x--': 'x' }
  for (const [name, slug] of Object.entries(slugs)) assert.equal(slugOf(name), slug)
  assert.equal(slugOf('a'.repeat(300)).length, 100)
})
