import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literal, screen, type Node, type WebAuthn } from '../api/index.ts'
import { sluice } from './brand.ts'
import { type PageModel, renderPage } from './page.ts'
import { qrCode } from './qr.ts'
import { sampleMessages } from './samples.ts'

const frame = { locale: 'en', t: sampleMessages.translator('en'), brand: sluice }
const page = (nodes: readonly Node[], more: Partial<PageModel> = {}) =>
  renderPage({ ...frame, screen: screen(literal('Title'), ...nodes), ...more })
const label = literal('Label')
const challenge = 'Y2hhbGxlbmdl'
const get: WebAuthn = { node: 'webauthn', name: 'passkey', does: 'get', options: { challenge, rpId: 'id.example.com' }, label }
const field = { node: 'field', input: 'text', name: 'a', label } as const
const button = { node: 'button', label: literal('Go') } as const
/** The start tags of an element. */
const tags = (markup: string, element: string): readonly string[] => markup.match(new RegExp(`<${element}\\b[^>]*>`, 'g')) ?? []
const tag = (markup: string, element: string, part: string): string => {
  const found = tags(markup, element).find((one) => one.includes(part))
  return found ?? assert.fail(`no <${element}> with ${part} in ${markup}`)
}

const hostile = `"><script>alert('x')</script>`
test('no text that comes from outside becomes markup', () => {
  const text = literal(hostile)
  const markup = page(
    [
      { node: 'qr', text: hostile, label: text },
      { node: 'copy', label: text, value: hostile },
      { node: 'download', label: text, name: hostile, text: hostile },
      { node: 'codes', items: [hostile] },
      { node: 'webauthn', name: hostile, does: 'get', options: { challenge, rpId: hostile, [hostile]: hostile }, label: text },
      { node: 'signals', items: [{ call: 'unknown-credential', options: { [hostile]: hostile } }] },
      { node: 'button', label: text, name: hostile, value: hostile, kind: 'link', skips: true },
    ],
    { errors: { [hostile]: text } },
  )
  assert.equal(markup.includes(hostile), false)
  assert.deepEqual(
    tags(markup, 'script').map((one) => /src="\/static\/(flow|webauthn)\.[\w-]+\.js"/.exec(one)?.[1]),
    ['flow', 'webauthn'],
  )
})

test('a QR code is dark on light, with four free modules around it, and says what it is', () => {
  const markup = String(qrCode('otpauth://totp/a', 'Key & code'))
  assert.match(markup, /<svg class="qr" role="img" aria-label="Key &amp; code" viewBox="0 0 33 33"/)
  assert.deepEqual(
    [...markup.matchAll(/fill="(#\w+)" d="(M0 0h33v33h-33z|M\d+ \d+h\d+)/g)].map(([, color, path]) => [color, path]),
    [
      ['#fff', 'M0 0h33v33h-33z'],
      ['#000', 'M4 4h7'],
    ],
  )
  const dark = [...markup.matchAll(/M(\d+) (\d+)h(\d+)v1/g)].map(([, x, y, length]) => [Number(x), Number(y), Number(x) + Number(length)])
  assert.deepEqual([Math.min(...dark.map(([x]) => x!)), Math.max(...dark.map(([, , end]) => end!))], [4, 29])
  assert.deepEqual([Math.min(...dark.map(([, y]) => y!)), Math.max(...dark.map(([, y]) => y!))], [4, 28])
})

test('a QR code that would hold too much is refused with its size', () => {
  assert.doesNotThrow(() => qrCode('x'.repeat(2331), 'x'))
  assert.throws(() => qrCode('x'.repeat(2332), 'x'), /holds 2331 bytes, and this text has 2332/)
  assert.throws(() => qrCode('ü'.repeat(1166), 'x'), /has 2332/)
})

test('a file is in its link, whatever it holds', () => {
  const text = 'a&b #1 100 %\n„ü“\ud800'
  const link = tag(page([{ node: 'download', label, name: 'codes.txt', text }]), 'a', 'download=')
  assert.match(link, /class="button secondary"/)
  assert.match(link, /download="codes\.txt"/)
  const address = /href="data:text\/plain;charset=utf-8,([^"]*)"/.exec(link)?.[1] ?? ''
  assert.equal(decodeURIComponent(address), text.toWellFormed())
  assert.doesNotMatch(address, /[\s#&<>"']/)
})

test('what is to be copied has its button only by script', () => {
  const markup = page([{ node: 'copy', label: literal('Key'), value: 'AB CD' }])
  assert.match(markup, /<dt>Key<\/dt>\s*<dd dir="auto">AB CD<\/dd>/)
  assert.match(tag(markup, 'div', 'copying'), / hidden /)
  assert.match(tag(markup, 'button', 'Copy Key'), /type="button"/)
  assert.equal(markup.includes('<form'), false)
})

test('a webauthn field is empty and not sent until script fills it in, and makes a form', () => {
  const markup = page([get], { hidden: { csrf: 't' } })
  assert.match(markup, /<form method="post"/)
  assert.equal(tag(markup, 'input', 'passkey'), '<input type="hidden" name="passkey" disabled />')
  assert.equal(tag(markup, 'button', 'primary'), '<button class="button primary" type="submit" hidden disabled>')
  assert.match(tag(page([get, button]), 'button', 'primary'), /type="button" hidden disabled/)
  assert.match(tag(page([get, { ...button, skips: true }]), 'button', 'primary'), /type="submit" hidden disabled/)
  const part = tag(markup, 'div', 'webauthn')
  assert.match(
    part,
    /data-does="get" data-options="{&quot;challenge&quot;:&quot;Y2hhbGxlbmdl&quot;,&quot;rpId&quot;:&quot;id\.example\.com&quot;}"/,
  )
  assert.match(part, /data-address="[^"]*id\.example\.com/)
  assert.doesNotMatch(part, /data-(conditional|start)/)
  assert.match(tag(page([{ ...get, conditional: true, start: true }]), 'div', 'webauthn'), /data-conditional data-start/)
})

test('where they belong is said of what is created, too, and where nothing is said, what an address needs', () => {
  const part = (options: WebAuthn['options']) => tag(page([{ ...get, does: 'create', options }]), 'div', 'webauthn')
  assert.match(part({ challenge, rp: { id: 'id.example.com', name: 'Sluice' } }), /data-address="[^"]*id\.example\.com/)
  for (const rp of [{ name: 'Sluice' }, null]) assert.match(part({ challenge, rp }), /data-address="[^"]*needs HTTPS/)
})

test('the first button is the primary one, be it of a form or of the browser', () => {
  const beside = page([button, get])
  assert.match(tag(beside, 'button', 'hidden disabled'), /button secondary/)
  assert.match(tag(page([get, button]), 'button', 'hidden disabled'), /button primary/)
  assert.equal(tags(page([get, button]), 'button').filter((one) => one.includes('primary')).length, 1)
})

test('a page with an error asks nothing at once, and its summary leads to the button', () => {
  const markup = page([{ ...get, start: true }], { errors: { passkey: literal('Unknown.') } })
  assert.doesNotMatch(tag(markup, 'div', 'webauthn'), /data-start/)
  assert.match(markup, /<li><a href="#field-passkey">Label – Unknown\.<\/a><\/li>/)
  assert.match(tag(markup, 'div', 'webauthn'), /id="field-passkey"/)
  assert.match(tag(markup, 'button', 'primary'), /aria-describedby="field-passkey-error"/)
  assert.doesNotMatch(tag(page([{ ...get, start: true }], { errors: { '': literal('No.') } }), 'div', 'webauthn'), /data-start/)
})

test('options that no browser takes are refused where the page is made', () => {
  for (const options of [{}, { challenge: '' }, { challenge: 7 }, { challenge: null }])
    assert.throws(() => page([{ ...get, options }]), /webauthn node "passkey" cannot work: its options have no challenge/)
  assert.throws(() => page([{ ...get, does: 'create', conditional: true }]), /only what gets a credential can be conditional/)
})

test('signals show nothing and need no form; pages without them and a picture load no script for them', () => {
  const items = [{ call: 'all-accepted-credentials', options: { rpId: 'x', userId: 'y', allAcceptedCredentialIds: [] } }] as const
  const markup = page([{ node: 'signals', items }])
  assert.match(tag(markup, 'div', 'signals'), / hidden data-signals="\[{&quot;call&quot;:&quot;all-accepted-credentials&quot;/)
  assert.match(markup, /webauthn\.[\w-]+\.js/)
  assert.equal(markup.includes('<form'), false)
  assert.doesNotMatch(page([field, button]), /webauthn/)
  assert.doesNotMatch(page([get], { picture: {} }), /webauthn\.[\w-]+\.js/)
})

test('a way aside looks like a link and looks at no field', () => {
  const markup = page([field, button, { ...button, name: 'way', value: 'other', kind: 'link', skips: true }])
  assert.equal(tag(markup, 'button', 'way'), '<button class="link" name="way" value="other" formnovalidate>')
  assert.equal(tags(markup, 'button').filter((one) => one.includes('formnovalidate')).length, 1)
})

test('nothing has the focus where there is something to read or to scan before it', () => {
  assert.match(page([field, { node: 'codes', items: ['x'] }]), /autofocus/)
  assert.doesNotMatch(page([{ node: 'qr', text: 'x', label }, field]), /autofocus/)
})
