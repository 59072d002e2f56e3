import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

test('who calls without being known is told how to be', async () => {
  const { status, headers, body } = await admin.as(undefined)('GET', '/me')
  assert.deepEqual([status, headers.get('www-authenticate'), body.code], [401, 'Bearer realm="sluice"', 'unauthenticated'])
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
  const wrong = await admin.as(`slc_${'0'.repeat(32)}_${'A'.repeat(43)}`)('GET', '/me')
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'unauthenticated'])
  assert.match(wrong.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
})

test('a user is made, found, changed, given a password and deleted', async () => {
  const made = await admin('POST', '/users', {
    body: { username: 'grace', email: 'grace@example.com', name: 'Grace Hopper', password: 'a long first password' },
  })
  assert.equal(made.status, 201, made.text)
  const { id } = made.body
  assert.equal(made.headers.get('location'), `/api/v1/users/${id}`)
  assert.deepEqual([made.body.username, made.body.enabled, made.body.hasPassword, made.body.roles], ['grace', true, true, []])
  assert.equal((await signIn(new Client(server.url), { username: 'grace', password: 'a long first password' })).status, 200)

  const { items, total } = await admin.must('GET', '/users?search=HOPPER&total=true')
  assert.deepEqual([items.map((user: { username: string }) => user.username), total], [['grace'], 1])
  assert.deepEqual((await admin.must('GET', '/users?search=%25')).items, [], 'a percent sign stands for itself')

  const changed = await admin('PATCH', `/users/${id}`, {
    body: { name: 'Rear Admiral', email: null, groups: ['staff'], roles: ['viewer'], attributes: { rank: 7 } },
    headers: { 'if-match': made.headers.get('etag') ?? '' },
  })
  assert.equal(changed.status, 200, changed.text)
  assert.deepEqual(
    [changed.body.name, changed.body.email, changed.body.groups, changed.body.roles, changed.body.attributes],
    ['Rear Admiral', null, ['staff'], ['viewer'], { rank: 7 }],
  )
  const late = await admin('PATCH', `/users/${id}`, { body: { name: 'x' }, headers: { 'if-match': made.headers.get('etag') ?? '' } })
  assert.deepEqual([late.status, late.body.code], [412, 'changed-meanwhile'])

  const taken = await admin('PATCH', `/users/${id}`, { body: { username: 'ADA' } })
  assert.deepEqual([taken.status, taken.body.code, taken.body.errors[0].pointer], [409, 'username-taken', '/username'])
  const wrong = await admin('PATCH', `/users/${id}`, { body: { email: 'not an address' } })
  assert.deepEqual([wrong.status, wrong.body.errors[0].pointer], [422, '/email'])
  const unknown = await admin('PATCH', `/users/${id}`, { body: { roles: ['vewer'] } })
  assert.match(unknown.body.detail, /there is no role "vewer"; did you mean "viewer"\?/)
  const nowhere = await admin('PATCH', `/users/${id}`, { body: { groups: ['stuff'] } })
  assert.match(nowhere.body.detail, /there is no group "stuff"; did you mean "staff"\?/)

  const client = new Client(server.url)
  await signIn(client, { username: 'grace', password: 'a long first password' })
  await admin.must('POST', `/users/${id}/password`, { password: 'a long second password' })
  assert.doesNotMatch((await client.open('/')).text, /signed in as/, 'the session ended')
  assert.equal((await signIn(new Client(server.url), { username: 'grace', password: 'a long second password' })).status, 200)
  const link = await admin.must('POST', `/users/${id}/recovery-link`)
  assert.equal((await new Client(server.url).open(link.url)).status, 200)

  assert.equal((await admin('DELETE', `/users/${id}`)).status, 204)
  assert.equal((await admin('GET', `/users/${id}`)).status, 404)
})

test('groups have parents, roles and members, and a circle is refused with the way round', async () => {
  await admin.must('POST', '/groups', { slug: 'people', name: 'All people' })
  await admin.must('POST', '/groups', { slug: 'finance', parents: ['people'], roles: ['viewer'] })
  const circle = await admin('PATCH', '/groups/people', { body: { parents: ['finance'] } })
  assert.deepEqual([circle.status, circle.body.detail], [422, 'the group "people" cannot be inside itself: people → finance → people'])
  assert.equal((await admin('POST', '/groups', { body: { slug: 'finance' } })).body.code, 'slug-taken')

  const [bob] = (await admin.must('GET', '/users?username=bob')).items
  assert.equal((await admin('PUT', `/groups/finance/members/${bob.id}`)).status, 204)
  assert.deepEqual(
    (await admin.must('GET', '/users?group=finance')).items.map((user: { username: string }) => user.username),
    ['bob'],
  )
  assert.equal((await admin('DELETE', `/groups/finance/members/${bob.id}`)).status, 204)
  assert.deepEqual((await admin.must('GET', '/users?group=finance')).items, [])

  const { body, headers } = await admin('PATCH', '/groups/finance', { body: { parents: [], name: 'Finance' } })
  assert.deepEqual([body.parents, body.name, body.roles], [[], 'Finance', ['viewer']])
  const again = await admin('GET', '/groups/finance', { headers: { 'if-none-match': headers.get('etag') ?? '' } })
  assert.equal(again.status, 304)
  assert.equal((await admin('DELETE', '/groups/finance')).status, 204)
})

test('a token is shown once, does what its scopes say, and is over when revoked or expired', async () => {
  const made = await admin.must('POST', '/tokens', { name: 'monitoring', scopes: ['users.view', 'groups.*'] })
  assert.match(made.token, /^slc_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$/)
  const monitoring = admin.as(made.token)
  const me = await monitoring.must('GET', '/me')
  assert.deepEqual(
    [me.token.name, me.permissions],
    ['monitoring', ['users.view', 'groups.view', 'groups.create', 'groups.edit', 'groups.delete']],
  )
  assert.equal((await monitoring('GET', '/users')).status, 200)
  const refused = await monitoring('POST', '/users', { body: { username: 'x' } })
  assert.deepEqual([refused.status, refused.body.code, refused.body.permissions], [403, 'permission-missing', ['users.create']])

  const listed = await admin('GET', `/tokens/${made.id}`)
  assert.ok(!listed.text.includes(made.token.split('_')[2]))
  assert.ok(listed.body.usedAt)
  assert.match(
    (await admin('POST', '/tokens', { body: { name: 'x', scopes: ['user.view'] } })).body.detail,
    /no permission "user.view"; did you mean "users.view"\?/,
  )
  assert.equal((await admin('POST', '/tokens', { body: { name: 'x', expiresAt: '2001-01-01T00:00:00Z' } })).body.code, 'expired')
  const short = await admin.must('POST', '/tokens', { name: 'short', expiresAt: new Date(Date.now() + 1500).toISOString() })
  assert.equal((await admin.as(short.token)('GET', '/me')).status, 200)
  await new Promise((resolve) => setTimeout(resolve, 1600))
  assert.equal((await admin.as(short.token)('GET', '/me')).status, 401)

  assert.equal((await admin('DELETE', `/tokens/${made.id}`)).status, 204)
  assert.equal((await monitoring('GET', '/me')).status, 401)
})

test('whoever has no role sees and changes what is their own, by the session of the browser too', async () => {
  const client = new Client(server.url, { accept: 'application/json' })
  await signIn(client, people.bob)
  const here = { origin: server.url, 'sec-fetch-site': 'same-origin' }
  const me = (await client.ask('/api/v1/me', { headers: here })).json()
  assert.deepEqual([me.user.username, me.permissions, me.token], ['bob', [], null])
  assert.deepEqual(
    (await client.ask('/api/v1/users', { headers: here })).json().items.map((user: { username: string }) => user.username),
    ['bob'],
  )
  const sessions = (await client.ask('/api/v1/sessions', { headers: here })).json().items
  assert.ok(sessions.length > 0 && sessions.every((session: { user: string }) => session.user === me.user.id))
  const token = await client.ask('/api/v1/tokens', { json: { name: 'mine' }, headers: here })
  assert.equal(token.status, 201, token.body)
  const bob = admin.as(token.json().token)
  const [ada] = (await admin.must('GET', '/users?username=ada')).items
  assert.equal((await bob('GET', `/users/${ada.id}`)).status, 404)
  assert.deepEqual((await bob('GET', '/groups')).body.permissions, ['groups.view'])
  assert.equal((await bob('DELETE', `/sessions/${sessions[0].id}`)).status, 204)
  assert.equal((await client.ask('/api/v1/me', { headers: here })).status, 401, 'the session is over')
})

test('lists come in pages, and nothing is left out or told twice', async () => {
  for (let n = 0; n < 7; n++) await admin.must('POST', '/users', { username: `paged-${n}`, name: n < 3 ? 'Same' : `Name ${n}` })
  for (const sort of ['username', '-username', 'name', '-createdAt', 'updatedAt']) {
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: any = await admin.must('GET', `/users?search=paged-&limit=2&sort=${sort}${cursor && `&cursor=${cursor}`}`)
      seen.push(...page.items.map((user: { username: string }) => user.username))
      cursor = page.next
    }
    assert.deepEqual(
      seen.toSorted(),
      [0, 1, 2, 3, 4, 5, 6].map((n) => `paged-${n}`),
      sort,
    )
    if (sort.endsWith('username')) assert.deepEqual(seen, sort.startsWith('-') ? seen.toSorted().toReversed() : seen.toSorted())
  }
})

test('every change is an event that says who, what and which fields, and never what they hold', async () => {
  const { id } = await admin.must('POST', '/users', { username: 'logged', password: 'a password for nobody else', name: 'Secret Name' })
  await admin.must('PATCH', `/users/${id}`, { name: 'Other' })
  const { items } = await admin.must('GET', '/events?limit=50')
  const mine = items.filter((event: any) => event.detail.object?.id === id)
  assert.deepEqual(
    mine.map((event: any) => [event.action, event.detail.fields, event.detail.token.name]),
    [
      ['user.updated', ['name'], 'SLUICE_BOOTSTRAP_TOKEN'],
      ['user.created', ['username', 'password', 'name'], 'SLUICE_BOOTSTRAP_TOKEN'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(items), /a password for nobody|Secret Name/)
  const [first] = (await admin.must('GET', '/events?limit=1')).items
  const page = await admin.must('GET', '/events?limit=1&action=user.created')
  assert.equal(page.items.length, 1)
  assert.notEqual(page.items[0].id, (await admin.must('GET', `/events?limit=1&action=user.created&cursor=${page.next}`)).items[0].id)
  assert.ok(first.id)
})

test('an address that is not there, a method that is not, and a body that is none are told as such', async () => {
  assert.equal((await admin('GET', '/nothing')).status, 404)
  const method = await admin('PUT', '/users')
  assert.deepEqual([method.status, method.headers.get('allow'), method.body.code], [405, 'GET, HEAD, POST', 'method-not-allowed'])
  assert.equal((await admin('POST', '/groups', { body: '{"slug":' })).body.code, 'invalid-json')
  assert.equal(
    (await admin('POST', '/groups', { body: 'slug=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status,
    415,
  )
  const wrong = await admin('POST', '/groups', { body: { slgu: 'x' } })
  assert.equal(wrong.status, 400)
  assert.match(wrong.text, /there is no \\"slgu\\" here; did you mean \\"slug\\"\?/)
  assert.equal((await admin('GET', '/users?limit=201')).status, 400)
  const { paths } = await admin.must('GET', '/openapi.json')
  assert.equal(paths['/api/v1/users/{id}'].patch['x-permission'], 'users.edit')
})
