import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { asApp, base, codeOf, confidential, post, publicClient, redeem, settingsOf, tokens, world, type World } from '../test/harness.ts'

const job = { clientId: 'job', clientSecret: 'j0b', grantTypes: ['client_credentials'], clientScopes: ['jobs.read', 'jobs.write'] }
const asJob = { client_id: 'job', client_secret: 'j0b' }
const clients = { app: confidential, spa: publicClient, job, api: { ...confidential, clientId: 'api', introspects: ['app', 'job'] } }
const asApi = { client_id: 'api', client_secret: 's3cret' }

const own = (one: World, more = {}) => post(one, { grant_type: 'client_credentials', ...asJob, ...more })
const at = (one: World, path: string, fields: Record<string, string | undefined>, headers: Record<string, string> = {}) =>
  one.app.inject({
    method: 'POST',
    url: `${base}/${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString(),
  })
const introspect = async (one: World, token: string, as: Record<string, string> = asApp) =>
  (await at(one, 'introspect/', { token, ...as })).json()
const revoke = (one: World, token: string, as: Record<string, string> = asApp) => at(one, 'revoke/', { token, ...as })
const userinfo = async ({ app }: World, token: string) =>
  (await app.inject({ url: `${base}/userinfo/`, headers: { authorization: `Bearer ${token}` } })).statusCode
const change = (one: World, slug: string, given: Record<string, unknown>) =>
  void one.providers.set(slug, { ...one.providers.get(slug)!, settings: settingsOf(given) })

test('a client whose name could be a user’s gets nothing, and what it has is dead, whatever the settings got past', async () => {
  const one = await world(clients)
  const { access_token } = (await own(one)).json()
  const asJobToo = { client_id: 'job', client_secret: 'j0b' }
  assert.equal((await introspect(one, access_token, asJobToo)).active, true)
  change(one, 'job', { ...job, subject: 'username' })
  assert.equal((await own(one)).json().error, 'unauthorized_client')
  assert.equal((await introspect(one, access_token, asJobToo)).active, false)
})

test('a client’s own token dies with its provider, whoever has its name later', async () => {
  for (const accessTokenFormat of ['jwt', 'opaque']) {
    const one = await world({ ...clients, job: { ...job, accessTokenFormat } })
    const { access_token } = (await own(one)).json()
    const told = await introspect(one, access_token, { client_id: 'job', client_secret: 'j0b' })
    assert.deepEqual([told.active, told.provider_id], [true, undefined])
    one.providers.set('job', { ...one.providers.get('job')!, id: 'another' })
    assert.deepEqual(await introspect(one, access_token, { client_id: 'job', client_secret: 'j0b' }), { active: false })
  }
})

test('a client gets a token for itself by one signature, without ID token and refresh token', async () => {
  const one = await world(clients)
  const { access_token, ...rest } = (await own(one)).json()
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 600, scope: 'jobs.read jobs.write' })
  const { iss, sub, aud, client_id, scope } = decodeJwt(access_token)
  assert.deepEqual([sub, aud, client_id, scope], ['job', 'job', 'job', rest.scope])
  assert.equal(iss, 'http://localhost:80/application/o/job/')
  assert.equal(decodeProtectedHeader(access_token).typ, 'at+jwt')
  // The store is read once, for failures before, and nothing is written.
  assert.deepEqual([one.use.keys.signed, one.use.store.calls, one.use.store.entries.size], [1, 1, 0])
  assert.equal((await own(one, { scope: 'jobs.read' })).json().scope, 'jobs.read')
  assert.equal(await userinfo(one, access_token), 403)
})

test('a client gets no scope for itself that it was not given', async () => {
  const one = await world(clients)
  for (const scope of ['jobs.admin', 'openid', 'offline_access', 'jobs.read profile', '__proto__'])
    assert.equal((await own(one, { scope })).json().error, 'invalid_scope', scope)
})

test('grant types that a client does not name are refused', async () => {
  const one = await world(clients)
  assert.equal((await post(one, { grant_type: 'client_credentials', ...asApp })).json().error, 'unauthorized_client')
  assert.equal((await post(one, { grant_type: 'client_credentials', client_id: 'spa' })).json().error, 'unauthorized_client')
  assert.equal((await post(one, { grant_type: 'refresh_token', refresh_token: 'x', ...asJob })).json().error, 'unauthorized_client')
  change(one, 'app', { ...confidential, grantTypes: ['authorization_code'] })
  assert.equal((await tokens(one, { scope: 'openid offline_access' }))['refresh_token'], undefined)
})

test('a service account is whom the client is, and its end is that of the token', async () => {
  const one = await world({ ...clients, job: { ...job, clientScopes: ['groups'], serviceAccount: 'ada' } })
  const { access_token } = (await own(one)).json()
  const { sub, groups } = decodeJwt(access_token)
  assert.deepEqual([sub, groups], [one.ada.id, ['engineers']])
  const told = await introspect(one, access_token, asJob)
  assert.deepEqual([told.active, told.username, told.sub], [true, 'ada', one.ada.id])
  one.setting.allowed = false
  assert.deepEqual(await introspect(one, access_token, asJob), { active: false })
  assert.equal((await own(one)).json().error, 'unauthorized_client')
  one.setting.allowed = true
  one.users.all.set(one.ada.id, { ...one.ada, enabled: false })
  assert.deepEqual(await introspect(one, access_token, asJob), { active: false })
  assert.equal((await own(one)).json().error, 'unauthorized_client')
  one.users.all.delete(one.ada.id)
  assert.equal((await own(one)).json().error, 'unauthorized_client')
})

test('a token of its own ends when the client loses the right to it, or changes whom it is', async () => {
  const one = await world(clients)
  const { access_token } = (await own(one)).json()
  change(one, 'job', { ...job, serviceAccount: 'ada' })
  assert.deepEqual(await introspect(one, access_token, asApi), { active: false })
  change(one, 'job', { ...job, grantTypes: ['authorization_code'] })
  assert.deepEqual(await introspect(one, access_token, asApi), { active: false })
  change(one, 'job', job)
  assert.equal((await introspect(one, access_token, asApi)).active, true)
})

for (const accessTokenFormat of ['jwt', 'opaque']) {
  const given = { ...clients, app: { ...confidential, accessTokenFormat }, job: { ...job, accessTokenFormat } }

  test(`a token that is ${accessTokenFormat} is good at userinfo and introspection, until it is revoked or expires`, async () => {
    const one = await world(given)
    const first = await tokens(one, { scope: 'openid email offline_access' })
    const second = (await post(one, { grant_type: 'refresh_token', refresh_token: first['refresh_token'], ...asApp })).json()
    assert.equal(first['access_token'].includes('.'), accessTokenFormat === 'jwt')
    assert.equal(await userinfo(one, first['access_token']), 200)
    const { jti, iat, exp, auth_time, ...told } = await introspect(one, first['access_token'])
    assert.ok(jti && exp - iat === 600 && auth_time)
    assert.deepEqual(told, {
      active: true,
      token_type: 'Bearer',
      username: 'ada',
      iss: 'http://localhost:80/application/o/app/',
      sub: one.ada.id,
      aud: 'app',
      client_id: 'app',
      scope: 'openid email offline_access',
      acr: '1',
      amr: ['pwd'],
      sid: 'session-1',
    })
    const answer = await revoke(one, first['access_token'])
    assert.deepEqual([answer.statusCode, answer.body], [200, ''])
    assert.equal(await userinfo(one, first['access_token']), 401)
    assert.deepEqual(await introspect(one, first['access_token']), { active: false })
    assert.equal(await userinfo(one, second.access_token), 200, 'the other one of its grant lives')
    one.clock.pass(601)
    assert.equal(await userinfo(one, second.access_token), 401)
    assert.deepEqual(await introspect(one, second.access_token), { active: false })
  })

  test(`a token that is ${accessTokenFormat} ends with its grant, session, user, access and origin`, async () => {
    const ends: Readonly<Record<string, (one: World) => void>> = {
      session: ({ grants }) => void grants.ended.add('session-1'),
      user: ({ users, ada }) => void users.all.set(ada.id, { ...ada, enabled: false }),
      access: ({ setting }) => void (setting.allowed = false),
      origin: ({ setting }) => void (setting.origin = 'https://elsewhere.example'),
      client: ({ providers }) => void providers.delete('app'),
    }
    for (const [what, end] of Object.entries(ends)) {
      const one = await world(given)
      const { access_token } = await tokens(one)
      assert.equal((await introspect(one, access_token, asApi)).active, true)
      end(one)
      assert.deepEqual(await introspect(one, access_token, asApi), { active: false }, what)
      assert.equal(await userinfo(one, access_token), 401, what)
    }
  })

  test(`another client's token that is ${accessTokenFormat} is not told of, and not revoked`, async () => {
    const one = await world(given)
    const { access_token } = await tokens(one)
    assert.deepEqual(await introspect(one, access_token, asJob), { active: false })
    for (const as of [asJob, asApi, { client_id: 'spa' }]) assert.equal((await revoke(one, access_token, as as never)).statusCode, 200)
    assert.equal(await userinfo(one, access_token), 200)
  })

  test(`a client revokes its own token that is ${accessTokenFormat}, a hundred times at once`, async () => {
    const one = await world(given)
    const { access_token } = (await own(one)).json()
    assert.equal((await introspect(one, access_token, asJob)).active, true)
    const answers = await Promise.all(Array.from({ length: 100 }, () => revoke(one, access_token, asJob)))
    assert.ok(answers.every(({ statusCode }) => statusCode === 200))
    assert.deepEqual(await introspect(one, access_token, asJob), { active: false })
  })
}

test('a refresh token is introspected by its client alone, while it is the current one', async () => {
  const one = await world(clients)
  const { refresh_token } = await tokens(one, { scope: 'openid offline_access' })
  const told = await introspect(one, refresh_token)
  assert.deepEqual([told.active, told.client_id, told.username, told.token_type], [true, 'app', 'ada', undefined])
  assert.deepEqual(await introspect(one, refresh_token, asApi), { active: false })
  const next = (await post(one, { grant_type: 'refresh_token', refresh_token, ...asApp })).json()
  assert.deepEqual(await introspect(one, refresh_token), { active: false })
  assert.equal((await introspect(one, next.refresh_token)).active, true)
})

test('a refresh token that is revoked ends all tokens of its grant, another client does not', async () => {
  const one = await world(clients)
  const { refresh_token, access_token } = await tokens(one, { scope: 'openid offline_access' })
  assert.equal((await revoke(one, refresh_token, asApi)).statusCode, 200)
  assert.equal(await userinfo(one, access_token), 200)
  assert.equal((await revoke(one, refresh_token)).statusCode, 200)
  assert.equal(await userinfo(one, access_token), 401)
  assert.equal((await post(one, { grant_type: 'refresh_token', refresh_token, ...asApp })).json().error, 'invalid_grant')
  assert.deepEqual(
    one.events.map(({ action }) => action),
    ['oidc.token-revoked'],
  )
})

for (const path of ['introspect', 'introspect/', 'revoke', 'revoke/'])
  test(`${path} takes a form by POST from a client that authenticates, and nothing else`, async () => {
    const one = await world(clients)
    const { access_token } = await tokens(one)
    const answer = await at(one, path, { token: access_token, ...asApp })
    assert.deepEqual([answer.statusCode, answer.headers['cache-control']], [200, 'no-store'])
    assert.equal((await one.app.inject({ url: `${base}/${path}` })).statusCode, 405)
    assert.equal((await one.app.inject({ method: 'OPTIONS', url: `${base}/${path}` })).statusCode, 204)
    assert.equal((await at(one, `${path}?token=${access_token}`, asApp)).statusCode, 400)
    assert.equal((await at(one, path, asApp)).json().error, 'invalid_request')
    for (const headers of [{}, { authorization: `Bearer ${access_token}` }]) {
      const refused = await at(one, path, { token: access_token }, headers)
      assert.deepEqual([refused.statusCode, refused.json().error], [401, 'invalid_client'])
    }
    assert.equal((await at(one, path, { token: access_token, ...asApp, client_secret: 'wrong' })).statusCode, 401)
    assert.deepEqual((await at(one, path, { token: 'nonsense', ...asApp })).statusCode, 200)
  })

test('a public client does not introspect', async () => {
  const one = await world(clients)
  assert.equal((await at(one, 'introspect/', { token: 'x', client_id: 'spa' })).statusCode, 401)
})

test('secrets are not guessed on: after thirty failures the right one is refused, too, and only there', async () => {
  const one = await world(clients)
  const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => own(one, { client_secret: `guess ${at}` })))
  assert.deepEqual(
    [401, 429].map((status) => answers.filter(({ statusCode }) => statusCode === status).length),
    [30, 10],
  )
  for (const path of ['token/', 'introspect/', 'revoke/'])
    assert.equal((await at(one, path, { grant_type: 'client_credentials', token: 'x', ...asJob })).statusCode, 429, path)
  assert.equal((await redeem(one, await codeOf(one))).statusCode, 200, 'another client is not concerned')
  const elsewhere = await one.app.inject({
    method: 'POST',
    url: `${base}/token/`,
    remoteAddress: '192.0.2.7',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ grant_type: 'client_credentials', ...asJob }).toString(),
  })
  assert.equal(elsewhere.statusCode, 200)
  one.clock.pass(15 * 60 + 1)
  assert.equal((await own(one)).statusCode, 200)
})

test('ID tokens have a lifetime of their own', async () => {
  const one = await world({ app: { ...confidential, idTokenLifetime: 60, accessTokenLifetime: 900 } })
  const { id_token, access_token, expires_in } = await tokens(one)
  const lifetime = (jws: string) => Number(decodeJwt(jws).exp) - Number(decodeJwt(jws).iat)
  assert.deepEqual([lifetime(id_token), lifetime(access_token), expires_in], [60, 900, 900])
})
