import assert from 'node:assert/strict'
import test from 'node:test'
import { OAuthError } from '../errors.ts'
import { answered, authorize, confidential, world } from '../test/harness.ts'
import { authorizationError, authorizationResponse } from './authorization.ts'

const issuer = 'https://id.example/application/o/app/'
const fields = { code: 'c+1' }

const redirect = (redirectUri: string, mode: 'query' | 'fragment' = 'query') => {
  const answer = authorizationResponse(issuer, { redirectUri, mode, state: 'a b&c' }, fields)
  assert.equal(answer.answer, 'redirect')
  return answer.answer === 'redirect' ? answer.to.href : ''
}

test('the query of a redirect URI is kept character by character', () => {
  const added = new URLSearchParams({ ...fields, state: 'a b&c', iss: issuer })
  assert.equal(redirect('https://app.example/cb?a=b%20c&d'), `https://app.example/cb?a=b%20c&d&${added}`)
  assert.equal(redirect('https://app.example/cb', 'fragment'), `https://app.example/cb#${added}`)
  assert.equal(redirect('com.example.app:/cb'), `com.example.app:/cb?${added}`)
})

test('form_post gives the fields as they are, for the page to escape', () => {
  const state = '"><script>alert(1)</script>'
  assert.deepEqual(authorizationResponse(issuer, { redirectUri: 'https://app.example/cb', mode: 'form_post', state }, fields), {
    answer: 'post',
    to: new URL('https://app.example/cb'),
    fields: { code: 'c+1', state, iss: issuer },
  })
})

test('an error is answered in the mode that was asked for', () => {
  const error = new OAuthError('access_denied', 'No.')
  const answer = authorizationError(issuer, { redirectUri: 'https://app.example/cb', mode: 'form_post' }, error)
  assert.deepEqual(answer.answer === 'post' && answer.fields, { error: 'access_denied', error_description: 'No.', iss: issuer })
})

test('success and error carry state and iss in every mode', async () => {
  const one = await world({ app: confidential })
  for (const changes of [{}, { prompt: 'none', max_age: '0' }])
    for (const response_mode of ['query', 'fragment', 'form_post']) {
      const response = await authorize(one, { ...changes, response_mode })
      const given = response_mode === 'form_post' ? response.json().fields : answered(response)
      assert.equal(given.iss, 'http://localhost:80/application/o/app/')
      assert.equal(given.state, 's1')
      assert.equal('code' in given, !('prompt' in changes))
    }
})
