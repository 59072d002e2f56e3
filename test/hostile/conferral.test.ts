import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
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

/** Somebody with these permissions, by a token that is limited to them. */
const withScopes = async (...scopes: readonly string[]): Promise<Api> =>
  admin.as((await admin.must('POST', '/tokens', { name: 'limited', scopes })).token)

describe('nobody gives what they lack', () => {
  let helper: Api
  let earlier: string
  before(async () => {
    helper = await withScopes('users.*', 'groups.*', 'roles.assign', 'tokens.*')
    await admin.must('POST', '/groups', { slug: 'bosses', roles: ['admin'] })
    await admin.must('POST', '/groups', { slug: 'own' })
    await admin.must('POST', '/groups', { slug: 'inside', parents: ['bosses'] })
    await admin.must('POST', '/users', { username: 'boss', roles: ['admin'], password: 'the password of the boss' })
    await admin.must('POST', '/users', { username: 'by-group', groups: ['inside'] })
    for (const user of (await admin.must('GET', '/users')).items) ids[user.username] = user.id
    earlier = JSON.stringify([
      await admin.must('GET', '/groups'),
      (await admin.must('GET', '/users')).items.map((user: any) => ({ ...user, updatedAt: '' })),
    ])
  })

  const attacks: Readonly<Record<string, () => readonly [method: string, path: string, body?: object]>> = {
    'gives a user a role': () => ['PATCH', `/users/${ids['bob']}`, { roles: ['admin'] }],
    'gives a new user a role': () => ['POST', '/users', { username: 'eve', roles: ['admin'] }],
    'gives a role that may see more': () => ['PATCH', `/users/${ids['bob']}`, { roles: ['viewer'] }],
    'puts a user into a group of administrators': () => ['PATCH', `/users/${ids['bob']}`, { groups: ['bosses'] }],
    'puts a user into a group inside of one': () => ['PUT', `/groups/inside/members/${ids['bob']}`],
    'makes a user in a group inside of one': () => ['POST', '/users', { username: 'eve', groups: ['inside'] }],
    'puts a group under one of administrators': () => ['PATCH', '/groups/own', { parents: ['bosses'] }],
    'puts a group under one that is inside': () => ['PATCH', '/groups/own', { parents: ['inside'] }],
    'makes a group under one of administrators': () => ['POST', '/groups', { slug: 'new', parents: ['bosses'] }],
    'gives a group a role': () => ['PATCH', '/groups/own', { roles: ['admin'] }],
    'makes a group with a role': () => ['POST', '/groups', { slug: 'new', roles: ['admin'] }],
    'takes the role from the administrators': () => ['PATCH', '/groups/bosses', { roles: [] }],
    'renames the group of the administrators': () => ['PATCH', '/groups/bosses', { name: 'Nobody' }],
    'takes an administrator out of a group': () => ['DELETE', `/groups/inside/members/${ids['by-group']}`],
    'deletes a group of administrators': () => ['DELETE', '/groups/inside'],
    'chooses the password of an administrator': () => ['POST', `/users/${ids['boss']}/password`, { password: 'chosen by somebody else' }],
    'chooses the password of one by a group': () => ['POST', `/users/${ids['by-group']}/password`, { password: 'chosen by somebody else' }],
    'changes the address of an administrator': () => ['PATCH', `/users/${ids['boss']}`, { email: 'eve@evil.tld' }],
    'disables an administrator': () => ['PATCH', `/users/${ids['boss']}`, { enabled: false }],
    'makes a recovery link of an administrator': () => ['POST', `/users/${ids['boss']}/recovery-link`],
    'deletes an administrator': () => ['DELETE', `/users/${ids['boss']}`],
    'makes a token of an administrator': () => ['POST', '/tokens', { name: 'x', user: ids['boss'] }],
    'makes a narrow token of an administrator': () => ['POST', '/tokens', { name: 'x', user: ids['boss'], scopes: ['users.view'] }],
    'makes a token of its own user without its limits': () => ['POST', '/tokens', { name: 'x' }],
    'makes a token of its own user with wider limits': () => ['POST', '/tokens', { name: 'x', scopes: ['events.view'] }],
  }
  for (const [name, attack] of Object.entries(attacks)) {
    test(`somebody who may edit users and groups ${name}: refused, with what is lacking`, async () => {
      const [method, path, body] = attack()
      const { status, body: problem, text } = await helper(method, path, body ? { body } : {})
      assert.equal(status, 403, text)
      assert.equal(problem.code, 'permission-missing')
      assert.ok(problem.permissions.length > 0 && problem.detail.includes(problem.permissions[0]), text)
    })
  }

  test('somebody who may edit users and groups chooses the password of its own user, who may do more: refused, a token proves nothing', async () => {
    const { status, body } = await helper('POST', `/users/${ids['admin']}/password`, { body: { password: 'chosen by a token' } })
    assert.deepEqual([status, body.code], [403, 'proof-needed'])
  })

  test('none of it changed anything, and what is theirs to give they give', async () => {
    const now = JSON.stringify([
      await admin.must('GET', '/groups'),
      (await admin.must('GET', '/users')).items.map((user: any) => ({ ...user, updatedAt: '' })),
    ])
    assert.equal(now, earlier)
    const made = await helper.must('POST', '/users', { username: 'new', groups: ['own', 'staff'] })
    await helper.must('PATCH', '/groups/own', { parents: ['staff'], name: 'Our own' })
    await helper.must('POST', `/users/${made.id}/password`, { password: 'a password that is given' })
    const narrow = await helper.must('POST', '/tokens', { name: 'narrow', scopes: ['users.view'] })
    assert.deepEqual((await helper.as(narrow.token).must('GET', '/me')).permissions, ['users.view'])
  })

  test('a token makes none that would do more than it once its user may do more', async () => {
    await admin.must('POST', '/roles', { slug: 'maker', spec: { name: 'Maker', permissions: ['tokens.create'] } })
    const { id } = await admin.must('POST', '/users', { username: 'rising', roles: ['maker'] })
    const narrow = admin.as((await admin.must('POST', '/tokens', { name: 'narrow', user: id, scopes: ['tokens.create'] })).token)
    for (const scopes of [undefined, null, ['*'], ['tokens.create', 'users.*']]) {
      const { status, text } = await narrow('POST', '/tokens', { body: { name: 'grows', ...(scopes !== undefined && { scopes }) } })
      assert.equal(status, 403, text)
    }
    await narrow.must('POST', '/tokens', { name: 'same', scopes: ['tokens.create'] })
  })

  test('a token makes none that outlives it, for nobody', async () => {
    const expiresAt = new Date(Date.now() + 600_000).toISOString()
    const ending = admin.as((await admin.must('POST', '/tokens', { name: 'ending', expiresAt })).token)
    for (const more of [{}, { expiresAt: null }, { expiresAt }, { user: ids['bob'] }])
      assert.equal((await ending.must('POST', '/tokens', { name: 'same', ...more })).expiresAt, expiresAt)
    const later = new Date(Date.parse(expiresAt) + 1).toISOString()
    const { status, body } = await ending('POST', '/tokens', { body: { name: 'later', expiresAt: later } })
    assert.deepEqual([status, body.code, body.errors[0].pointer], [422, 'outlives-caller', '/expiresAt'])
    assert.ok(body.detail.includes(expiresAt), body.detail)
    const sooner = new Date(Date.parse(expiresAt) - 1000).toISOString()
    assert.equal((await ending.must('POST', '/tokens', { name: 'sooner', expiresAt: sooner })).expiresAt, sooner)
    assert.equal((await admin.must('POST', '/tokens', { name: 'endless' })).expiresAt, null)
  })

  test('a token loses what its user loses, at its next request', async () => {
    const { id } = await admin.must('POST', '/users', { username: 'demoted', roles: ['admin'] })
    const token = admin.as((await admin.must('POST', '/tokens', { name: 'of demoted', user: id })).token)
    assert.equal((await token('GET', '/plugins')).status, 200)
    await admin.must('PATCH', `/users/${id}`, { roles: [] })
    assert.equal((await token('GET', '/plugins')).status, 403)
    await admin.must('PATCH', `/users/${id}`, { enabled: false })
    assert.equal((await token('GET', '/me')).status, 401)
  })
})

describe('nobody gives what they lack by way of the configuration', () => {
  let operator: Api
  before(async () => {
    await admin.must('POST', '/roles', { slug: 'strong', spec: { name: 'Strong', permissions: ['tokens.*'] } })
    await admin.must('POST', '/groups', { slug: 'heads', roles: ['admin'] })
    operator = await withScopes('configuration.*', 'users.*', 'groups.*', 'roles.*', 'flows.*', 'applications.*')
  })
  const enrolment = (settings: object) => ({
    title: 'Enrol',
    designation: 'enrollment',
    steps: [
      { type: 'prompt', with: { title: 'You', fields: [{ key: 'username', label: 'Name', type: 'username' }] } },
      { type: 'user-write', with: { mode: 'create', ...settings } },
    ],
  })
  const star = { 'if-match': '*' }
  const attacks: Readonly<Record<string, (ask: Api) => ReturnType<Api>>> = {
    'a user with a role': (ask) => ask('POST', '/configuration/apply', { body: { version: 1, users: { eve: { roles: ['admin'] } } } }),
    'a user in a group': (ask) => ask('POST', '/configuration/apply', { body: { version: 1, users: { bob: { groups: ['heads'] } } } }),
    'a group in a group': (ask) => ask('POST', '/configuration/apply', { body: { version: 1, groups: { staff: { parents: ['heads'] } } } }),
    'a new group in a group, and a user in that': (ask) =>
      ask('POST', '/configuration/apply', {
        body: { version: 1, groups: { way: { parents: ['heads'] } }, users: { eve: { groups: ['way'] } } },
      }),
    'a group with a role': (ask) => ask('POST', '/configuration/apply', { body: { version: 1, groups: { staff: { roles: ['admin'] } } } }),
    'the address of an administrator': (ask) =>
      ask('POST', '/configuration/apply', { body: { version: 1, users: { admin: { email: 'eve@evil.tld' } } } }),
    'a role that may everything': (ask) => ask('POST', '/roles', { body: { slug: 'mine', spec: { name: 'Mine', permissions: ['*'] } } }),
    'a role, by a document': (ask) =>
      ask('POST', '/configuration/apply', { body: { version: 1, roles: { mine: { name: 'Mine', permissions: ['tokens.view'] } } } }),
    'a stronger role, taken away': (ask) => ask('DELETE', '/roles/strong', { headers: star }),
    'a stronger role, weakened': (ask) => ask('PATCH', '/roles/strong', { body: { spec: { permissions: ['users.view'] } }, headers: star }),
    'a flow that makes administrators': (ask) => ask('POST', '/flows', { body: { slug: 'enrol', spec: enrolment({ roles: ['admin'] }) } }),
    'a flow that makes members': (ask) => ask('POST', '/flows', { body: { slug: 'enrol', spec: enrolment({ groups: ['heads'] }) } }),
    'a kind that is not theirs': (ask) =>
      ask('POST', '/configuration/apply', {
        body: { version: 1, providers: { x: { type: 'oidc', with: { redirectUris: ['https://x.example'], clientType: 'public' } } } },
      }),
    'an earlier revision with other roles': (ask) => ask('POST', '/configuration/rollback', { body: { to: 1 } }),
  }
  for (const [name, attack] of Object.entries(attacks)) {
    test(`${name}: refused, with what is lacking`, async () => {
      const head = (await admin.must('GET', '/configuration/history?limit=1')).items[0].number
      const { status, text, body } = await attack(operator)
      assert.equal(status, 403, text)
      assert.ok(body.permissions.length > 0)
      assert.equal((await admin.must('GET', '/configuration/history?limit=1')).items[0].number, head)
    })
  }

  test('what is theirs to give they give', async () => {
    await operator.must('POST', '/configuration/apply', {
      version: 1,
      groups: { desk: { parents: ['staff'] } },
      users: { eve: { groups: ['desk'] } },
      roles: { desk: { name: 'Desk', permissions: ['users.view'] } },
    })
    await operator.must('POST', '/flows', { slug: 'enrol', spec: enrolment({ roles: ['desk'], groups: ['desk'] }) })
  })

  test('a group that the configuration names is not deleted, and the answer says what names it', async () => {
    const { status, body } = await admin('DELETE', '/groups/desk')
    assert.deepEqual([status, body.code], [409, 'in-use'])
    assert.match(body.detail, /The group "desk" is named by flows\.enrol \(\/steps\/1\/with\/groups\/0\)/)
  })
})

const asked = { type: 'prompt', with: { title: 'Who', fields: [{ key: 'username', type: 'username', required: true }] } }
const makesAdmins = { type: 'user-write', with: { mode: 'create', roles: ['admin'] } }

test('what a flow that gives roles depends on is not for whoever lacks them: flows that it calls, policies of its conditions', async () => {
  const closed = { title: 'Gate', designation: 'enrollment', steps: [{ type: 'deny', when: '!request.ip.in("10.9.9.0/24")' }] }
  const vault = { type: 'expression', with: { expression: 'request.ip.in("10.9.9.0/24")' } }
  await admin.must('POST', '/flows', { slug: 'gate', spec: closed })
  await admin.must('POST', '/policies', { slug: 'vault-only', spec: vault })
  const steps = [{ flow: 'gate' }, { type: 'deny', when: [{ policy: 'vault-only', negate: true }] }, asked, makesAdmins]
  await admin.must('POST', '/flows', { slug: 'enrol-admins', spec: { title: 'Enrol', designation: 'enrollment', steps } })
  const author = await withScopes('flows.*', 'policies.*', 'configuration.*')
  const headers = { 'if-match': '*' }
  const open = { ...vault, with: { expression: 'true' } }
  const { number } = (await admin.must('GET', '/configuration/history?limit=1')).items[0]
  assert.equal((await admin('PATCH', '/policies/vault-only', { body: { spec: { name: 'The vault' } }, headers })).status, 200)
  const attempts: Readonly<Record<string, () => ReturnType<Api>>> = {
    'a flow that it calls': () => author('PUT', '/flows/gate', { body: { spec: { ...closed, steps: [] } }, headers }),
    'another name for it': () => author('PATCH', '/flows/gate', { body: { slug: 'door' }, headers }),
    'a policy that it asks': () => author('PUT', '/policies/vault-only', { body: { spec: open }, headers }),
    'that policy, by a document': () => author('POST', '/configuration/apply', { body: { version: 1, policies: { 'vault-only': open } } }),
    'that policy, as it was': () => author('POST', '/configuration/rollback', { body: { to: number } }),
    'the flow itself, without its step': () => author('PATCH', '/flows/enrol-admins', { body: { spec: { steps: [asked] } }, headers }),
    'the flow itself, gone': () => author('DELETE', '/flows/enrol-admins', { headers }),
    'a shipped one that gives a role': () => author('PUT', '/flows/initial-setup', { body: { spec: closed }, headers }),
  }
  for (const [name, attempt] of Object.entries(attempts)) {
    const { status, body, text } = await attempt()
    assert.equal(status, 403, `${name}: ${text}`)
    assert.match(
      body.detail,
      /^The flow "(enrol-admins|initial-setup)"(, which runs together with (flows\.gate|policies\.vault-only),)? gives the role "admin"/,
      name,
    )
  }
  await author.must('POST', '/policies', { slug: 'free', spec: vault })
  assert.equal((await author('PUT', '/policies/free', { body: { spec: open }, headers })).status, 200)
})
