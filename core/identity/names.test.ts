import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emailKey, isEmail, isUsername, usernameKey } from './names.ts'

test('user names that look alike are one', () => {
  assert.equal(usernameKey('ＡＤＡ'), 'ada')
  assert.equal(usernameKey('Zoe\u0308'), usernameKey('zoë'))
  assert.equal(usernameKey('ﬁn'), 'fin')
  for (const name of ['Ada', 'İ', 'ẞ', '\u0345Ω', 'ϓ', 'ª']) assert.equal(usernameKey(usernameKey(name)), usernameKey(name), name)
})

test('a user name has 1 to 150 characters, counted as people do', () => {
  for (const name of ['a', 'Ada Lovelace', 'ada@example.com', 'Ζωή', '名', "o'neil", '😀'.repeat(150)]) assert.ok(isUsername(name), name)
  for (const name of ['', ' ada', 'ada ', '\u00a0ada', 'ada\n', 'a\u0000b', 'a\u202eb', 'a\u2028b', '\ud800', 'a'.repeat(151)])
    assert.ok(!isUsername(name), JSON.stringify(name))
})

test('e-mail addresses', () => {
  for (const address of [
    'a@b',
    'ada@example.com',
    "o'neil+x@sub.example.co.uk",
    'jörg@müller.de',
    'संपर्क@डाटामेल.भारत',
    `${'l'.repeat(64)}@example.com`,
  ])
    assert.ok(isEmail(address), address)
  const wrong = [
    '',
    '@',
    'a@',
    '@b',
    'a@b@c',
    'a b@c',
    'a@b c',
    'a@-b',
    'a@b-',
    'a@b..c',
    '.a@b',
    'a.@b',
    'a..b@c',
    'a@b\r\nbcc:x@y',
    '<a@b>',
    'a@[1.2.3.4]',
    `${'l'.repeat(65)}@b`,
  ]
  for (const address of [...wrong, `a@${'b'.repeat(64)}.com`, `a@${'b.'.repeat(150)}c`, 'a\u0000@b', '\ud800@b'])
    assert.ok(!isEmail(address), JSON.stringify(address))
  assert.equal(emailKey('Ada@Example.COM'), 'ada@example.com')
})
