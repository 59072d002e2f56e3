import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exif, jpeg, png, pngChunk, svg } from '../../core/media/sample.fixture.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked, authorizeAddress } from './attack.ts'

let server: TestServer
let admin: Api
let bob: Api
const ids: Record<string, string> = {}
const script = '<script>alert(document.domain)</script>'
const encoded = (bytes: Uint8Array | string) => ({ data: Buffer.from(bytes).toString('base64') })
const upload = (bytes: Uint8Array | string, more: object = {}) => admin('POST', '/media', { body: { ...encoded(bytes), ...more } })
const fetched = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(server.url + path, { headers, redirect: 'manual' })
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

before(async () => {
  server = await startServer({ apply: attacked(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
  for (const user of (await admin.must('GET', '/users')).items) ids[user.username] = user.id
  bob = admin.as((await admin.must('POST', '/tokens', { name: 'bob', user: ids['bob'] })).token)
})
after(() => server?.stop())

describe('an upload', () => {
  test('comes back as what it is, written anew, and as a document that may do nothing', async () => {
    const { status, body, headers } = await upload(svg('<path d="M0 0"/><!-- x -->'), { name: 'logo.svg' })
    assert.equal(status, 201)
    assert.equal(headers.get('location'), `/api/v1/media/${body.id}`)
    assert.deepEqual([body.type, body.width, body.height, body.user, body.name], ['image/svg+xml', 10, 10, null, 'logo.svg'])
    const image = await fetched(body.url)
    assert.equal(String(image.bytes), '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0"/></svg>')
    const told = Object.fromEntries(
      [
        'content-type',
        'x-content-type-options',
        'content-security-policy',
        'cross-origin-resource-policy',
        'content-disposition',
        'cache-control',
      ].map((name) => [name, image.headers.get(name)]),
    )
    assert.deepEqual(told, {
      'content-type': 'image/svg+xml',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'content-disposition': `inline; filename="${body.id}.svg"`,
      'cache-control': 'public, max-age=31536000, immutable',
    })
    const etag = image.headers.get('etag') ?? ''
    assert.equal((await fetched(body.url, { 'if-none-match': etag })).status, 304)
  })

  test('that is two things at once is one of them, without the other', async () => {
    const picture = await upload(png({ extra: [pngChunk('tEXt', Buffer.from(script))], after: `<html>${script}` }))
    const photo = await upload(jpeg({ extra: [exif(1)], after: script }))
    for (const { status, body, text } of [picture, photo]) {
      assert.equal(status, 201, text)
      const { bytes, headers } = await fetched(body.url)
      assert.equal(headers.get('content-type'), body.type)
      assert.equal(bytes.includes('script'), false)
      assert.equal(bytes.includes('GPS-SECRET'), false)
    }
    assert.deepEqual([picture.body.type, photo.body.type], ['image/png', 'image/jpeg'])
  })

  test('is refused with what to do, whatever is claimed of it, and nothing is kept', async () => {
    const before = (await admin.must('GET', '/media?total=true')).total
    const refused: readonly (readonly [Uint8Array | string, RegExp, object?])[] = [
      [`<html>${script}</html>`, /begins with <html>/, { type: 'image/png' }],
      [svg(script), /<script>/],
      [svg('', ' onload="alert(1)"'), /onload/],
      [svg('<set attributeName="href" to="javascript:alert(1)"/>'), /<set>/],
      [svg('<use href="https://evil.example/x#y"/>'), /in the image itself/],
      [`<!DOCTYPE svg [<!ENTITY a "aaaa">]>${String(svg('&a;'))}`, /DOCTYPE/],
      [png({ width: 100_000, height: 100_000 }), /100000 × 100000 pixels, and 4096 × 4096 is the most; make it smaller/],
      [png({ extra: [pngChunk('acTL', Buffer.alloc(8))] }), /animated/],
      [png(), /it is image\/png, not "image\/svg\+xml"; leave "type" out/, { type: 'image/svg+xml' }],
      ['GIF89a', /GIF/],
      [Buffer.alloc(600 * 1024), /614400 bytes, and 524288 is the most/],
    ]
    for (const [bytes, reason, more] of refused) {
      const { status, body, text } = await upload(bytes, more)
      assert.equal(status, 422, text)
      assert.equal(body.code, 'unusable-image')
      assert.match(body.detail, reason)
      assert.equal(body.errors.length, 1)
    }
    for (const data of ['data:image/png;base64,AAAA', 'AAA', 'AA\nA', '<svg>', '====']) {
      const { status } = await admin('POST', '/media', { body: { data } })
      assert.equal(status, 422, data)
    }
    assert.equal((await admin('POST', '/media', { body: { data: 'A'.repeat(1_100_000) } })).status, 413)
    assert.equal((await admin.must('GET', '/media?total=true')).total, before)
  })

  test('is found by its whole id alone', async () => {
    const { body } = await upload(png())
    for (const path of [
      `/media/${body.id.toUpperCase()}`,
      `/media/${body.id}.png`,
      `/media/${body.id.slice(0, -1)}${body.id.endsWith('0') ? '1' : '0'}`,
      '/media/%',
      `/media/%00`,
      '/media/..%2f..%2fetc%2fpasswd',
      "/media/'%20or%201=1",
      '/media/',
    ])
      assert.ok([400, 404].includes((await fetched(path)).status), path)
  })

  test('is not deleted while something refers to it', async () => {
    const { body } = await upload(svg(''))
    await admin.must('POST', '/brands', { slug: 'used', spec: { name: 'Used', icon: body.id } })
    const { items } = await admin.must('GET', `/media/${body.id}/used-by`)
    assert.deepEqual(items, [{ kind: 'brands', slug: 'used', name: 'Used', pointer: '/icon' }])
    const refused = await admin('DELETE', `/media/${body.id}`)
    assert.deepEqual([refused.status, refused.body.code], [409, 'in-use'])
    assert.match(refused.body.detail, /named by brands\.used \(\/icon\); change that first/)
    assert.equal((await admin('DELETE', '/brands/used', { headers: { 'if-match': '*' } })).status, 204)
    assert.equal((await admin('DELETE', `/media/${body.id}`)).status, 204)
    assert.equal((await fetched(body.url)).status, 404)
    assert.equal((await admin('DELETE', `/media/${body.id}`)).status, 404)
  })
})

describe('an avatar', () => {
  test('is one’s own to set and to remove, and nobody else’s', async () => {
    const set = await bob('PUT', `/users/${ids['bob']}/avatar`, { body: encoded(jpeg({ extra: [exif(6)] })) })
    assert.equal(set.status, 200, set.text)
    const { avatar } = (await bob.must('GET', '/me')).user
    assert.equal(set.body.avatar, avatar)
    assert.equal((await fetched(avatar)).bytes.includes('GPS-SECRET'), false)
    const again = await bob.must('PUT', `/users/${ids['bob']}/avatar`, encoded(png()))
    assert.notEqual(again.avatar, avatar)
    assert.equal((await fetched(avatar)).status, 404, 'the one before is gone')

    const foreign = await bob('PUT', `/users/${ids['ada']}/avatar`, { body: encoded(png()) })
    assert.deepEqual([foreign.status, foreign.body.permissions], [403, ['users.edit']])
    assert.equal((await bob('DELETE', `/users/${ids['ada']}/avatar`)).status, 403)
    assert.equal((await bob('POST', '/media', { body: encoded(png()) })).status, 403)
    assert.equal((await bob('PUT', `/users/${ids['bob']}/avatar`, { body: encoded(svg(script)) })).status, 422)

    const id = again.avatar.split('/').at(-1)
    const removed = await admin('DELETE', `/media/${id}`)
    assert.equal(removed.status, 409)
    assert.match(removed.body.detail, new RegExp(`DELETE /users/${ids['bob']}/avatar`))
    assert.equal((await admin.must('GET', '/media?avatars=true')).items[0].user, ids['bob'])
    assert.equal(
      (await admin.must('GET', '/media')).items.some((item: any) => item.user !== null),
      false,
    )
    assert.equal((await bob('DELETE', `/users/${ids['bob']}/avatar`)).status, 204)
    assert.equal((await bob.must('GET', '/me')).user.avatar, null)
    const { items } = await admin.must('GET', '/events?limit=50')
    for (const action of ['user.avatar-set', 'user.avatar-removed'])
      assert.ok(
        items.some((event: any) => event.action === action),
        action,
      )
  })

  test('is made of pixels: no drawing of one’s own stops the browser of whoever looks after users', async () => {
    const { avatar } = await bob.must('PUT', `/users/${ids['bob']}/avatar`, encoded(png()))
    for (const drawing of [svg('<circle r="4"/>'), ` \n${String(svg(''))}`, '\ufeff<?xml version="1.0"?><svg/>', '<html/>']) {
      const { status, body, text } = await bob('PUT', `/users/${ids['bob']}/avatar`, { body: encoded(drawing) })
      assert.equal(status, 422, text)
      assert.match(body.detail, /it is SVG or HTML, and the picture of somebody has to be one of pixels; save it as PNG, JPEG or WebP/)
    }
    const { body } = await bob('PUT', `/users/${ids['bob']}/avatar`, { body: encoded('GIF89a') })
    assert.match(body.detail, /a GIF image; save it as PNG, JPEG or WebP\./)
    assert.equal((await bob.must('GET', '/me')).user.avatar, avatar)
  })

  test('goes with its user, and is not given by who may do less', async () => {
    const { id } = await admin.must('POST', '/users', { username: 'cleo' })
    const { avatar } = await admin.must('PUT', `/users/${id}/avatar`, encoded(png()))
    assert.equal((await fetched(avatar)).status, 200)
    await admin.must('DELETE', `/users/${id}`)
    assert.equal((await fetched(avatar)).status, 404)

    await admin.must('POST', '/roles', { slug: 'helper', spec: { name: 'Helper', permissions: ['users.edit'] } })
    const helper = await admin.must('POST', '/users', { username: 'helper', roles: ['helper'] })
    const { token } = await admin.must('POST', '/tokens', { name: 'h', user: helper.id })
    const over = await admin.as(token)('PUT', `/users/${ids['admin']}/avatar`, { body: encoded(png()) })
    assert.equal(over.status, 403, over.text)
  })
})

describe('a brand', () => {
  test('is seen on every page, from a style sheet that holds colours alone', async () => {
    const { body: logo } = await upload(svg(''))
    const spec = {
      name: `Acme "><script>alert(1)</script>`,
      logo: logo.id,
      colors: { primary: '#7a1fa2' },
      footerLinks: [{ label: 'Imprint', href: 'https://acme.example/imprint' }],
    }
    await admin.must('POST', '/brands', { slug: 'default', spec })
    await admin.must('POST', '/brands', { slug: 'wiki', spec: { name: 'Wiki House' } })
    assert.equal(
      (await admin('PATCH', '/applications/wiki', { body: { spec: { brand: 'wiki', icon: logo.id } }, headers: { 'if-match': '*' } }))
        .status,
      200,
    )
    const own = (await bob.must('GET', '/me/applications')).items.find(({ slug }: { readonly slug: string }) => slug === 'wiki')
    assert.equal(own.icon, `/media/${logo.id}`)

    const page = await new Client(server.url).open('/if/flow/redirect/')
    assert.match(page.body, new RegExp(`src="/media/${logo.id}"`))
    assert.match(page.body, /<title>[^<]*Acme &quot;&gt;&lt;script&gt;/)
    assert.match(page.body, /href="https:\/\/acme\.example\/imprint"/)
    const address = /\/brand\/default\.[\w-]+\.css/.exec(page.body)?.[0] ?? ''
    const styles = await fetched(address)
    assert.equal(styles.headers.get('content-type'), 'text/css; charset=utf-8')
    assert.equal(styles.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.match(String(styles.bytes), /^:root\{--accent:#7a1fa2;/)
    const old = await fetched('/brand/default.AAAAAAAAAAAA.css')
    assert.deepEqual([old.status, old.headers.get('cache-control')], [200, 'no-store'])
    for (const path of ['/brand/nowhere.x.css', '/brand/default.css', '/brand/__proto__.x.css'])
      assert.equal((await fetched(path)).status, 404, path)

    const ofWiki = await new Client(server.url).open(authorizeAddress())
    assert.match(ofWiki.body, /<title>[^<]*Wiki House/)
    const missing = await new Client(server.url).ask('/nowhere')
    assert.match(missing.body, /<title>[^<]*Acme/)
    assert.equal((await admin('DELETE', '/brands/wiki', { headers: { 'if-match': '*' } })).status, 422)
    await admin('DELETE', '/brands/default', { headers: { 'if-match': '*' } })
  })

  test('is looked at before it is stored by who may see brands, in a picture that can do nothing', async () => {
    const query = new URLSearchParams({
      name: 'New & Co',
      primary: '#7a1fa2',
      radius: '3',
      logo: 'javascript:alert(1)',
      lang: 'de',
      scheme: 'dark',
    })
    query.append('link', '</a><img src=x onerror=alert(1)>')
    const address = `/if/preview/sign-in/?${query}`
    assert.equal((await new Client(server.url).ask(address)).status, 403)
    const ada = new Client(server.url)
    await signIn(ada, people.ada)
    assert.equal((await ada.ask(address)).status, 403)
    await admin.must('PATCH', `/users/${ids['ada']}`, { roles: ['viewer'] })
    const page = await ada.ask(address)
    assert.equal(page.status, 200, page.text)
    assert.equal(page.headers.get('x-frame-options'), 'SAMEORIGIN')
    const policy = page.headers.get('content-security-policy') ?? ''
    for (const part of ["default-src 'none'", "form-action 'none'", "frame-ancestors 'self'", 'sandbox allow-same-origin'])
      assert.ok(policy.includes(part), part)
    assert.doesNotMatch(policy, /script-src|allow-scripts|allow-forms|unsafe/)
    assert.doesNotMatch(page.body, /<script|javascript:|style="/)
    assert.match(page.body, /<div class="page" inert>/)
    assert.match(page.body, /<title>Anmelden[^<]*New &amp; Co/)
    assert.match(page.body, /<li><a href="#" rel="noopener">&lt;\/a&gt;&lt;img src=x onerror=alert\(1\)&gt;<\/a><\/li>/)
    assert.match(page.body, /<link rel="stylesheet" href="\/if\/preview\/flow\.css\?scheme=dark" \/>/)
    const styles = /href="(\/if\/preview\/brand\.css[^"]*)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const { bytes, headers } = await fetched(styles)
    assert.equal(headers.get('content-type'), 'text/css; charset=utf-8')
    assert.match(String(bytes), /--accent:#7a1fa2;.*--round:3px/)
    assert.equal(String((await fetched('/if/preview/brand.css?primary=red;}body{display:none&radius=1e9&primary=x')).bytes), '')
    for (const scheme of ['dark;}', 'x', ''])
      assert.match(String((await fetched(`/if/preview/flow.css?scheme=${scheme}`)).bytes), /^\/\* .*prefers-color-scheme: dark/s)
    for (const other of ['/', '/if/flow/redirect/', '/if/preview/nowhere'])
      assert.equal((await ada.open(other)).headers.get('x-frame-options'), 'DENY', other)
  })
})
