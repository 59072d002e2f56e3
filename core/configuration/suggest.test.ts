import assert from 'node:assert/strict'
import test from 'node:test'
import { didYouMean } from './suggest.ts'

test('a slip is recognized: a letter more, less, other or swapped; case and separators do not count', () => {
  const words = ['redirectUris', 'clientId', 'clientSecret', 'pkce']
  for (const [slip, meant] of [
    ['redirectUri', 'redirectUris'],
    ['redirect_uris', 'redirectUris'],
    ['CLIENT-ID', 'clientId'],
    ['clinetId', 'clientId'],
    ['pcke', 'pkce'],
  ] as const) {
    assert.equal(didYouMean(slip, words), `; did you mean "${meant}"?`)
  }
})

test('another word is not taken for a slip', () => {
  for (const word of ['banana', 'x', '', 'y'.repeat(10_000)]) assert.equal(didYouMean(word, ['redirectUris', 'clientId']), '')
  assert.equal(didYouMean('clientID', ['clientId']), '; did you mean "clientId"?')
})
