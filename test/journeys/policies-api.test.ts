import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { claimsOf, relyingParty } from '../kit/relying-party.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const any = { headers: { 'if-match': '*' } }
const corporate = (expression: string) => ({ type: 'expression', with: { expression } })
const tokenWith = async (...scopes: readonly string[]) => admin.as((await admin.must('POST', '/tokens', { name: 'x', scopes })).token)

test('a policy is made, bound, changed, renamed with what names it, and deleted when nothing does', async () => {
  const made = await admin('POST', '/policies', { body: { slug: 'corporate', spec: corporate('user.isInGroup("staff")') } })
  assert.deepEqual([made.status, made.headers.get('location')], [201, '/api/v1/policies/corporate'], made.text)
  const bound = await admin('PATCH', '/applications/wiki', { body: { spec: { access: [{ policy: 'corporate' }] } }, ...any })
  assert.equal(bound.status, 200, bound.text)
  const wiki = relyingParty(server.url)
  const [ada, bob] = [new Client(server.url), new Client(server.url)]
  assert.ok((await signIn(ada, people.ada, wiki.start())).to, 'who is in the group gets in')
  assert.equal((await signIn(bob, people.bob, wiki.start())).status, 403)

  const changed = await admin('PATCH', '/policies/corporate', { body: { spec: corporate('user.username === "bob"') }, ...any })
  assert.equal(changed.status, 200, changed.text)
  assert.deepEqual([(await ada.open(wiki.start())).status, (await bob.open(wiki.start())).to === undefined], [403, false])

  const renamed = await admin('PATCH', '/policies/corporate', { body: { slug: 'office' }, ...any })
  assert.deepEqual([renamed.status, (await admin.must('GET', '/applications/wiki')).spec.access], [200, [{ policy: 'office' }]])
  const used = await admin('DELETE', '/policies/office', any)
  assert.deepEqual([used.status, used.body.code], [422, 'invalid-configuration'])
  await admin('PATCH', '/applications/wiki', { body: { spec: { access: null } }, ...any })
  assert.equal((await admin('DELETE', '/policies/office', any)).status, 204)
})

test('an expression that is wrong changes nothing, and says where and what was meant', async () => {
  const wrong = await admin('POST', '/policies', { body: { slug: 'wrong', spec: corporate('user.isInGroup("a") and true') } })
  assert.deepEqual([wrong.status, wrong.body.errors[0].pointer], [422, '/spec/with/expression'], wrong.text)
  assert.match(wrong.body.detail, /did you mean `user\.isInGroup\("a"\) && true`\?/)
  assert.equal((await admin('GET', '/policies/wrong')).status, 404)
})

test('a scope mapping is made, tells its claims at the next sign-in, and is changed and deleted', async () => {
  const spec = { scope: 'profile', inTokens: true, claims: { tenant: { value: 'acme' }, staff: { expression: 'user.isInGroup("staff")' } } }
  const made = await admin('POST', '/scopeMappings', { body: { slug: 'tenant', spec } })
  assert.equal(made.status, 201, made.text)
  const wiki = relyingParty(server.url)
  const claims = async () => {
    const page = await signIn(new Client(server.url), people.ada, wiki.start({ scope: 'openid profile' }))
    const { tenant, staff } = claimsOf((await wiki.redeem(wiki.answerOf(page)['code'] ?? '')).json().id_token)
    return { tenant, staff }
  }
  assert.deepEqual(await claims(), { tenant: 'acme', staff: true })
  const changed = await admin('PATCH', '/scopeMappings/tenant', {
    body: { spec: { claims: { tenant: { value: 'globex' }, staff: null } } },
    ...any,
  })
  assert.equal(changed.status, 200, changed.text)
  assert.deepEqual(await claims(), { tenant: 'globex', staff: undefined })
  const reserved = await admin('PATCH', '/scopeMappings/tenant', { body: { spec: { claims: { sub: { value: 'x' } } } }, ...any })
  assert.deepEqual([reserved.status, reserved.body.errors[0].pointer], [422, '/spec/claims/sub'], reserved.text)
  assert.equal((await admin('DELETE', '/scopeMappings/tenant', any)).status, 204)
  assert.deepEqual(await claims(), { tenant: undefined, staff: undefined })
})

test('an expression is checked while it is written, and tried on a user and an address', async () => {
  const { types } = await admin.must('GET', '/expressions/types')
  assert.match(types, /declare const user: /)
  const check = (expression: string, more: object = {}) => admin.must('POST', '/expressions/check', { expression, ...more })
  assert.deepEqual(await check('user.isInGroup("staff")'), { problems: [] })
  const [unknown] = (await check('true &&\n  usr.name === "x"')).problems
  assert.deepEqual([unknown.line, unknown.column], [2, 3])
  assert.match(unknown.detail, /did you mean "user"/)
  assert.equal(unknown.suggestion, 'true &&\n  user.name === "x"')
  const suggested = async (expression: string) => (await check(expression)).problems.map((problem: any) => problem.suggestion)
  assert.deepEqual(await suggested('user.isInGroup("a") and true'), ['user.isInGroup("a") && true'])
  assert.deepEqual(await suggested('true && user.group.includes("a")'), ['true && user.groups.includes("a")'])
  assert.deepEqual(await suggested('!(8 <= now.getHours() < 18)'), ['!(8 <= now.getHours() && now.getHours() < 18)'])
  assert.deepEqual(await suggested('user.groups == []'), [undefined])

  const office = 'user.isInGroup("staff") &&\n  request.ip.in("10.0.0.0/8")'
  const revision = (await admin.must('GET', '/configuration/history?limit=1')).items[0].number
  assert.equal((await check(office, { try: { user: 'ada', ip: '10.1.2.3' } })).tried.said, 'yes')
  assert.deepEqual((await check(office, { try: { user: 'ada', ip: '192.0.2.1' } })).tried, {
    said: 'no',
    detail: 'request.ip.in("10.0.0.0/8") is false',
    line: 2,
    column: 3,
  })
  assert.match((await check(office, { try: { user: 'bob@example.com' } })).tried.detail, /^user\.isInGroup\("staff"\) is false$/)
  const nobody = await check(office, { try: {} })
  assert.equal(nobody.tried.said, 'failed')
  assert.match((await check('"yes"', { try: {} })).tried.detail, /neither true nor false/)
  assert.equal((await admin.must('GET', '/configuration/history?limit=1')).items[0].number, revision)

  const refused = async (tried: object) => (await admin('POST', '/expressions/check', { body: { expression: office, try: tried } })).body
  assert.match((await refused({ user: 'adaa' })).detail, /there is no user "adaa"/)
  assert.match((await refused({ ip: '300.1.1.1' })).detail, /"300\.1\.1\.1" is not an IP address/)
})

test('who may write policies and no more has expressions checked, and tries none on anybody', async () => {
  const expression = 'user.email === "ada@example.com"'
  const missing = async (api: Api, tried: object) => {
    const { status, body } = await api('POST', '/expressions/check', { body: { expression, try: tried } })
    return [status, body.permissions]
  }
  const editor = await tokenWith('policies.edit')
  assert.deepEqual(await editor.must('POST', '/expressions/check', { expression }), { problems: [] })
  assert.deepEqual(await missing(editor, {}), [403, ['flows.simulate']])
  const simulating = await tokenWith('policies.edit', 'flows.simulate')
  assert.deepEqual(await missing(simulating, { user: 'ada' }), [403, ['users.view']])
  assert.deepEqual(await missing(simulating, {}), [200, undefined])
  for (const tried of [{ user: 'ada' }, { answers: { identifier: 'ada' } }]) {
    const { status, body } = await simulating('POST', '/flows/default-authentication/simulate', { body: tried })
    assert.deepEqual([status, body.permissions], [403, ['users.view']])
  }
  assert.equal((await simulating('POST', '/flows/default-authentication/simulate', { body: {} })).status, 200)
})
