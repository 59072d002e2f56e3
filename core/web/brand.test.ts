import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type Brand, palettes, type Scheme, sluice, stylesOf, unfit } from './brand.ts'
import { contrast, mix, readableOn } from './colors.ts'
import type { Picture } from './layout.ts'
import { brandIn, inScheme, lookOf, schemeOf, sheetOf } from './preview.ts'
import { renderSample } from './samples.ts'

/** The custom properties of a style sheet, for light and for dark pages. */
const propertiesIn = (css: string): Readonly<Record<Scheme, Readonly<Record<string, string>>>> => {
  const at = css.indexOf('@media (prefers-color-scheme')
  const read = (part: string) => Object.fromEntries([...part.matchAll(/--([\w-]+):\s*([^;}]+)/g)].map(([, name, value]) => [name, value]))
  return { light: read(at < 0 ? css : css.slice(0, at)), dark: read(at < 0 ? '' : css.slice(at)) }
}
const long = (color = '') => color.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')

test('contrast is that of WCAG, and either black or white can be read on any colour', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21)
  assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48')
  assert.equal(mix('#000000', '#ffffff', 0.5), '#808080')
  for (let step = 0; step < 4096; step += 1) {
    const color = `#${step.toString(16).padStart(3, '0').replace(/./g, '$&$&')}`
    for (const wanted of ['#000000', '#ffffff'] as const) assert.ok(contrast(color, readableOn(color, wanted)) >= 4.5, color)
  }
})

test('the colours that others have to fit are those of the style sheet', () => {
  const { light, dark } = propertiesIn(readFileSync(new URL('./static/flow.css', import.meta.url), 'utf8').split('/* Foundations')[0] ?? '')
  for (const [scheme, css] of [
    ['light', light],
    ['dark', dark],
  ] as const)
    for (const name of ['card', 'ground', 'text', 'muted'] as const)
      assert.equal(long(css[name]), palettes[scheme][name], `${scheme} ${name}`)
})

describe('a colour that nobody could read', () => {
  test('is refused with its contrast and one that is near', () => {
    const [found] = unfit({ primary: '#ffcc00' }, 'light')
    assert.match(
      found?.message ?? '',
      /^#ffcc00 has a contrast of 1\.5 to the light page \(#ffffff\).*4\.5 is the least.*; #[0-9a-f]{6} would do$/,
    )
    const better = /(#[0-9a-f]{6}) would do/.exec(found?.message ?? '')?.[1] ?? ''
    assert.deepEqual(unfit({ primary: better }, 'light'), [])
    assert.ok(contrast(better, '#ffffff') < 4.8, 'it is near')
    assert.deepEqual(unfit({ primary: '#ffcc00' }, 'dark'), [])
    assert.match(unfit({ primary: '#001188' }, 'dark')[0]?.message ?? '', /#111c21/)
    assert.deepEqual(
      unfit({ primary: '#0a6275', background: '#444444' }, 'light').map(({ color }) => color),
      ['background'],
    )
  })

  test('follows from none that is taken: whatever is derived can be read', () => {
    let count = 0
    for (let step = 0; step < 4096; step += 7) {
      const primary = `#${step.toString(16).padStart(3, '0').replace(/./g, '$&$&')}`
      if (unfit({ primary }, 'light').length > 0) continue
      count += 1
      const css = propertiesIn(stylesOf({ colors: { primary } }))
      for (const scheme of ['light', 'dark'] as const) {
        const { accent = '', 'accent-strong': strong = '', 'accent-soft': soft = '', 'on-accent': on = '' } = css[scheme]
        for (const [text, ground] of [
          [accent, palettes[scheme].card],
          [accent, soft],
          [on, accent],
          [on, strong],
          [strong, palettes[scheme].card],
        ] as const)
          assert.ok(contrast(text, ground) >= 4.5, `${primary} ${scheme}: ${text} on ${ground}`)
      }
    }
    assert.ok(count > 100)
  })
})

test('a background of light pages is none of dark ones, where nobody could read on it', () => {
  const { light, dark } = propertiesIn(stylesOf({ colors: { background: '#f5f0fa' } }))
  assert.deepEqual([light['ground'], dark['ground']], ['#f5f0fa', palettes.dark.ground])
  assert.ok(contrast(dark['glow'] ?? '', palettes.dark.muted) >= 4.5)
})

test('a style sheet holds custom properties and nothing else', () => {
  assert.equal(stylesOf({}), '')
  assert.equal(stylesOf({ radius: 4 }), ':root{--round:4px}')
  const css = stylesOf({ colors: { primary: '#7a1fa2', background: '#f5f0fa', dark: { background: '#120a18' } }, radius: 4 })
  assert.match(
    css,
    /^(?::root\{(?:--[a-z-]+:(?:#[0-9a-f]{6}|\d+px);?)+\}\n?|@media \(prefers-color-scheme:dark\)\{:root\{(?:--[a-z-]+:#[0-9a-f]{6};?)+\}\})+$/,
  )
  const { light, dark } = propertiesIn(css)
  assert.deepEqual([light['accent'], light['on-accent'], light['ground'], light['round']], ['#7a1fa2', '#ffffff', '#f5f0fa', '4px'])
  assert.deepEqual([dark['ground'], dark['on-accent']], ['#120a18', '#000000'])
})

describe('a page', () => {
  const page = (brand: Brand, picture?: Picture) => renderSample('sign-in', { locale: 'en', path: '/', brand, ...(picture && { picture }) })
  const id = '0197a1b2-c3d4-7e5f-8a6b-c7d8e9f0a1b2'

  test('without a brand is that of Sluice', () => {
    const markup = page(sluice)
    assert.match(markup, /<title>Sign in · Sluice<\/title>|<title>[^<]*Sluice/)
    assert.match(markup, /logo\.[\w-]+\.svg" alt="" width="36"[^>]*>\s*<span>Sluice<\/span>/)
    assert.doesNotMatch(markup, /footer-links|\/brand\//)
  })

  test('has the name, logos, icon, colours and links of its brand, as text', () => {
    const evil = `"><script>alert(1)</script>`
    const markup = page({
      name: `Acme ${evil}`,
      logo: `/media/${id}`,
      logoDark: '/media/dark',
      icon: '/media/icon',
      styles: '/brand/acme.x.css',
      footerLinks: [
        { label: evil, href: 'https://acme.example/imprint' },
        { label: 'x', href: 'javascript:alert(1)' },
      ],
    })
    assert.match(markup, /<title>[^<]*Acme &quot;&gt;&lt;script&gt;/)
    assert.match(markup, new RegExp(`<img class="logo on-light" src="/media/${id}" alt="Acme `))
    assert.match(markup, /<img class="logo on-dark" src="\/media\/dark"/)
    assert.match(markup, /<link rel="icon" href="\/media\/icon" \/>/)
    assert.ok(markup.indexOf('/brand/acme.x.css') > markup.indexOf('/static/flow'), 'over the style sheet of all pages')
    assert.match(markup, /href="https:\/\/acme\.example\/imprint" rel="noopener"/)
    assert.equal(markup.includes('javascript:'), false)
    assert.equal(markup.includes(evil), false)
  })

  test('that is a picture has no script, and nothing in it can be reached', () => {
    const markup = page(sluice, {})
    assert.doesNotMatch(markup, /<script/)
    assert.match(markup, /<div class="page" inert>/)
    assert.match(page(sluice), /<script/)
  })

  test('that is a picture is light or dark as it is asked for, whatever the browser has', () => {
    assert.deepEqual(
      ['light', 'dark', 'dim', undefined].map((scheme) => schemeOf({ scheme })),
      ['light', 'dark', undefined, undefined],
    )
    assert.match(page(sluice, { scheme: { name: 'dark', sheet: '/dark.css' } }), /name="color-scheme" content="dark".*href="\/dark\.css"/s)
    const colors = { primary: '#7a1fa2', dark: { primary: '#d9a0ee' } }
    for (const [scheme, query] of [
      ['light', 'not all'],
      ['dark', 'all'],
    ] as const)
      for (const css of [sheetOf(scheme), inScheme(stylesOf({ colors }), scheme)]) {
        assert.match(css, new RegExp(`@media ${query} ?\\{`))
        assert.doesNotMatch(css, /prefers-color-scheme|light dark/)
      }
    assert.match(sheetOf('dark'), /color-scheme: dark;/)
    assert.match(sheetOf(undefined), /color-scheme: light dark;.*prefers-color-scheme: dark/s)
  })

  test('of a query takes what is of its form, and nothing else', () => {
    const hostile = {
      name: ['a'],
      logo: 'javascript:alert(1)',
      logoDark: `${id}/../x`,
      icon: `//${id}`,
      primary: 'red;}*{}',
      background: '#12345g',
      radius: '4px;',
      link: [{ href: 'javascript:alert(1)' }, '', 7, 'x'.repeat(200)],
    }
    const { logo, logoDark, icon, name } = brandIn(hostile, '/x')
    assert.deepEqual([logo, logoDark, icon, name], [undefined, undefined, undefined, 'Sluice'])
    assert.equal(stylesOf(lookOf(hostile)), '')
    assert.deepEqual(brandIn(hostile, '/x').footerLinks, [{ label: 'x'.repeat(100), href: '#' }])
    assert.deepEqual(brandIn({ link: 'Imprint' }, '/x').footerLinks, [{ label: 'Imprint', href: '#' }])
    assert.equal(brandIn({ link: Array.from({ length: 99 }, String) }, '/x').footerLinks?.length, 10)
    assert.equal(brandIn({ logo: id }, '/x').logo, `/media/${id}`)
    const css = stylesOf(lookOf({ primary: '#0000ff', darkPrimary: '#aaaaff', radius: '3' }))
    assert.match(css, /--accent:#0000ff.*--round:3px.*\n@media.*--accent:#aaaaff/)
  })
})
