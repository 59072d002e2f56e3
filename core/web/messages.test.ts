import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { IntlMessageFormat } from 'intl-messageformat'
import { literal, msg } from '../api/index.ts'
import { coreMessages } from './core-messages.ts'
import { createMessages, type MessageProblem } from './messages.ts'

const core = {
  en: { 'core.a': 'A', 'core.b': 'B', 'core.n': '{n, plural, one {# problem} other {# problems}}', 'core.quote': "don't <b>'quote'</b>" },
  de: { 'core.a': 'Ä', 'core.n': '{n, plural, one {# Problem} other {# Probleme}}' },
}

test('a text is looked for in the locale, then in its language, then in English', () => {
  const plugin = { 'de-AT': { 'x.a': 'Jänner' }, de: { 'x.a': 'Januar', 'x.b': 'Februar' }, en: { 'x.c': 'March' } }
  const at = createMessages({ core, plugins: [plugin] }).translator('de-AT')
  assert.deepEqual(
    ['x.a', 'x.b', 'x.c', 'core.a', 'core.b'].map((key) => at(msg(key))),
    ['Jänner', 'Februar', 'March', 'Ä', 'B'],
  )
})

test('what an operator wrote and plain texts are never parsed', () => {
  const t = createMessages({ core, plugins: [] }).translator('en')
  assert.equal(t(literal("{not icu} '{'")), "{not icu} '{'")
  assert.equal(t(msg('core.quote')), "don't <b>'quote'</b>")
})

test('parameters follow the grammar of the language', () => {
  const { translator } = createMessages({ core, plugins: [] })
  assert.equal(translator('de')(msg('core.n', { n: 1 })), '1 Problem')
  assert.equal(translator('de')(msg('core.n', { n: 1200 })), '1.200 Probleme')
  assert.equal(translator('en')(msg('core.n', { n: 1200 })), '1,200 problems')
})

test('a problem throws, unless somebody listens: then the key is shown', () => {
  const strict = createMessages({ core, plugins: [] }).translator('de')
  assert.throws(() => strict(msg('core.none')), /message core\.none in de: no such message/)
  assert.throws(() => strict(msg('core.n')), /message core\.n in de/)
  assert.throws(() => strict(msg('__proto__')), /no such message/)

  const heard: MessageProblem[] = []
  const broken = { en: { 'x.broken': '{n, plural, one {' } }
  const lenient = createMessages({ core, plugins: [broken], problem: (problem) => heard.push(problem) }).translator('en')
  assert.deepEqual([lenient(msg('core.none')), lenient(msg('core.n')), lenient(msg('x.broken'))], ['core.none', 'core.n', 'x.broken'])
  assert.deepEqual(
    heard.map(({ key }) => key),
    ['core.none', 'core.n', 'x.broken'],
  )
})

test('a plugin cannot change what core says', () => {
  const t = createMessages({ core, plugins: [{ en: { 'core.a': 'changed' } }] }).translator('en')
  assert.equal(t(msg('core.a')), 'A')
})

test('the language is the first wanted one that core speaks', () => {
  const { negotiate, locales } = createMessages({ core, plugins: [{ fr: { 'x.a': 'x' } }] })
  assert.deepEqual(locales, ['en', 'de'])
  assert.equal(negotiate('de', 'en'), 'de')
  assert.equal(negotiate(undefined, '', 'DE-at'), 'de')
  assert.equal(negotiate('fr-CH, en;q=0.5, de;q=0.9'), 'de')
  assert.equal(negotiate('fr', 'ja', 'de;q=0'), 'en')
  assert.equal(negotiate('fr', 'de'), 'de')
  for (const hostile of ['*', ';q=1', 'de;q=abc', '__proto__', '-', ',,,', 'x'.repeat(1e6), '\0']) assert.equal(negotiate(hostile), 'en')
  assert.equal(negotiate(), 'en')
})

type Ast = ReturnType<IntlMessageFormat['getAst']>
const names = (elements: Ast): string[] =>
  elements.flatMap((element) => {
    if ('options' in element) return [element.value, ...Object.values(element.options).flatMap((option) => names(option.value))]
    return 'value' in element && element.type !== 0 ? [element.value] : []
  })
const parameters = (text: string) =>
  [...new Set(text.includes('{') ? names(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst()) : [])].toSorted()

test('every language of core has every key of English, with the same parameters', () => {
  const english = coreMessages['en']!
  for (const [locale, texts] of Object.entries(coreMessages)) {
    assert.deepEqual(Object.keys(texts), Object.keys(english), locale)
    for (const [key, text] of Object.entries(texts)) {
      assert.match(key, /^core(\.[a-z0-9-]+)+$/)
      assert.notEqual(text.trim(), '', key)
      assert.deepEqual(parameters(text), parameters(english[key]!), `${key} in ${locale}`)
    }
  }
})

test('every text that core says is there', () => {
  const root = `${import.meta.dirname}/..`
  const files = globSync('**/*.ts', { cwd: root }).filter((file) => !/\.(test|fixture)\.ts$/.test(file))
  const said = files.flatMap((file) =>
    [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/'(core\.[a-z.-]+)'/g)].map(([, key = '']) => key),
  )
  assert.ok(said.includes('core.denied.title'))
  const { en = {} } = coreMessages
  assert.deepEqual(
    [...new Set(said)].filter((key) => !Object.hasOwn(en, key)),
    [],
  )
})
