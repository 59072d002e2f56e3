import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/kit/server.ts'
import { mailMessages, sampleAuthenticator, sampleCode, sampleEvent, sampleData, sampleLink, sampleSignIn } from './messages.ts'
import { createTemplates, templateProblems } from './templates.ts'

const brand = { name: 'Acme', color: '#123456' }
const data = sampleData(brand, 'https://id.example.com', 'en')
const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = temporaryDirectory()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}
const templatesOf = (files: Readonly<Record<string, string>> = {}) => {
  const folder = folderOf(files)
  const told: string[] = []
  const log = { warn: (about: object, text: string) => void told.push(`${(about as { template: string }).template} ${text}`) }
  return { told, ...createTemplates({ folder, log }) }
}

test('every message is there in both languages, with the brand', () => {
  const { render, told } = templatesOf()
  for (const message of mailMessages) {
    const inLanguage = (locale: string) => {
      if (message === 'event') return render(message, locale, { ...data, event: sampleEvent })
      if (message === 'new-browser') return render(message, locale, { ...data, signIn: sampleSignIn(data.address) })
      if (message === 'recovery') return render(message, locale, { ...data, link: sampleLink(data.address, locale) })
      if (message === 'code') return render(message, locale, { ...data, code: sampleCode(locale) })
      if (message === 'authenticator-added' || message === 'authenticator-removed' || message === 'authenticators-reset')
        return render(message, locale, { ...data, authenticator: sampleAuthenticator(data.address) })
      return render(message, locale, data)
    }
    const [en, de] = [inLanguage('en'), inLanguage('de-AT')]
    // What happened is an action, which no language has another name for.
    if (message !== 'event') assert.notEqual(en.subject, de.subject)
    for (const { subject, text, html } of [en, de]) {
      assert.ok(subject && !/\n/.test(subject), subject)
      assert.match(text, /Acme\nhttps:\/\/id\.example\.com/)
      assert.match(html ?? '', /#123456.*Acme/s)
    }
  }
  assert.deepEqual(render('test', 'fr', data), render('test', 'en', data))
  assert.deepEqual(told, [])
})

test('a name is no markup in a message, no paragraph and no header', () => {
  const { render } = templatesOf({ 'en/password-changed.subject.liquid': 'For {{ user.name }}' })
  const name = '<img src=x onerror=alert(1)>{{ 7 | times: 7 }}\r\nBcc: eve@example.com'
  const { subject, text, html } = render('password-changed', 'en', { ...data, user: { name, username: '<b>' } })
  assert.equal(subject, 'For <img src=x onerror=alert(1)>{{ 7 | times: 7 }} Bcc: eve@example.com')
  assert.ok(!text.includes('\nBcc'), text)
  assert.match(html ?? '', /&lt;img src=x/)
  assert.doesNotMatch(html ?? '', /<img|<b>/)
})

test('templates of ones own replace those that are shipped, also for more languages', () => {
  const { render, told } = templatesOf({
    'en/test.text.liquid': 'Mine, {{ brand.name }}',
    'fr/test.subject.liquid': 'Essai',
    'en/layout.text.liquid': '[{{ content }}]',
  })
  assert.equal(render('test', 'en', data).text, '[Mine, Acme]')
  assert.equal(render('test', 'fr', data).subject, 'Essai')
  assert.deepEqual(told, [])
})

/** Everything that a template may not do; what it would be if it could must not be in the message. */
const broken = {
  'that cannot be read': ['Hello\n{% if %}', 2],
  'of an unknown value': ['Hello {{ user.password }}', 1],
  'of an unknown filter': ['\n\n{{ user.name | shell }}', 3],
  'that reads files': ['{% include "/etc/passwd" %}', 1],
  'that renders files': ['{% render "../../../../../../etc/passwd" %}', 1],
  'that has a file as its layout': ['{% layout "/etc/passwd" %}', 1],
  'that reaches for prototypes': ['{{ user.constructor.constructor }}', 1],
  'that counts for ever': ['{% for a in (1..900) %}{% for b in (1..900) %}{% for c in (1..900) %}x{% endfor %}{% endfor %}{% endfor %}', 1],
  // With something to do at each number, so that it comes to the limit of time long before that of memory: which of them it is, is told.
  'that counts in silence': [
    `{% for a in (1..900) %}{% for b in (1..900) %}{% for c in (1..900) %}${'{% if a == b %}{% endif %}'.repeat(30)}{% endfor %}{% endfor %}{% endfor %}`,
    1,
  ],
  'that makes long lists': ['{% for a in (1..999999999) %}{% endfor %}', 1],
  'that doubles texts': [`{% assign a = "0123456789" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`, 1],
} as const
for (const [name, [template, line]] of Object.entries(broken))
  test(`a template ${name} is not used, and told once and with its line`, () => {
    const { render, told, folder } = templatesOf({ 'en/test.text.liquid': template })
    const started = performance.now()
    const { text } = render('test', 'en', data)
    assert.deepEqual(render('test', 'en', data).text, text)
    assert.ok(performance.now() - started < 5000)
    assert.equal(text, templatesOf().render('test', 'en', data).text)
    assert.equal(told.length, 1, told.join('\n'))
    const [problem] = templateProblems(folder)
    assert.equal(problem?.at, `${join(folder, 'en', 'test.text.liquid')}:${line}`, problem?.reason)
  })

test('a file that is no template of a message is a finding, and a folder that is not there is none', () => {
  const folder = folderOf({ 'en/tset.text.liquid': 'Hello' })
  assert.match(templateProblems(folder)[0]?.reason ?? '', /no message is named so; there are test, /)
  assert.deepEqual(templateProblems(join(folder, 'nowhere')), [])
})
