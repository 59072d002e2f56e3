import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { adminToken, type Api, apiOf, sendLarge } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked } from './attack.ts'

let server: TestServer
let admin: Api
const ids: Record<string, string> = {}

before(async () => {
  server = await startServer({ apply: attacked(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
  for (const user of (await admin.must('GET', '/users')).items) ids[user.username] = user.id
})
after(() => server?.stop())

describe('odd values', () => {
  const injections = [
    `' or '1'='1`,
    `'; drop table users; --`,
    `" union select hash from passwords --`,
    '%',
    '_',
    '\\',
    '%_\\',
    '__proto__',
    '../../etc',
    '{"$ne":null}',
    '\u0000',
    '𝕏',
  ]

  test('in filters, sorts and searches find nothing that they do not name, and break nothing', async () => {
    for (const text of injections) {
      for (const name of ['search', 'username', 'email', 'group', 'role']) {
        const { status, body, text: answer } = await admin('GET', `/users?${new URLSearchParams({ [name]: text })}`)
        assert.ok(status === 200 || status === 400, `${name}=${text}: ${answer}`)
        // The users here have none of these signs in them; letters are found in all their forms.
        const sought = text.normalize('NFKC').toLowerCase()
        const isThere = (user: Record<'username' | 'name' | 'email', string | null>) =>
          name === 'search' && [user.username, user.name, user.email].some((value) => value?.toLowerCase().includes(sought))
        if (status === 200)
          assert.deepEqual(
            body.items.filter((user: Parameters<typeof isThere>[0]) => !isThere(user)),
            [],
            `${name}=${text}`,
          )
        if (text !== '𝕏') assert.equal(body.items?.length ?? 0, 0, `${name}=${text}`)
      }
      for (const path of ['/users?sort=', '/users?limit=', '/users?enabled=', '/users?cursor='])
        assert.equal((await admin('GET', `${path}${encodeURIComponent(text)}`)).status, 400, path + text)
      for (const path of ['/users/', '/groups/', '/tokens/', '/sessions/']) {
        const { status } = await admin('DELETE', `${path}${encodeURIComponent(text)}`)
        assert.ok([400, 404].includes(status), `${path}${text}: ${status}`)
      }
      for (const path of [
        `/tokens?user=${encodeURIComponent(text)}`,
        `/sessions?user=${encodeURIComponent(text)}`,
        `/events?action=${encodeURIComponent(text)}`,
      ]) {
        const { status, body } = await admin('GET', path)
        if (text === '\u0000') assert.equal(status, 400, path)
        else assert.deepEqual(body.items, [], path)
      }
    }
    assert.ok((await admin.must('GET', '/users?total=true')).total >= 3)
  })

  test('a filter that nobody knows, or that comes twice, is refused by name', async () => {
    assert.match((await admin('GET', '/users?usrname=ada')).body.detail, /there is no "usrname" here; did you mean "username"\?/)
    assert.equal((await admin('GET', '/users?search=a&search=b')).status, 400)
    assert.equal((await admin('GET', '/users?__proto__=x')).status, 400)
    assert.equal((await admin('GET', '/users?constructor=x')).status, 400)
  })

  test('a cursor that was made up, changed, or taken from another list or filter is refused', async () => {
    const { next } = await admin.must('GET', '/users?limit=1')
    assert.equal((await admin('GET', `/users?limit=1&cursor=${next}`)).status, 200)
    for (const path of [
      `/users?limit=1&search=a&cursor=${next}`,
      `/users?limit=1&sort=-username&cursor=${next}`,
      `/groups?cursor=${next}`,
      `/tokens?cursor=${next}`,
      `/events?cursor=${next}`,
      `/users?cursor=${next.slice(0, -4)}AAAA`,
      `/users?cursor=${Buffer.from(JSON.stringify(['a', 'b'])).toString('base64url')}`,
    ]) {
      const { status, body } = await admin('GET', path)
      assert.deepEqual([status, body.code], [400, 'invalid-cursor'], path)
    }
  })

  test('a search of many letters costs what any search costs', async () => {
    const started = performance.now()
    for (const text of ['a'.repeat(200), `${'a'.repeat(199)}!`, '%'.repeat(200), '(a+)+$'.repeat(30)])
      await admin('GET', `/users?search=${encodeURIComponent(text)}`)
    assert.equal((await admin('GET', `/users?search=${'a'.repeat(10_000)}`)).status, 400)
    const long = await admin('PATCH', `/users/${ids['bob']}`, { body: { email: `${'a.'.repeat(25_000)}@x` } })
    assert.equal(long.status, 400)
    assert.ok(performance.now() - started < 2000)
  })
})

describe('bodies', () => {
  const bob = () => `/users/${ids['bob']}`

  test('with fields that are nobody’s to set are refused, and set nothing', async () => {
    const earlier = await admin.must('GET', bob())
    for (const body of [
      { is_admin: true },
      { isAdmin: true },
      { id: ids['ada'] },
      { tenant: 'x' },
      { user: ids['ada'] },
      { version: 99 },
      { emailVerified: true },
      { hasPassword: false },
      { createdAt: '2001-01-01T00:00:00Z' },
      { password: 'by the way of another field' },
      { superuser: true, name: 'x' },
    ])
      assert.equal((await admin('PATCH', bob(), { body })).status, 400, JSON.stringify(body))
    assert.deepEqual(await admin.must('GET', bob()), earlier)
  })

  test('with names of prototypes are refused, at any depth', async () => {
    for (const body of [
      '{"__proto__":{"roles":["admin"]}}',
      '{"constructor":{"prototype":{"isAdmin":true}}}',
      '{"attributes":{"__proto__":{"enabled":true}}}',
      '{"attributes":{"a":[{"constructor":1}]}}',
      '{"attributes":{"prototype":1}}',
    ])
      assert.equal((await admin('PATCH', bob(), { body })).status, 400, body)
    assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined)
    assert.deepEqual((await admin.must('GET', bob())).attributes, {})
  })

  test('of odd types, depths and sizes are refused within bounds', async () => {
    for (const body of [
      'null',
      '[]',
      '"x"',
      '1',
      'true',
      '{"name":{}}',
      '{"roles":"admin"}',
      '{"roles":[null]}',
      '{"attributes":[]}',
      '{"enabled":"true"}',
      '{"a":',
      '\u0000',
      '{"name":"\\ud800"}x',
    ])
      assert.ok([400, 422].includes((await admin('PATCH', bob(), { body })).status), body)
    const started = performance.now()
    assert.equal((await admin('PATCH', bob(), { body: `{"attributes":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}}` })).status, 400)
    assert.ok([400, 413].includes((await admin('PATCH', bob(), { body: '['.repeat(900_000) })).status))
    assert.equal(await sendLarge(server.url, bob(), { method: 'PATCH', type: 'application/json', bytes: 2_000_000 }), 413)
    assert.equal(
      await sendLarge(server.url, bob(), { method: 'PATCH', type: 'application/json', bytes: 500_000, token: 'x' }),
      401,
      'strangers are not read',
    )
    assert.ok(performance.now() - started < 3000)
    assert.equal((await admin('GET', '/me')).status, 200)
  })

  test('with names that nobody can read, or that turn the text around them, are refused with what is wrong', async () => {
    await admin.must('POST', '/groups', { slug: 'plain' })
    for (const name of ['a\0', '\u001b[2Jadmin', 'ada\r\nroot', '\u202egnp.nimda', '\u2066a\u2069']) {
      const spec = { name }
      for (const [method, path, body, pointer] of [
        ['PATCH', '/me', { name }, '/name'],
        ['POST', '/users', { username: 'odd-name', name }, '/name'],
        ['PATCH', `/users/${ids['bob']}`, { name }, '/name'],
        ['POST', '/groups', { slug: 'odd-name', name }, '/name'],
        ['PATCH', '/groups/plain', { name }, '/name'],
        ['POST', '/tokens', { name }, '/name'],
        ['POST', '/media', { name, data: 'AAAA' }, '/name'],
        ['POST', '/applications', { slug: 'odd-name', spec }, '/spec/name'],
      ] as const) {
        const { status, body: told, text } = await admin(method, path, { body, headers: { 'if-match': '*' } })
        assert.ok([400, 422].includes(status), `${method} ${path} ${status} ${text}`)
        assert.equal(told.errors[0].pointer, pointer, text)
        assert.match(told.errors[0].detail, /must be one line without control characters/)
        assert.doesNotMatch(told.errors[0].detail, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
      }
    }
    for (const username of ['odd\u202eb', 'odd\0'])
      assert.ok([400, 422].includes((await admin('POST', '/users', { body: { username } })).status))
    assert.equal((await admin.must('GET', '/users?search=odd')).items.length, 0)
  })

  test('of another type are refused, also with the name of a charset', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/json5',
      'application/yaml',
    ])
      assert.equal((await admin('PATCH', bob(), { body: '{"name":"x"}', headers: { 'content-type': type } })).status, 415, type)
    assert.equal(
      (await admin('PATCH', bob(), { body: '{"name":"Bob Example"}', headers: { 'content-type': 'application/json; charset=utf-8' } }))
        .status,
      200,
    )
  })
})

describe('a page of another site', () => {
  let client: Client
  before(async () => {
    client = new Client(server.url, { accept: 'application/json' })
    await admin.must('PATCH', `/users/${ids['ada']}`, { roles: ['admin'] })
    await signIn(client, people.ada)
  })
  const json = { 'content-type': 'application/json' }
  const post = (headers: Readonly<Record<string, string>>, body = '{"slug":"forged"}', method = 'POST', path = '/api/v1/groups') =>
    client.ask(path, { method, body, headers })

  test('changes nothing with the cookie of whoever looks at it', async () => {
    for (const headers of [
      { ...json, origin: 'https://evil.tld', 'sec-fetch-site': 'cross-site' },
      { ...json, origin: 'null' },
      { ...json, origin: `${server.url}.evil.tld` },
      { ...json, origin: server.url.replace('localhost', 'evil.localhost') },
      { ...json, 'sec-fetch-site': 'same-site' },
      { ...json },
      { 'content-type': 'text/plain', origin: server.url },
      { 'content-type': 'application/x-www-form-urlencoded', origin: server.url },
      { 'content-type': 'text/plain; application/json', origin: server.url },
    ]) {
      const { status, body } = await post(headers)
      assert.equal(status, 403, `${JSON.stringify(headers)}: ${body}`)
      assert.equal(JSON.parse(body).code, 'cross-site')
    }
    for (const override of ['x-http-method-override', 'x-method-override', 'x-http-method'])
      assert.equal(
        (await post({ origin: 'https://evil.tld', ...json, [override]: 'DELETE' }, '{}', 'POST', '/api/v1/groups/staff')).status,
        405,
      )
    assert.equal((await client.ask(`/api/v1/groups/staff?_method=DELETE`, { headers: { origin: 'https://evil.tld' } })).status, 403)
    assert.equal((await admin('GET', '/groups/forged')).status, 404)
    assert.equal((await admin('GET', '/groups/staff')).status, 200)
    assert.equal((await post({ ...json, origin: server.url })).status, 201, 'our own page does')
  })

  test('reads nothing, and is given no leave to: by no origin, and by no preflight', async () => {
    for (const origin of ['null', 'https://evil.tld', `${server.url}.evil.tld`, server.url.replace('localhost', 'evil.localhost')]) {
      const read = await client.ask('/api/v1/users', { headers: { origin } })
      assert.equal(read.status, 403, origin)
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await client.ask('/api/v1/users', {
          method,
          headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
        })
        assert.equal(headers.get('access-control-allow-origin'), null, origin)
        assert.equal(headers.get('access-control-allow-credentials'), null, origin)
      }
    }
  })

  test('cannot put a token of its own in place of the cookie unseen: a token that is not good is refused, cookie or not', async () => {
    const { status } = await client.ask('/api/v1/me', { headers: { authorization: 'Bearer nonsense', origin: server.url } })
    assert.equal(status, 401)
  })
})

describe('tokens', () => {
  test('of one user are 100 at most, also when they are made at once', async () => {
    const { id } = await admin.must('POST', '/users', { username: 'hoarder' })
    const hoarder = admin.as((await admin.must('POST', '/tokens', { name: 'first', user: id })).token)
    const made = await Promise.all(Array.from({ length: 105 }, () => hoarder('POST', '/tokens', { body: { name: 'more' } })))
    const refused = made.filter(({ status }) => status !== 201)
    assert.deepEqual([made.length - refused.length, refused.length], [99, 6])
    for (const { status, body } of refused) {
      assert.deepEqual([status, body.code], [422, 'too-many-tokens'])
      assert.match(body.detail, /100 tokens of this user already, the most; revoke one/)
    }
    assert.equal((await hoarder('DELETE', `/tokens/${made.find(({ status }) => status === 201)?.body.id}`)).status, 204)
    assert.equal((await hoarder('POST', '/tokens', { body: { name: 'again' } })).status, 201)
  })

  test('of any shape that is not theirs open nothing', async () => {
    const { id, token } = await admin.must('POST', '/tokens', { name: 'real' })
    const [, hex = '', secret = ''] = token.split('_')
    const other = await admin.must('POST', '/tokens', { name: 'other' })
    for (const made of [
      'slc_',
      `slc_${hex}_`,
      `slc_${hex}_${secret.slice(0, -1)}`,
      `slc_${hex}_${secret}A`,
      `slc_${hex}_${other.token.slice(-43)}`,
      `SLC_${hex}_${secret}`,
      `${hex}_${secret}`,
      id,
      secret,
      adminToken.slice(1),
      `${adminToken}x`,
      'a'.repeat(100_00),
    ])
      assert.equal((await admin.as(made)('GET', '/me')).status, 401, made)
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${Buffer.from(`admin:${token}`).toString('base64')}`,
      token,
      `Bearer ${token} ${token}`,
      `Token ${token}`,
    ])
      assert.equal((await admin.as(undefined)('GET', '/me', { headers: { authorization } })).status, 401, authorization)
    for (const path of [`/me?access_token=${token}`, `/me?token=${token}`])
      assert.equal((await admin.as(undefined)('GET', path)).status, 401, path)
  })

  test('that are guessed are counted by address, and good ones go on from there', async () => {
    const guess = () => admin.as(`slc_${'0'.repeat(32)}_${'B'.repeat(43)}`)('GET', '/me')
    const seen = new Set<number>()
    for (let n = 0; n < 320; n += 20) for (const { status } of await Promise.all(Array.from({ length: 20 }, guess))) seen.add(status)
    assert.deepEqual([...seen].toSorted(), [401, 429])
    const last = await guess()
    assert.ok(Number(last.headers.get('retry-after')) > 0)
    assert.equal((await admin('GET', '/me')).status, 200)
    const { items } = await admin.must('GET', '/events?action=token.throttled')
    assert.equal(items.length, 1, 'one event tells of it')
  })
})

test('there is no metrics or debug address, and health says nothing to read', async () => {
  for (const path of [
    '/metrics',
    '/-/metrics',
    '/debug',
    '/debug/pprof',
    '/debug/vars',
    '/-/debug',
    '/env',
    '/actuator',
    '/server-status',
    '/api/v1/debug',
    '/api/v1/metrics',
  ])
    assert.equal((await new Client(server.url).ask(path)).status, 404, path)
  for (const path of ['/-/health/live', '/-/health/ready']) {
    const { status, body } = await new Client(server.url).ask(path)
    assert.deepEqual([status, body], [200, '{"status":"ok"}'])
  }
})

test('an address with odd escapes reaches no other route of the API', async () => {
  const raw = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url)
      const sent = httpRequest({ hostname, port, path, method: 'GET' }, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      })
      sent.on('error', reject)
      sent.end()
    })
  for (const path of [
    '/api/v1/users/../plugins',
    '/api/v1/me/..%2fusers',
    '/api/v1//users',
    '/API/v1/users',
    '/api/v1/users%2f',
    '/api/v1/users;a=b',
    '/api/v1/%75sers',
    '/api/v1/users/.',
    '/api/v1/users/%2e%2e/plugins',
  ])
    assert.ok([400, 401, 404].includes(await raw(path)), path)
})

test('who deletes the last administrator is not offered the set-up again, nor is anybody else', async () => {
  const alone = await startServer({ env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  try {
    assert.equal(alone.setupLink, undefined)
    const api = apiOf(alone.url, adminToken)
    const { user } = await api.must('GET', '/me')
    assert.equal((await api('DELETE', `/users/${user.id}`)).status, 204)
    assert.equal((await api('GET', '/me')).status, 401)
    await alone.restart({ env: {} })
    assert.equal(alone.setupLink, undefined)
    assert.equal((await new Client(alone.url).ask('/if/flow/initial-setup/')).status, 404)
    assert.equal((await new Client(alone.url).ask('/api/v1/flows/initial-setup/run', { json: {} })).status, 404)
    const made = await alone.sluice(['createsuperuser', '--username', 'root', '--password-stdin'], 'the password of root')
    assert.equal(made.code, 0, made.err)
  } finally {
    await alone.stop()
  }
})
