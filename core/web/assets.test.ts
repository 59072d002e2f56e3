import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { assetAddress, assets } from './assets.ts'
import { formPostCsp, pageCsp } from './csp.ts'

test('an asset is served as it is, under an address that tells its content', () => {
  const address = assetAddress('flow.css')
  assert.match(address, /^\/static\/flow\.[\w-]{12}\.css$/)
  const asset = assets().get(address)!
  assert.deepEqual(asset.body, readFileSync(new URL('./static/flow.css', import.meta.url)))
  assert.deepEqual(gunzipSync(asset.gzip), asset.body)
  assert.equal(asset.type, 'text/css; charset=utf-8')
  assert.equal(address.includes(asset.etag.slice(1, -1)), true)
  assert.throws(() => assetAddress('none.css'), /none\.css does not exist/)
})

test('pages stay light: the script is under 2 KB, everything together under 10 KB', () => {
  assert.ok(assets().get(assetAddress('flow.js'))!.body.length < 2048)
  const sizes = [...assets().values()].map(({ gzip }) => gzip.length)
  assert.ok(sizes.reduce((a, b) => a + b) < 10_240, String(sizes))
})

test('style sheets load nothing and name no other host', () => {
  const css = assets().get(assetAddress('flow.css'))!.body.toString()
  assert.equal(/url\(|@import|https?:/.test(css), false)
})

test('a page posts to this site alone, a leaving page wherever its application sends the browser', () => {
  assert.match(pageCsp, /^default-src 'none';/)
  assert.match(pageCsp, /form-action 'self'$/)
  assert.match(formPostCsp(new URL('https://app.example/cb')), /form-action https:$/)
  assert.match(formPostCsp(new URL('http://localhost:5000/cb')), /form-action http: https:$/)
  for (const policy of [pageCsp, formPostCsp(new URL('https://a.example'))]) assert.equal(policy.includes('unsafe'), false)
})
