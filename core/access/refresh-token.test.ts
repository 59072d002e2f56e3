import assert from 'node:assert/strict'
import { randomBytes, randomUUIDv7 } from 'node:crypto'
import test from 'node:test'
import { refreshTokens } from './refresh-token.ts'

const tokens = refreshTokens(randomBytes(32))
const made = { grantId: randomUUIDv7(), generation: 4_000_000_000, nonce: randomBytes(16).toString('base64url') }

test('a token says what it was made of', () => {
  const text = tokens.encode(made)
  assert.match(text, /^[A-Za-z0-9_-]{92}$/)
  assert.deepEqual(tokens.decode(text), made)
})

test('a token with any character changed, cut, spelled otherwise or of another key is not ours', () => {
  const text = tokens.encode(made)
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'A' ? 'B' : 'A'
    assert.equal(tokens.decode(`${text.slice(0, at)}${other}${text.slice(at + 1)}`), undefined, `character ${at}`)
  }
  const padded = text.replaceAll('-', '+').replaceAll('_', '/')
  for (const hostile of ['', text.slice(1), text.slice(0, -1), `${text}A`, `${text}=`, ` ${text}`, '💥'.repeat(46), 'a'.repeat(1 << 20)]) {
    assert.equal(tokens.decode(hostile), undefined)
  }
  if (padded !== text) assert.equal(tokens.decode(padded), undefined)
  for (const hostile of [undefined, null, 1, [text], {}]) assert.equal(tokens.decode(hostile as unknown as string), undefined)
  assert.equal(refreshTokens(randomBytes(32)).decode(text), undefined)
})

test('the first nonce depends on the grant and on the key', () => {
  assert.equal(tokens.firstNonce(made.grantId), tokens.firstNonce(made.grantId))
  assert.notEqual(tokens.firstNonce(made.grantId), tokens.firstNonce(randomUUIDv7()))
  assert.notEqual(tokens.firstNonce(made.grantId), refreshTokens(randomBytes(32)).firstNonce(made.grantId))
})

test('a grant whose id is no UUID gets no token', () => {
  assert.throws(() => tokens.encode({ ...made, grantId: 'zz' }), /not a UUID/)
})
