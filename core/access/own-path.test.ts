import assert from 'node:assert/strict'
import test from 'node:test'
import { ownPath } from './own-path.ts'

const origin = 'https://id.example.com'

test('a path below /if/ is one, with its query and its fragment', () => {
  for (const path of ['/if/user/', '/if/admin/users?sort=name#top', '/if/flow/default-password-change/?next=%2Fif%2Fuser%2F'])
    assert.equal(ownPath(path, origin), path)
  assert.equal(ownPath('/if/user/../admin/ü', origin), '/if/admin/%C3%BC')
})

test('nothing else is, whatever a browser would make of it', () => {
  for (const wanted of [
    undefined,
    ['/if/user/'],
    '',
    '/',
    '/api/v1/users',
    '/ifs/',
    'if/user/',
    '//evil.tld/if/',
    '/\\evil.tld/if/',
    '/if//evil.tld',
    '/if/..//evil.tld',
    '/if/../\\evil.tld',
    '/if/../api/v1/users',
    '/if/%2e%2e/api/v1/users',
    '/if/%2f%2fevil.tld',
    '/if/..%2f..%2f%2fevil.tld',
    '/if/%5Cevil.tld',
    '/\t/evil.tld',
    '/if/\t/evil.tld',
    '/if/\n',
    '/if/user/ ',
    ' /if/user/',
    '/if/user/\0',
    'https://evil.tld/if/',
    'https://id.example.com/if/user/',
    'javascript:alert(1)//if/',
    '/if/?to=//evil.tld',
    `/if/${'x'.repeat(1000)}`,
  ])
    assert.equal(ownPath(wanted, origin), undefined, String(wanted))
})
