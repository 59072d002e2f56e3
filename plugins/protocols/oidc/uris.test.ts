import assert from 'node:assert/strict'
import test from 'node:test'
import { sameRedirectUri, uriProblem } from './uris.ts'

test('addresses of web and native applications can be registered', () => {
  const good = [
    'https://app.example/cb',
    'https://app.example',
    'https://app.example:8443/cb?tenant=1',
    'http://localhost:5000/oidc/callback',
    'http://127.0.0.1/cb',
    'http://[::1]/cb',
    'com.example.app:/callback',
    'https://app.example/users/@me',
  ]
  for (const uri of good) assert.equal(uriProblem(uri), undefined, uri)
})

const refused: readonly (readonly [uri: string, reason: RegExp])[] = [
  ['javascript:alert(1)', /scheme `javascript:`/],
  ['JavaScript:alert(1)', /scheme `javascript:`/],
  ['data:text/html,x', /scheme `data:`/],
  ['vbscript:x', /scheme `vbscript:`/],
  ['file:///etc/passwd', /scheme `file:`/],
  ['myapp://cb', /scheme with a dot|own scheme/],
  ['https://app.example/*', /Patterns/],
  ['https://*.example/cb', /Patterns/],
  ['https://app\\.example/cb', /no URI has/],
  ['https://app.example/(a|b)', /no URI has/],
  ['https://app.example/cb#part', /fragment/],
  ['https://app.example/cb#', /fragment/],
  ['https://user@app.example/cb', /user name/],
  ['https://user:secret@app.example/cb', /user name/],
  ['https://@app.example/cb', /user name/],
  ['https:app.example/cb', /no host/],
  ['https:///app.example/cb', /no host/],
  ['/cb', /absolute/],
  ['https://app.example/a b', /no URI has/],
]
for (const [uri, reason] of refused)
  test(`${uri} cannot be registered, and the reason names it`, () => {
    const problem = uriProblem(uri)
    assert.match(problem ?? '', reason)
    assert.ok(problem?.includes(uri))
  })

test('a redirect URI is compared character by character', () => {
  const registered = 'https://app.example/cb'
  assert.ok(sameRedirectUri(registered, registered))
  const others = [
    'https://app.example/cb/../evil',
    'https://app.example/cb%2f..%2fevil',
    'https://app.example/cb/%2e%2e/x',
    'https://app.example/cb/',
    'https://app.example/CB',
    'https://APP.example/cb',
    'https://app.example:443/cb',
    'http://app.example/cb',
    'https://app.example/cb?x=1',
    'https://app.example.evil.tld/cb',
    'https://app.example@evil.tld/cb',
    'https://evil.tld\\@app.example/cb',
    'https://app.example#@evil.tld',
    ' https://app.example/cb',
  ]
  for (const uri of others) assert.equal(sameRedirectUri(registered, uri), false, uri)
})

test('a loopback address may have any port, and nothing else of it may differ', () => {
  for (const host of ['127.0.0.1', '[::1]']) {
    assert.ok(sameRedirectUri(`http://${host}/cb`, `http://${host}:53123/cb`))
    assert.ok(sameRedirectUri(`http://${host}:1234/cb`, `http://${host}:53123/cb`))
  }
  const registered = 'http://127.0.0.1/cb'
  const others = [
    'http://127.0.0.1:53123/other',
    'https://127.0.0.1:53123/cb',
    'http://127.0.0.1.nip.io/cb',
    'http://127.0.0.1:80@evil.tld/cb',
    'http://127.0.0.1:123456/cb',
    'http://[::1]:53123/cb',
    'http://localhost:53123/cb',
  ]
  for (const uri of others) assert.equal(sameRedirectUri(registered, uri), false, uri)
})

test('localhost is a name like any other: its port counts', () => {
  assert.equal(sameRedirectUri('http://localhost/cb', 'http://localhost:53123/cb'), false)
  assert.equal(sameRedirectUri('http://localhost/cb', 'http://localhost.evil.tld:1/cb'), false)
})
