import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literal, type Message, screen, type Node, type Screen } from '../api/index.ts'
import { sluice } from './brand.ts'
import { renderForward, renderPost } from './leaving.ts'
import { type PageModel, renderPage } from './page.ts'
import { sampleMessages } from './samples.ts'

const frame = { locale: 'en', t: sampleMessages.translator('en'), brand: sluice }
const page = (shown: Screen, more: Partial<PageModel> = {}) => renderPage({ ...frame, screen: shown, ...more })
const of = (...nodes: readonly Node[]) => screen(literal('Title'), ...nodes)
const label = literal('Label')
const field = { node: 'field', input: 'text', name: 'a', label } as const
const button = { node: 'button', label: literal('Go') } as const
/** The start tag in which `part` stands. */
const tagWith = (markup: string, part: string): string => {
  const at = markup.indexOf(part)
  assert.notEqual(at, -1, `no ${part} in ${markup}`)
  return markup.slice(markup.lastIndexOf('<', at), markup.indexOf('>', at) + 1)
}

const hostile = `"><script>alert('x')</script>`
test('no text that comes from outside becomes markup', () => {
  const text = literal(hostile)
  const errors: Record<string, Message> = { '': text, a: text, [hostile]: text }
  const markup = page(
    screen(
      text,
      { ...field, label: text, help: text, value: hostile },
      { node: 'field', input: 'textarea', name: 't', label: text, value: hostile },
      { node: 'field', input: 'password', name: hostile, label: text },
      { node: 'field', input: 'check', name: hostile, label: text },
      { node: 'field', input: 'radio', name: hostile, label: text, options: [{ value: hostile, label: text }] },
      { node: 'field', input: 'select', name: hostile, label: text, options: [{ value: hostile, label: text }] },
      { node: 'field', input: 'hidden', name: hostile, value: hostile },
      { node: 'text', text },
      { node: 'text', text, tone: 'warn' },
      { node: 'list', items: [{ text, detail: text, href: hostile }, { text }] },
      { node: 'values', items: [{ label: text, value: hostile }] },
      { node: 'button', label: text, name: hostile, value: hostile },
      { node: 'link', label: text, href: hostile },
    ),
    {
      errors,
      brand: { name: hostile },
      application: { name: hostile },
      user: { username: hostile, notYou: hostile },
      hidden: { [hostile]: hostile },
      action: hostile,
      languages: { locales: ['en', 'de'], action: hostile, query: [[hostile, hostile]] },
    },
  )
  const scripts = markup.match(/<script[^>]*>/g)
  assert.deepEqual(
    scripts?.map((tag) => /src="\/static\/flow\.[\w-]+\.js"/.test(tag)),
    [true],
  )
  assert.equal(markup.includes(hostile), false)
})

test('an address that could run script is no link', () => {
  const href = 'javascript:alert(1)'
  const markup = page(of({ node: 'link', label, href }, { node: 'list', items: [{ text: label, href }] }), {
    user: { username: 'a', notYou: href },
  })
  assert.equal(markup.includes('javascript:'), false)
})

test('a screen with nothing to answer has no form', () => {
  const hidden: Node = { node: 'field', input: 'hidden', name: 'h', value: 'x' }
  assert.equal(page(of({ node: 'text', text: label }, hidden), { hidden: { csrf: 't' } }).includes('<form'), false)
  assert.match(page(of(button)), /<form method="post" action="" novalidate/)
  assert.match(page(of(field), { action: '/if/flow/x/', hidden: { csrf: 't' } }), /action="\/if\/flow\/x\/"[^]*name="csrf" value="t"/)
})

test('the first button is the primary one', () => {
  const markup = page(of({ ...button, name: 'choice', value: 'yes' }, { ...button, name: 'choice', value: 'no' }))
  assert.match(tagWith(markup, 'value="yes"'), /button primary/)
  assert.match(tagWith(markup, 'value="no"'), /button secondary/)
  assert.match(page(of({ ...button, kind: 'secondary' })), /button secondary/)
})

test('an error is told in the title, in a summary that has the focus, and at its field', () => {
  const markup = page(of({ ...field, help: literal('Help') }, button), {
    errors: { a: literal('Bad'), gone: literal('Taken'), '': literal('Again') },
  })
  assert.match(markup, /<title>Error: Title · Sluice<\/title>/)
  assert.match(tagWith(markup, 'role="alert"'), /tabindex="-1" autofocus/)
  assert.match(markup, /There are 3 problems/)
  assert.match(markup, /<li><a href="#field-a">Label – Bad<\/a><\/li>/)
  assert.match(markup, /<li>Taken<\/li>/)
  const input = tagWith(markup, 'id="field-a"')
  assert.match(input, /aria-invalid="true"/)
  assert.match(input, /aria-describedby="field-a-help field-a-error"/)
  assert.equal(input.includes('autofocus'), false)
  assert.match(markup, /id="field-a-error"[^]*?Bad/)
})

test('one error of the whole form is said without ceremony', () => {
  const markup = page(of(field, button), { errors: { '': literal('Wrong.') } })
  assert.match(markup, /role="alert"[^]*<p>Wrong\.<\/p>/)
  assert.equal(markup.includes('problem'), false)
})

test('without errors the first field has the focus and nothing is invalid', () => {
  const markup = page(of(field, { ...field, name: 'b' }, button))
  assert.match(tagWith(markup, 'id="field-a"'), /autofocus/)
  assert.equal(markup.match(/autofocus/g)?.length, 1)
  assert.equal(/aria-invalid|role="alert"/.test(markup), false)
})

test('optional fields say so where others are required', () => {
  const required = { ...field, name: 'b', required: true }
  assert.match(page(of(field, required)), /Label \(optional\)/)
  assert.equal(page(of(field, field)).includes('optional'), false)
  assert.match(tagWith(page(of(required)), 'id="field-b"'), / required/)
})

test('a password never shows what was typed, and is revealed only by script', () => {
  const password = { node: 'field', input: 'password', name: 'p', label, value: 'secret' } as const
  const markup = page(of(password))
  assert.equal(markup.includes('secret'), false)
  assert.match(tagWith(markup, 'id="field-p"'), /autocomplete="current-password"/)
  assert.match(tagWith(markup, 'class="reveal"'), /type="button" hidden/)
  assert.match(tagWith(page(of({ ...password, autocomplete: 'new-password' })), 'id="field-p"'), /autocomplete="new-password"/)
})

test('choices are chosen, and a list without a choice begins empty', () => {
  const options = [
    { value: 'x', label },
    { value: 'y', label },
  ]
  const choice = { node: 'field', input: 'select', name: 's', label, options } as const
  assert.match(tagWith(page(of({ ...choice, value: 'y' })), 'value="y"'), /selected/)
  assert.equal(page(of({ ...choice, value: 'y' })).includes('<option value=""'), false)
  assert.match(page(of(choice)), /<option value=""/)
  const radio = page(of({ ...choice, input: 'radio', value: 'y' }))
  assert.match(radio, /<fieldset[^]*<legend>Label/)
  assert.match(tagWith(radio, 'value="y"'), /checked/)
  assert.match(
    tagWith(page(of({ node: 'field', input: 'check', name: 'c', label, checked: true })), 'type="checkbox"'),
    /type="checkbox"[^>]*checked/,
  )
})

test('the languages are a form that keeps the query', () => {
  const query = new URLSearchParams('next=%2Fa&lang=en&next=b')
  const markup = page(of(button), { languages: { locales: ['en', 'de'], action: '/x/', query } })
  assert.match(markup, /<form method="get" action="\/x\/">/)
  assert.deepEqual(markup.match(/name="next" value="[^"]*"/g), ['name="next" value="/a"', 'name="next" value="b"'])
  assert.match(tagWith(markup, 'value="en"'), /aria-current="true"/)
  assert.equal(markup.match(/name="lang"/g)?.length, 2)
  assert.equal(page(of(button), { languages: { locales: ['en'], action: '/x/' } }).includes('<footer'), false)
})

test('the document says its language and its direction', () => {
  assert.match(page(of(button), { locale: 'de' }), /<html lang="de" dir="ltr">/)
  assert.match(page(of(button), { locale: 'ar' }), /<html lang="ar" dir="rtl">/)
})

test('a page that leaves goes by itself and by hand', () => {
  const markup = renderForward(frame, new URL('com.example.app:/cb?code=1&state="'))
  assert.match(markup, /http-equiv="refresh" content="0;url=com\.example\.app:\/cb\?code=1&amp;state=%22"/)
  assert.match(markup, /<a class="button primary" href="com\.example\.app:\/cb\?code=1&amp;state=%22"/)
  const post = renderPost(frame, new URL('https://app.example/cb'), { state: hostile })
  assert.match(post, /<form id="leaving" method="post" action="https:\/\/app\.example\/cb">/)
  assert.equal(post.includes(hostile), false)
  assert.match(post, /<button class="button primary">/)
})

test('nobody is sent to an address that runs script', () => {
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'blob:https://a.example/x']) {
    assert.throws(() => renderForward(frame, new URL(bad)), /no browser is sent/)
    assert.throws(() => renderPost(frame, new URL(bad), {}), /no browser is sent/)
  }
})
