import assert from 'node:assert/strict'
import { test } from 'node:test'
// Under another name, so that the formatter leaves these templates as they are.
import { attr, html as h } from './html.ts'

const hostile = `"><script>alert('1')</script>&`
const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;'

test('text and attribute values are escaped', () => {
  assert.equal(String(h`<p>${hostile}</p>`), `<p>${escaped}</p>`)
  assert.equal(String(h`<p title="${hostile}" lang='${hostile}'></p>`), `<p title="${escaped}" lang='${escaped}'></p>`)
  assert.equal(String(h`<title>${hostile}</title><textarea>${hostile}</textarea>`).match(/<script/), null)
  assert.equal(String(h`<p ${attr({ title: hostile })}></p>`), `<p title="${escaped}"></p>`)
})

test('markup nests, lists are joined, nothing writes nothing', () => {
  const items = ['a', '<b>'].map((item) => h`<li>${item}</li>`)
  assert.equal(String(h`<ul>${items}</ul>${false}${null}${undefined}${0}`), '<ul><li>a</li><li>&lt;b&gt;</li></ul>0')
})

test('what only looks like markup is text', () => {
  const forged = { markup: '<script>', toString: () => '<script>' }
  assert.equal(String(h`<p>${forged as unknown as string}</p>`), '<p>&lt;script&gt;</p>')
  assert.equal(String(h`a < b ${'<'} 1 <2`), 'a < b &lt; 1 <2')
})

test('addresses of refused schemes and hidden hosts are blocked', () => {
  for (const bad of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>',
    'vbscript:x',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\\\\evil.example',
    'https:evil',
    'com.example.app:/callback',
  ]) {
    assert.equal(String(h`<a href="${bad}">x</a>`), '<a href="#blocked">x</a>', bad)
    assert.equal(String(h`<form ${attr({ action: bad })}></form>`), '<form action="#blocked"></form>', bad)
  }
  for (const good of ['https://a.example/?x=1', 'http://localhost:5000/', 'mailto:a@b.example', '/if/flow/x/', '?lang=de', '#top', ''])
    assert.equal(String(h`<a href="${good}">x</a>`), `<a href="${good}">x</a>`)
})

test('a URL may have the scheme of a native application, but none that runs script', () => {
  assert.equal(String(h`<a href="${new URL('com.example.app:/cb?a=1&b=2')}">x</a>`), '<a href="com.example.app:/cb?a=1&amp;b=2">x</a>')
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'blob:https://a.example/1', 'file:///etc/passwd'])
    assert.equal(String(h`<a href="${new URL(bad)}">x</a>`), '<a href="#blocked">x</a>')
})

test('a hole inside an address is escaped, and one that begins it must be all of it', () => {
  assert.equal(String(h`<a href="/x?y=${'"&'}">x</a>`), '<a href="/x?y=&quot;&amp;">x</a>')
  assert.throws(() => h`<a href="${''}${'/evil'}">x</a>`, /must be all of it/)
  assert.throws(() => h`<a href="${'x'}/y">x</a>`, /must be all of it/)
})

test('holes that no escaping makes safe are refused', () => {
  const x = 'x'
  assert.throws(() => h`<a onclick="${x}"></a>`, /no holes in onclick/)
  assert.throws(() => h`<a ONCLICK = 'a(${x})'></a>`, /no holes in onclick/)
  assert.throws(() => h`<a style="color:${x}"></a>`, /no holes in style/)
  assert.throws(() => h`<iframe srcdoc="${x}"></iframe>`, /no holes in srcdoc/)
  assert.throws(() => h`<script>${x}</script>`, /no holes in <script>/)
  assert.throws(() => h`<script src="/a.js">let a = 1; ${x}</script>`, /no holes in <script>/)
  assert.throws(() => h`<STYLE>a{b:${x}}</STYLE>`, /no holes in <style>/)
  assert.throws(() => h`<!-- ${x} -->`, /no holes in comments/)
  assert.throws(() => h`<a title=${x}></a>`, /needs quotes/)
  assert.throws(() => h`<a title=${x} b="c"></a>`, /needs quotes/)
  assert.throws(() => h`<${x}>`, /cannot name an element/)
  assert.throws(() => h`<h${x}></h1>`, /white space/)
  assert.throws(() => h`<a b="c"${attr({})}></a>`, /white space/)
  assert.throws(() => h`<a ${attr({})}b="c"></a>`, /white space/)
})

test('a template must end where it began, in text', () => {
  assert.throws(() => h`<a href="/`, /ends inside a value/)
  assert.throws(() => h`<a `, /ends inside a tag/)
  assert.throws(() => h`<!-- a`, /ends inside a comment/)
  assert.throws(() => h`<script>a`, /ends inside a raw/)
  const whole = h`<script src="/a.js"></script><p>${'<'}</p><!-- <a "> --><br />${'<'}`
  assert.equal(String(whole), '<script src="/a.js"></script><p>&lt;</p><!-- <a "> --><br />&lt;')
})

test('a tag takes attributes only from attr(), an attribute takes no markup', () => {
  assert.throws(() => h`<a ${'onclick=alert(1)'}></a>`, /only attr\(\)/)
  assert.throws(() => h`<a title="${h`<b></b>`}"></a>`, /markup inside an attribute/)
  for (const name of ['onclick', 'style', 'srcdoc', 'a b', 'a=', 'A', '']) assert.throws(() => attr({ [name]: 'x' }), /no attribute/, name)
})

test('attr() writes bare names for true and nothing for what is missing', () => {
  assert.equal(String(attr({ required: true, disabled: false, title: undefined, lang: null, 'data-x': 1 })), 'required data-x="1"')
  assert.equal(String(h`<a ${attr({})} ${false}></a>`), '<a  ></a>')
})
