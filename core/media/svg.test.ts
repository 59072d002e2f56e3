import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readImage } from './read-image.ts'
import { maxSvgBytes } from './image.ts'
import { svg } from './sample.fixture.ts'

const written = (bytes: Buffer | string): string => readImage(Buffer.from(bytes)).bytes.toString()
const inner = (markup: string): string => /^<svg [^>]*?>(.*)<\/svg>$/s.exec(written(svg(markup)))?.[1] ?? ''
const refuses = (bytes: Buffer | string, reason: RegExp): void =>
  assert.throws(() => readImage(Buffer.from(bytes)), { name: 'BadImage', message: reason }, String(bytes).slice(0, 300))

describe('an SVG image', () => {
  test('is written anew of what it draws', () => {
    assert.equal(
      inner('<g id="a"><path d="M0 0h1z" fill="#fff"/><text x="1">A &amp; &#66;</text></g>'),
      '<g id="a"><path d="M0 0h1z" fill="#fff"/><text x="1">A &amp; B</text></g>',
    )
    assert.equal(inner('<use xlink:href="#a"/>'), '<use href="#a"/>')
    assert.equal(
      inner('<linearGradient id="g"><stop offset="0"/></linearGradient><path d="M0 0" fill="url(#g)"/>'),
      '<linearGradient id="g"><stop offset="0"/></linearGradient><path d="M0 0" fill="url(#g)"/>',
    )
    assert.equal(
      inner('<style><![CDATA[.a{fill:#f00}]]></style><path class="a" style="fill:rgb(1,2,3)"/>'),
      '<style>.a{fill:#f00}</style><path class="a" style="fill:rgb(1,2,3)"/>',
    )
  })

  test('loses what its editor keeps in it, comments and unknown attributes', () => {
    const inkscape = `<?xml version="1.0" encoding="UTF-8" standalone="no"?><!-- made by -->
      <svg:svg xmlns:svg="http://www.w3.org/2000/svg" xmlns:i="http://www.inkscape.org/namespaces/inkscape" width="20" height="10px" i:version="1">
      <svg:metadata><x>y</x></svg:metadata><i:view a="b"><i:grid/></i:view><svg:path d="M0 0" i:label="x" data-x="y" tabindex="0"/></svg:svg>`
    assert.equal(written(inkscape), '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10px"><path d="M0 0"/></svg>')
  })

  test('says its size, by its box where nothing else does', () => {
    const size = (more: string) => {
      const { width, height } = readImage(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${more}/>`))
      return [width, height]
    }
    assert.deepEqual(size('width="20" height="10.4px"'), [20, 10])
    assert.deepEqual(size('viewBox="0 0 300 150"'), [300, 150])
    assert.deepEqual(size('viewBox="0 0 300 150" width="100%"'), [300, 150])
    refuses('<svg xmlns="http://www.w3.org/2000/svg" width="5000" height="1"/>', /5000 × 1/)
    refuses('<svg xmlns="http://www.w3.org/2000/svg" width="50000" viewBox="0 0 1 1"/>', /50000/)
    refuses('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 NaN 1"/>', /viewBox/)
    assert.deepEqual(size('viewBox="0 0 1e6 0.1"'), [1_000_000, 1])
    refuses('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1e308 1e308"/>', /viewBox is larger than 1000000/)
    refuses('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1" viewBox="0 0 1 1000001"/>', /viewBox is larger/)
    refuses('<svg xmlns="http://www.w3.org/2000/svg"/>', /neither a viewBox/)
  })
})

describe('an SVG image is refused', () => {
  const svgSpace = 'xmlns="http://www.w3.org/2000/svg"'
  const cases: Readonly<Record<string, readonly (readonly [string | Buffer, RegExp])[]>> = {
    'with a script, however it is written': [
      [svg('<script>alert(1)</script>'), /<script>/],
      [svg('<script xlink:href="https://evil.example/x.js"/>'), /<script>/],
      [svg('<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>'), /<script>/],
      [svg('<SCRIPT>alert(1)</SCRIPT>'), /<SCRIPT>/],
      [svg('<g><![CDATA[x]]><script><![CDATA[alert(1)]]></script></g>'), /<script>/],
      [svg('<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'), /<script>/],
      [svg('<script xmlns="">alert(1)</script>'), /<script>/],
      [svg('<metadata/><handler>x</handler>'), /<handler>/],
    ],
    'with what runs at an event': [
      [svg('', ' onload="alert(1)"'), /onload/],
      [svg('<path ONCLICK="alert(1)"/>'), /ONCLICK/],
      [svg('<path onfocusin="&#97;lert(1)"/>'), /onfocusin/],
      [svg('<path xlink:onload="x"/>'), /onload/],
    ],
    'with other documents in it': [
      [
        svg('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></body></foreignObject>'),
        /<foreignObject>/,
      ],
      [svg('<iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/>'), /<iframe>/],
      [svg('<image href="https://evil.example/pixel.png"/>'), /<image>|refers/],
      [svg('<a href="javascript:alert(1)"><path d="M0 0"/></a>'), /<a>|refers/],
      [svg('<feImage href="https://evil.example/"/>'), /<feImage>|refers/],
    ],
    'with references that lead out of it': [
      [svg('<use href="https://evil.example/x.svg#a"/>'), /in the image itself/],
      [svg('<use xlink:href="data:image/svg+xml;base64,PHN2Zz4=#a"/>'), /in the image itself/],
      [svg('<use href="&#x6a;avascript:alert(1)"/>'), /in the image itself/],
      [svg('<use href="java&#10;script:alert(1)"/>'), /in the image itself/],
      [svg('<use href="//evil.example/x#a"/>'), /in the image itself/],
      [svg('<g xml:base="https://evil.example/"><use href="#a"/></g>'), /xml:base/],
      [svg('<path xmlns:y="urn:y" y:href="#a"/>'), /href/],
      [svg('<path href="#a"/>'), /href/],
      [svg('<path fill="url(https://evil.example/#a)"/>'), /url\(/],
      [svg('<path style="fill:url( //evil.example/x )"/>'), /url\(/],
      [svg('<path style="fill:u\\72l(//evil.example)"/>'), /escape/],
      [svg('<path mask="url(data:image/svg+xml,x#m)"/>'), /url\(/],
      [svg('<style>@import "https://evil.example/x.css";</style>'), /@import/],
      [svg('<style>@\\69mport "x";</style>'), /escape/],
      [svg('<style>@font-face{font-family:x;src:local(x)}</style>'), /@font-face/],
      [svg('<style>a{background:url("https://evil.example/")}</style>'), /url\(/],
      [svg('<style>a{background:image-set("https://evil.example/" 1x)}</style>'), /image-set/],
      [svg('<style>a{width:expression(alert(1))}</style>'), /expression/],
      [svg('<style><![CDATA[a{fill:url(&#x2f;/evil.example)}]]></style>'), /url\(/],
      [svg('<style><b/></style>'), /<style>/],
    ],
    'with animations that change what was looked at': [
      [svg('<use id="u" href="#a"><animate attributeName="href" to="javascript:alert(1)"/></use>'), /<animate>/],
      [svg('<use href="#a"><set attributeName="xlink:href" to="https://evil.example/"/></use>'), /<set>/],
      [svg('<animateTransform/>'), /<animateTransform>/],
    ],
    'with entities, a DOCTYPE or instructions': [
      [`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg ${svgSpace} viewBox="0 0 1 1"><text>&x;</text></svg>`, /DOCTYPE/],
      [`<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg ${svgSpace}/>`, /DOCTYPE/],
      [`<?xml version="1.0"?><?xml-stylesheet href="https://evil.example/x.xsl"?><svg ${svgSpace}/>`, /processing instruction/],
      [svg('<text>&lol9;</text>'), /&lol9;/],
      [svg('<text>&nbsp;</text>'), /&nbsp;/],
      [svg('<text>&#0;</text>'), /&#0;/],
      [svg('<text>&#x110000;</text>'), /&#x110000;/],
      [svg('<text>a & b</text>'), /entity/],
    ],
    'that is not well-formed, or not SVG': [
      [svg('<g><path></g>'), /does not end/],
      [svg('<path d=M0/>'), /cannot be read/],
      [svg('<path d="a" d="b"/>'), /twice/],
      [svg('<path d="<"/>'), /cannot be read/],
      [svg('<x:path/>'), /stands for nothing/],
      [`<svg ${svgSpace}>`, /cut off/],
      [`<svg ${svgSpace} viewBox="0 0 1 1"/><svg ${svgSpace}/>`, /two roots/],
      ['<svg viewBox="0 0 1 1"><path/></svg>', /begins with <svg>/],
      ['<html><body><script>alert(1)</script></body></html>', /begins with <html>/],
      [`<!doctype html><svg ${svgSpace}/>`, /DOCTYPE/],
      [Buffer.from(`\ufeff<svg ${svgSpace}/>`, 'utf16le'), /no image/],
      [Buffer.concat([svg(''), Buffer.from([0xff])]), /UTF-8/],
      [svg('<text>\u0001</text>'), /characters/],
      [`<?xml version="1.0" encoding="utf-7"?><svg ${svgSpace}/>`, /processing instruction/],
      [svg('<!-- <script>'), /does not end/],
    ],
    'that stops whoever shows it': [
      [svg(`${'<g>'.repeat(100)}${'</g>'.repeat(100)}`), /deeper than 64/],
      [svg('<g id="a"><use href="#a"/></g>'), /circle/],
      [svg('<pattern id="p"><path fill="url(#q)"/></pattern><pattern id="q"><path fill="url(#p)"/></pattern>'), /circle/],
      [
        svg(
          `<g id="x0"><path/></g>${Array.from({ length: 9 }, (_, at) => `<g id="x${at + 1}">${`<use href="#x${at}"/>`.repeat(10)}</g>`).join('')}`,
        ),
        /more than 50000/,
      ],
      [
        svg(`<path id="p" d="${'h1v1'.repeat(10_000)}"/><g id="u">${'<use href="#p"/>'.repeat(200)}</g><use href="#u"/>`),
        /more than 50000/,
      ],
      [svg(`<text id="t">${'a'.repeat(40_000)}</text><g id="u">${'<use href="#t"/>'.repeat(200)}</g>`), /more than 50000/],
      [svg('<style>.a{fill:url(#p)}</style><pattern id="p"/>'), /no gradient/],
      [svg('a'.repeat(maxSvgBytes)), /bytes, and of SVG 102400 is the most; .*WebP/],
      [svg('<g/>'.repeat(10_000)), /more than 10000 "<"/],
      [svg('='.repeat(20_001)), /more than 20000 "="/],
      // A marker is drawn at each point of the path that names it, a filter reckoned for each pixel of each element.
      [svg('<marker id="m"><circle r="9"/></marker><path marker-mid="url(#m)" d="M0 0h1v1h-1v-1"/>'), /<marker>.* turn markers into paths/],
      [svg('<marker id="m"/><path style="marker-end:url(#m)" d="M0 0h1"/>'), /<marker>/],
      [svg('<filter id="f"><feMorphology radius="90"/></filter><rect filter="url(#f)"/>'), /<filter>.* save it as PNG or WebP/],
      [svg('<rect style="filter:blur(90px)"/>'), /blur/],
    ],
  }
  for (const [name, all] of Object.entries(cases))
    test(name, () => {
      for (const [bytes, reason] of all) refuses(bytes, reason)
    })
})

test('no file of the size that is taken keeps the server busy', () => {
  const half = maxSvgBytes / 2 - 200
  const long = [
    svg(`<path d="${'a'.repeat(2 * half)}"/>`),
    svg(`<style>${'/*'.repeat(half)}</style>`),
    svg(`<style>${'url'.repeat(half / 2)}(</style>`),
    svg(`<path style="${'('.repeat(2 * half)}"/>`),
    svg(`<path id="${' '.repeat(2 * half)}x"/>`),
    svg('', ` width="1${' '.repeat(2 * half)}x"`),
    svg('&'.repeat(2 * half)),
    svg('<g/>'.repeat(9000)),
    svg('<g/>'.repeat(half / 2)),
    svg('<a xmlns:b="c"/>'.repeat(half / 32), Array.from({ length: 2000 }, (_, at) => ` xmlns:a${at}="b"`).join('')),
    svg('<!---->'.repeat(half / 4)),
    Buffer.from(`<svg ${' '.repeat(2 * half)}`),
    Buffer.from(`${' '.repeat(60)}<?xml ${' '.repeat(2 * half)}`),
  ]
  for (const [at, bytes] of long.entries()) {
    const before = performance.now()
    try {
      readImage(bytes)
    } catch (error) {
      assert.equal((error as Error).name, 'BadImage', (error as Error).stack)
    }
    const took = performance.now() - before
    assert.ok(took < 5000, `${at}: ${Math.round(took)} ms`)
  }
})

test('what was taken is taken again as it is: nothing in it reads otherwise the second time', () => {
  const samples = [
    svg('<text>&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt; ]]&gt;</text><path id="&quot;&gt;&lt;script&gt;"/>'),
    svg('<style>/* &lt;/style&gt;&lt;script&gt; */ .a&gt;.b{fill:red}</style>'),
    svg('<title>A"B\'C</title><desc><![CDATA[<script>alert(1)</script>]]></desc>'),
  ]
  for (const sample of samples) {
    const first = written(sample)
    assert.doesNotMatch(first, /<script|<\/style>.*<script/)
    assert.equal(written(first), first)
  }
})
