import assert from 'node:assert/strict'
import test from 'node:test'
import { base, confidential, tokens, world } from '../test/harness.ts'

const after = 'https://app.example/signed-out'
const start = async () => {
  const one = await world({
    app: { ...confidential, postLogoutRedirectUris: [after] },
    other: { ...confidential, clientId: 'other' },
  })
  const { id_token } = await tokens(one)
  const end = async (fields: Record<string, string>, slug = 'app') => {
    const response = await one.app.inject({ url: `${base}/${slug}/end-session/?${new URLSearchParams(fields)}` })
    return { response, confirmed: one.seen.logout?.confirmed, next: one.seen.logout?.then?.href }
  }
  return { one, id_token: id_token as string, end }
}

test('an ID token of the current session confirms, also after it has expired', async () => {
  const { one, id_token, end } = await start()
  one.clock.pass(3600)
  assert.equal((await end({ id_token_hint: id_token })).confirmed, true)
})

test('without one the user is asked', async () => {
  const { end } = await start()
  assert.equal((await end({ client_id: 'app' })).confirmed, false)
})

test('an ID token of another session, another client or nobody confirms nothing', async () => {
  const { one, id_token, end } = await start()
  assert.equal((await end({ id_token_hint: id_token }, 'other')).confirmed, false)
  assert.equal((await end({ id_token_hint: 'x' })).confirmed, false)
  one.setting.session = { ...one.setting.session!, id: 'session-2' }
  assert.equal((await end({ id_token_hint: id_token })).confirmed, false)
  one.setting.session = undefined
  assert.equal((await end({ id_token_hint: id_token })).confirmed, false)
})

test('an access token confirms nothing', async () => {
  const { one, end } = await start()
  const { access_token } = await tokens(one)
  assert.equal((await end({ id_token_hint: access_token })).confirmed, false)
})

test('the browser goes to a registered address, with state', async () => {
  const { end } = await start()
  assert.equal((await end({ post_logout_redirect_uri: after, state: 'a b' })).next, `${after}?state=a+b`)
  assert.equal((await end({ post_logout_redirect_uri: after })).next, after)
})

for (const uri of ['https://evil.tld/', `${after}/more`, `${after}?x`, 'https://app.example/cb', 'javascript:alert(1)'])
  test(`the browser stays here instead of going to ${uri}`, async () => {
    const { end } = await start()
    const { next, response } = await end({ post_logout_redirect_uri: uri })
    assert.deepEqual([response.statusCode, next], [200, undefined])
  })

test('a POST is answered by a redirect to the same request as a GET', async () => {
  const { one, id_token } = await start()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const url = `${base}/app/end-session`
  const moved = await one.app.inject({ method: 'POST', url, headers, payload: `id_token_hint=${id_token}` })
  assert.equal(moved.statusCode, 303)
  const { pathname, search } = new URL(String(moved.headers.location))
  await one.app.inject({ url: pathname + search })
  assert.equal(one.seen.logout?.confirmed, true)
})

test('a wrong client_id, a repeated parameter and an unknown application get a page, and nobody is signed out', async () => {
  const { one, end } = await start()
  assert.equal((await end({ client_id: 'other' })).response.statusCode, 400)
  assert.equal((await one.app.inject({ url: `${base}/app/end-session/?state=1&state=2` })).statusCode, 400)
  assert.equal((await end({}, 'nobody')).response.statusCode, 404)
  assert.equal(one.seen.logout, undefined)
})
