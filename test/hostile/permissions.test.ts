import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { permissions } from '../../core/access/permissions.ts'
import { openDatabase } from '../../core/data/database.ts'
import { checkOf, closed, type Schema } from '../../core/configuration/schema.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked } from './attack.ts'
import { table } from './routes.ts'

type Operation = {
  readonly route: string
  readonly method: string
  readonly path: string
  readonly permission: string
  readonly others: string | undefined
}

let server: TestServer
const device = randomUUIDv7()
let browser: string
/** What each route says it answers with. */
const schemas = new Map<string, object>()
let admin: Api
let routes: readonly Operation[]
let ada: { readonly id: string; readonly token: string; readonly session: string }
let bob: Api
let viewer: Api
let expired: Api
const without = new Map<string, Api>()

const tokenOf = async (user: string, more: object = {}) =>
  (await admin.must('POST', '/tokens', { name: 'matrix', user, ...more })) as { id: string; token: string }

before(async () => {
  server = await startServer({ apply: attacked(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
  const { paths } = await admin.must('GET', '/openapi.json')
  routes = Object.entries(paths as Record<string, Record<string, any>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path.slice('/api/v1'.length)}`,
      method: method.toUpperCase(),
      path: path.slice('/api/v1'.length),
      permission: operation['x-permission'],
      others: operation['x-others'],
    })),
  )
  for (const [path, methods] of Object.entries(paths as Record<string, Record<string, any>>))
    for (const [method, { responses }] of Object.entries(methods)) {
      const schema = (responses[200] ?? responses[201])?.content?.['application/json']?.schema
      if (schema) schemas.set(`${method.toUpperCase()} ${path.slice('/api/v1'.length)}`, schema)
    }
  const { items } = await admin.must('GET', '/users')
  const idOf = (username: string) => items.find((user: any) => user.username === username).id
  const adasToken = await tokenOf(idOf('ada'))
  bob = admin.as((await tokenOf(idOf('bob'))).token)
  const { id } = await admin.must('POST', '/users', { username: 'vera', roles: ['viewer'] })
  viewer = admin.as((await tokenOf(id)).token)
  expired = admin.as((await tokenOf(idOf('admin'), { expiresAt: new Date(Date.now() + 1000).toISOString() })).token)
  for (const missing of permissions) {
    const scopes = permissions.filter((permission) => permission !== missing)
    without.set(missing, admin.as((await tokenOf(idOf('admin'), { scopes })).token))
  }
  without.set('all', admin.as((await tokenOf(idOf('admin'), { scopes: [] })).token))
  // The last of all, so that her sign-in is on the first page of the events.
  await signIn(new Client(server.url), people.ada)
  const sessions = await admin.must('GET', '/sessions')
  const session = sessions.items.find(({ user }: { readonly user: string }) => user === idOf('ada')).id
  ada = { ...adasToken, id: idOf('ada'), session }
  const database = await openDatabase({ url: server.databaseUrl })
  const at = Date.now()
  await database.sql
    .insertInto('consents')
    .values({ user_id: ada.id, application: 'wiki', scopes: '["openid"]', created_at: at, updated_at: at })
    .execute()
  // Something that nobody can open any more is listed, and can be removed.
  await database.sql
    .insertInto('devices')
    .values({ id: device, user_id: ada.id, kind: 'totp', key: null, name: '', sealed: '', version: 1, created_at: at, last_used_at: null })
    .execute()
  await database.sql
    .updateTable('browser_users')
    .set({ trusted_at: at, trusted_until: at + 3_600_000 })
    .where('user_id', '=', ada.id)
    .execute()
  await database.close()
  browser = (await admin.must('GET', `/trusted-browsers?user=${ada.id}`)).items[0].id
  await new Promise((resolve) => setTimeout(resolve, 1100))
})
after(() => server?.stop())

/** Real objects that are not the caller's own: ada's, and ones that are there. */
const filled = (path: string): string =>
  path
    .replace(/^\/tokens\/\{id\}/, `/tokens/${adaToken()}`)
    .replace(/^\/devices\/\{id\}/, `/devices/${device}`)
    .replace(/^\/trusted-browsers\/\{id\}/, `/trusted-browsers/${browser}`)
    .replace(/^\/consents\/\{id\}/, `/consents/${ada.id}.wiki`)
    .replace('{id}', path.startsWith('/users') ? ada.id : ada.session)
    .replace('{user}', ada.id)
    .replace('{slug}', path.startsWith('/groups') ? 'staff' : 'wiki')
const adaToken = () => ada.token.split('_')[1]!.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** A body that changes nothing, whoever sends it: it is refused behind the permission. */
const bodyOf = ({ method, route }: Operation): { readonly body?: unknown } => {
  if (method === 'GET' || method === 'DELETE') return {}
  if (route === 'POST /tokens') return { body: { name: '', user: ada.id } }
  // Both are read before it is known whose they are.
  return { body: route === 'PUT /users/{id}/avatar' ? { data: 'AAAA' } : { 'no such field': 1 } }
}
const call = async (api: Api, operation: Operation) => api(operation.method, filled(operation.path), bodyOf(operation))

/** Let through: whatever came of it then. */
const assertAllowed = async (who: string, api: Api, operation: Operation) => {
  const { status, text } = await call(api, operation)
  assert.ok(status !== 401 && status !== 403 && status !== 405 && status < 500, `${who}: ${operation.route}: ${status} ${text}`)
}
const assertStatus = async (who: string, api: Api, operation: Operation, expected: number) => {
  const { status, text } = await call(api, operation)
  assert.equal(status, expected, `${who}: ${operation.route}: ${text}`)
}

test('every route has its entry, and every entry its route', () => {
  const told = Object.fromEntries(
    routes.map(({ route, permission, others }) => [
      route,
      permission === 'signed-in' ? (others === undefined ? 'known' : others) : permission,
    ]),
  )
  const written = Object.fromEntries(Object.entries(table).map(([route, entry]) => [route, entry.split(' ').at(-1)]))
  assert.deepEqual(told, written)
})

test('strangers, and tokens that are over, are told nothing by any route', async () => {
  for (const operation of routes.filter(({ permission }) => permission !== 'public')) {
    await assertStatus('a stranger', admin.as(undefined), operation, 401)
    await assertStatus('an expired token', expired, operation, 401)
  }
})

test('a stranger is let through to what is public, and to nothing else', async () => {
  for (const operation of routes.filter(({ permission }) => permission === 'public'))
    await assertAllowed('a stranger', admin.as(undefined), operation)
})

test('every list and object is what the description says', async () => {
  for (const operation of routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'))) {
    const path = operation.path === '/configuration/diff' ? `${operation.path}?from=0` : operation.path
    const body = await admin.must('GET', path)
    const schema = schemas.get(operation.route)
    assert.ok(schema, operation.route)
    const checked = checkOf(closed(schema as Schema))(body)
    assert.deepEqual('problems' in checked ? checked.problems : [], [], operation.route)
    const { items } = body
    const [key] = ['slug', 'id'].filter((name) => routes.some(({ route }) => route === `GET ${operation.path}/{${name}}`))
    if (!key || !items?.[0]) continue
    const object = await admin.must('GET', `${operation.path}/${encodeURIComponent(items[0][key])}`)
    const single = checkOf(closed(schemas.get(`GET ${operation.path}/{${key}}`) as Schema))(object)
    assert.deepEqual('problems' in single ? single.problems : [], [], `${operation.route}/{${key}}`)
  }
})

describe('what changes nothing goes first, what deletes last:', () => {
  const order = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

  test('who has no role is let through to what is their own', async () => {
    for (const operation of routes) {
      const entry = table[operation.route] ?? ''
      const [word = ''] = entry.split(' ')
      if (word === 'known' || word === 'public') await assertAllowed('bob', bob, operation)
      else if (word === 'own') {
        const usersIn = async (api: Api): Promise<readonly string[]> => {
          const { items } = await api.must(operation.method, operation.path)
          return items.map((item: any) => item.user ?? item.id)
        }
        assert.ok((await usersIn(admin)).includes(ada.id), `${operation.route} has something of ada's`)
        assert.ok(!(await usersIn(bob)).includes(ada.id), `${operation.route} shows somebody else's`)
      } else if (operation.route !== 'POST /tokens') await assertStatus('bob', bob, operation, /^\d/.test(word) ? Number(word) : 403)
    }
    const foreign = await bob('POST', '/tokens', { body: { name: 'x', user: ada.id } })
    assert.deepEqual([foreign.status, foreign.body.permissions], [403, ['tokens.create']])
  })

  test('a viewer sees everything and changes nothing but what is their own', async () => {
    for (const operation of routes) {
      const needed = operation.others ?? operation.permission
      if (operation.method === 'GET' || table[operation.route] === 'known') await assertAllowed('the viewer', viewer, operation)
      else if (operation.route !== 'POST /tokens' && operation.permission !== 'public') {
        const { status } = await call(viewer, operation)
        const expected = needed.endsWith('.view') || operation.permission !== 'signed-in' ? 403 : [403, 404]
        assert.ok([expected].flat().includes(status), `the viewer: ${operation.route}: ${status}`)
      }
    }
  })

  test('a token whose scopes are all but the one that is needed is refused, and told which', async () => {
    for (const operation of routes) {
      const needed = operation.others ?? operation.permission
      if (needed === 'signed-in' || needed === 'public') {
        await assertAllowed('a token without scopes', without.get('all')!, operation)
        continue
      }
      const body = operation.route === 'POST /tokens' ? { body: { name: 'x', user: ada.id, scopes: [] } } : bodyOf(operation)
      const answer = await without.get(needed)!(operation.method, filled(operation.path), body)
      assert.equal(answer.status, 403, `${operation.route}: ${answer.text}`)
      assert.deepEqual(answer.body.permissions, [needed], operation.route)
      const none = await without.get('all')!(operation.method, filled(operation.path), body)
      assert.equal(none.status, 403, `${operation.route} without any scope: ${none.text}`)
    }
  })

  test('an administrator is let through everywhere', async () => {
    for (const operation of routes.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method)))
      await assertAllowed('the administrator', admin, operation)
  })
})

test('who may delete users, groups or images is not told of objects that they may not see, only how many name one', async () => {
  const { id } = await admin.must('POST', '/users', { username: 'named' })
  await admin.must('POST', '/groups', { slug: 'named' })
  for (const slug of ['hidden-payroll', 'hidden-board'])
    await admin.must('POST', '/applications', {
      slug,
      spec: { name: 'P', access: { mode: 'any', bindings: [{ user: 'named' }, { group: 'named' }] } },
    })
  const withScopes = async (...scopes: readonly string[]) => admin.as((await admin.must('POST', '/tokens', { name: 'x', scopes })).token)
  for (const path of [`/users/${id}`, '/groups/named']) {
    const blind = await (await withScopes('users.delete', 'groups.delete'))('DELETE', path)
    assert.deepEqual([blind.status, blind.body.code], [409, 'in-use'])
    assert.match(blind.body.detail, /"named" is named by 2 places that you may not see; change that first/)
    const seeing = await (await withScopes('users.delete', 'groups.delete', 'applications.view'))('DELETE', path)
    assert.match(seeing.body.detail, /is named by applications\.hidden-\w+ \(\/access\/bindings\/\d\/\w+\) and applications\.hidden-\w+ /)
  }
  const renamed = await (await withScopes('users.edit', 'users.view'))('PATCH', `/users/${id}`, { body: { username: 'other' } })
  assert.equal(renamed.status, 409, renamed.text)
  assert.doesNotMatch(renamed.text, /hidden/)
})

test('who may edit something and not see it reads nothing of it by a change, a plan or a document', async () => {
  const secretive = { name: 'Quiet', launchUrl: 'https://quiet.example/place' }
  await admin.must('POST', '/applications', { slug: 'quiet', spec: secretive })
  await admin.must('POST', '/groups', { slug: 'quiet', name: 'Quiet' })
  const { id } = await admin.must('POST', '/users', { username: 'quiet', email: 'quiet@quiet.example' })
  const scopes = ['applications.edit', 'groups.edit', 'users.edit', 'configuration.apply']
  const editor = admin.as((await admin.must('POST', '/tokens', { name: 'x', scopes })).token)
  const headers = { 'if-match': '*' }
  for (const path of ['/applications/quiet', '/groups/quiet', `/users/${id}`]) {
    const { status, text, headers: told } = await editor('PATCH', path, { body: {}, headers })
    assert.deepEqual([status, text], [204, ''], path)
    const { status: seen, headers: now, text: body } = await admin('GET', path)
    assert.deepEqual([seen, told.get('etag')], [200, now.get('etag')], path)
    assert.match(body, /quiet/)
  }
  const spec = { name: 'Loud', launchUrl: 'https://loud.example/' }
  const plans = [
    await editor('PUT', '/applications/quiet?dryRun=true', { body: { spec }, headers }),
    await editor('PATCH', '/applications/quiet?dryRun=true', { body: { spec }, headers }),
    await editor('POST', '/configuration/apply?plan=true', { body: { version: 1, applications: { quiet: spec } } }),
  ]
  for (const { status, body, text } of plans) {
    assert.equal(status, 200, text)
    assert.deepEqual(body.changes[0].fields, [{ pointer: '/launchUrl' }, { pointer: '/name' }])
  }
  const seeing = admin.as((await admin.must('POST', '/tokens', { name: 'x', scopes: ['applications.edit', 'applications.view'] })).token)
  assert.match((await seeing('PATCH', '/applications/quiet', { body: {}, headers })).text, /quiet\.example/)
})

test('what is wrong is told without names of what one may not see: no guesses, no lists, no uses, and no drafts about people', async () => {
  const condition = (binding: object) => ({ mode: 'any', bindings: [binding] })
  await admin.must('POST', '/groups', { slug: 'secretgroup' })
  const { id } = await admin.must('POST', '/users', { username: 'secretuser' })
  await admin.must('POST', '/roles', { slug: 'secretrole', spec: { name: 'S', permissions: [] } })
  await admin.must('POST', '/policies', { slug: 'secretpolicy', spec: { type: 'expression', with: { expression: 'true' } } })
  await admin.must('POST', '/applications', { slug: 'secretapp', spec: { name: 'S', access: condition({ policy: 'secretpolicy' }) } })
  const withScopes = async (...scopes: readonly string[]) => admin.as((await admin.must('POST', '/tokens', { name: 'x', scopes })).token)
  const blind = await withScopes(
    'applications.create',
    'flows.simulate',
    'configuration.apply',
    'users.edit',
    'roles.assign',
    'policies.delete',
  )
  const draft = (binding: object) => ({ spec: { title: 'D', designation: 'enrollment', steps: [{ type: 'deny', when: [binding] }] } })
  const bindings = [{ user: 'secretusr' }, { group: 'secretgrp' }, { role: 'secretrol' }, { role: 'x' }, { policy: 'secretplicy' }]
  const attempts: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ...bindings.map((binding) => ['POST', '/applications', { slug: 'n', spec: { name: 'N', access: condition(binding) } }] as const),
    ...bindings.slice(2).map((binding) => ['POST', '/flows/new/simulate', draft(binding)] as const),
    ['POST', '/configuration/apply?plan=true', { version: 1, applications: { n: { name: 'N', provider: 'wik' } } }],
    ['POST', '/flows/default-authentication/simulate', { application: 'secretap' }],
    ['POST', '/flows/default-authenticatio/simulate', {}],
    ['PATCH', `/users/${id}`, { roles: ['secretrol'] }],
    ['DELETE', '/policies/secretpolicy'],
  ]
  const headers = { 'if-match': '*' }
  for (const [method, path, body] of attempts) {
    const { status, text } = await blind(method, path, { ...(body !== undefined && { body }), headers })
    assert.equal(status, 422, `${path} ${JSON.stringify(body)}: ${text}`)
    assert.doesNotMatch(text, /did you mean|there are|secret(?:user|group|role|app)|admin/, JSON.stringify(body))
    const { text: whole } = await admin(method, path, { ...(body !== undefined && { body }), headers })
    assert.match(whole, /did you mean|there are|secretapp/, JSON.stringify(body))
  }
  for (const [binding, permission] of [
    [{ user: 'secretuser' }, 'users.view'],
    [{ group: 'nobody' }, 'groups.view'],
  ] as const) {
    const { status, body } = await blind('POST', '/flows/new/simulate', { body: draft(binding) })
    assert.deepEqual([status, body.permissions], [403, [permission]])
  }
})
