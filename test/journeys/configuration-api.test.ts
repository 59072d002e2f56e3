import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf, sendLarge } from '../kit/api.ts'
import { configuration, wiki } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const discovery = async (slug: string) => (await fetch(`${server.url}/application/o/${slug}/.well-known/openid-configuration`)).status
const redirectUris = ['http://127.0.0.1/shop']
const etagOf = async (path: string) => (await admin('GET', path)).headers.get('etag') ?? ''

test('a confidential client is made without a secret, gets one that is told once, and works at the next request', async () => {
  assert.equal(await discovery('shop'), 404)
  const made = await admin('POST', '/providers', { body: { slug: 'shop', spec: { type: 'oidc', with: { redirectUris } } } })
  assert.equal(made.status, 201, made.text)
  const secret: string = made.body.generated['/spec/with/clientSecret']
  assert.match(secret, /^[\w-]{43}$/)
  assert.equal(made.headers.get('location'), '/api/v1/providers/shop')
  assert.equal(await discovery('shop'), 200)
  const client = { client_id: 'shop', client_secret: secret, grant_type: 'refresh_token', refresh_token: 'x' }
  const ask = async (body: Record<string, string>) =>
    (
      (await (await fetch(`${server.url}/application/o/token/`, { method: 'POST', body: new URLSearchParams(body) })).json()) as {
        error: string
      }
    ).error
  assert.deepEqual([await ask(client), await ask({ ...client, client_secret: `${secret}x` })], ['invalid_grant', 'invalid_client'])

  const shown = await admin('GET', '/providers/shop')
  assert.ok(!shown.text.includes(secret))
  assert.ok(shown.body.spec.with.clientSecret.$keep)
  const again = await admin('POST', '/providers', { body: { slug: 'shop', spec: {} } })
  assert.deepEqual([again.status, again.body.code], [409, 'slug-taken'])

  const kept = await admin('PUT', '/providers/shop', {
    body: { spec: { ...shown.body.spec, name: 'The Shop' } },
    headers: { 'if-match': shown.headers.get('etag') ?? '' },
  })
  assert.equal(kept.status, 200, kept.text)
  assert.equal(await ask(client), 'invalid_grant', 'the secret that was read as $keep is kept')
})

test('a change says which version it was made for, and one that came too late changes nothing', async () => {
  const etag = await etagOf('/applications/wiki')
  const none = await admin('PATCH', '/applications/wiki', { body: { spec: { description: 'x' } } })
  assert.deepEqual([none.status, none.body.code], [428, 'version-required'])
  const first = await admin('PATCH', '/applications/wiki', {
    body: { spec: { description: 'Notes of all' } },
    // As a proxy that compresses answers gives it on.
    headers: { 'if-match': `W/${etag}` },
  })
  assert.deepEqual([first.status, first.body.spec.description, first.body.spec.name], [200, 'Notes of all', 'The Wiki'])
  const late = await admin('PATCH', '/applications/wiki', { body: { spec: { description: 'late' } }, headers: { 'if-match': etag } })
  assert.deepEqual([late.status, late.body.code], [412, 'changed-meanwhile'])
  const any = await admin('PATCH', '/applications/wiki', { body: { spec: { description: null } }, headers: { 'if-match': '*' } })
  assert.deepEqual([any.status, any.body.spec.description], [200, undefined])
  const cached = await admin('GET', '/applications/wiki', { headers: { 'if-none-match': any.headers.get('etag') ?? '' } })
  assert.equal(cached.status, 304)

  const current = await etagOf('/applications/wiki')
  const raced = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) =>
      admin('PATCH', '/applications/wiki', { body: { spec: { description: name } }, headers: { 'if-match': current } }),
    ),
  )
  assert.deepEqual(raced.map(({ status }) => status).toSorted(), [200, 412, 412, 412])
})

test('a dry run plans, and changes nothing', async () => {
  const { revision } = await admin.must('GET', '/applications/notes')
  const planned = await admin('PATCH', '/applications/notes?dryRun=true', {
    body: { spec: { name: 'Jottings' } },
    headers: { 'if-match': '*' },
  })
  assert.equal(planned.status, 200, planned.text)
  assert.deepEqual(planned.body.changes, [
    { kind: 'applications', slug: 'notes', change: 'update', fields: [{ pointer: '/name', before: 'Notes', after: 'Jottings' }] },
  ])
  assert.equal((await admin.must('GET', '/applications/notes')).revision, revision)
  const created = await admin('POST', '/applications?dryRun=true', { body: { slug: 'new', spec: { name: 'New' } } })
  assert.deepEqual([created.status, created.body.changes[0].change], [200, 'create'])
  assert.equal((await admin('GET', '/applications/new')).status, 404)
})

test('what is wrong is told with its place and what was probably meant, and changes nothing', async () => {
  const wrong = await admin('PATCH', '/applications/wiki', { body: { spec: { provider: 'wki' } }, headers: { 'if-match': '*' } })
  assert.deepEqual([wrong.status, wrong.body.code, wrong.body.errors[0].pointer], [422, 'invalid-configuration', '/spec/provider'])
  assert.match(wrong.body.detail, /there is no provider "wki"; did you mean "wiki"\?/)
  const reference = await admin('PATCH', '/providers/wiki', {
    body: { spec: { with: { clientSecret: { $env: 'HOME' } } } },
    headers: { 'if-match': '*' },
  })
  assert.equal(reference.status, 422)
  assert.match(reference.body.detail, /\$env and \$file are read where a file is read, not from a request/)
  for (const uri of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd']) {
    const refused = await admin('POST', '/providers', { body: { slug: 'bad', spec: { type: 'oidc', with: { redirectUris: [uri] } } } })
    assert.equal(refused.status, 422, uri)
    assert.ok(
      refused.body.errors.some((error: any) => error.pointer === '/spec/with/redirectUris/0'),
      refused.text,
    )
  }
  assert.equal((await admin('GET', '/providers/bad')).status, 404)
})

test('an object is renamed with what refers to it, and one that is referred to is not deleted', async () => {
  const renamed = await admin('PATCH', '/providers/notes', { body: { slug: 'jottings' }, headers: { 'if-match': '*' } })
  assert.deepEqual([renamed.status, renamed.body.slug], [200, 'jottings'], renamed.text)
  assert.equal((await admin.must('GET', '/applications/notes')).spec.provider, 'jottings')
  const used = await admin('DELETE', '/providers/jottings', { headers: { 'if-match': '*' } })
  assert.equal(used.status, 422, used.text)
  assert.match(used.text, /applications|notes/)
  assert.equal((await admin('DELETE', '/applications/notes', { headers: { 'if-match': '*' } })).status, 204)
  assert.equal((await admin('DELETE', '/providers/jottings', { headers: { 'if-match': '*' } })).status, 204)
})

test('what is shipped is shown, replaced and comes back, and is not deleted', async () => {
  const path = '/flows/default-authentication'
  const shipped = await admin('GET', path)
  assert.deepEqual([shipped.body.layer, shipped.body.revision, shipped.headers.get('etag')], ['shipped', 0, '"0"'])
  assert.equal((await admin('DELETE', path, { headers: { 'if-match': '*' } })).body.code, 'shipped')
  const put = await admin('PUT', path, { body: { spec: { ...shipped.body.spec, title: 'Come in' } }, headers: { 'if-match': '"0"' } })
  assert.deepEqual([put.status, put.body.layer, put.body.spec.title], [200, 'stored', 'Come in'], put.text)
  assert.equal((await admin('DELETE', path, { headers: { 'if-match': put.headers.get('etag') ?? '' } })).status, 204)
  assert.equal((await admin.must('GET', path)).layer, 'shipped')
})

test('a document is planned, applied, applied again without a change, exported and rolled back', async () => {
  const yaml = { 'content-type': 'application/yaml' }
  const document = `version: 1
groups: { by-api: { parents: [staff] } }
roles: { helpdesk: { name: Helpdesk, permissions: [users.view, users.recover] } }
applications:
  link: { name: A link, launchUrl: https://example.com }
`
  const plan = await admin('POST', '/configuration/apply?plan=true', { body: document, headers: yaml })
  assert.deepEqual(plan.body.changes.map((change: any) => `${change.change} ${change.kind}.${change.slug}`).toSorted(), [
    'create applications.link',
    'create groups.by-api',
    'create roles.helpdesk',
  ])
  assert.equal((await admin('GET', '/applications/link')).status, 404)
  const { revision: earlier } = (await admin('POST', '/configuration/apply', { body: 'version: 1\n', headers: yaml })).body
  const applied = await admin('POST', '/configuration/apply?message=by+hand', { body: document, headers: yaml })
  assert.deepEqual([applied.status, applied.body.revision], [200, earlier + 1], applied.text)
  const again = await admin('POST', '/configuration/apply', { body: document, headers: yaml })
  assert.deepEqual([again.body.changes, again.body.revision], [[], earlier + 1])
  const asJson = await admin('POST', '/configuration/apply', {
    body: { version: 1, applications: { link: { name: 'Other', launchUrl: 'https://example.com' } } },
  })
  assert.equal(asJson.body.changes.length, 1, asJson.text)

  const exported = await admin('GET', '/configuration/export?format=yaml&directory=true')
  assert.match(exported.headers.get('content-type') ?? '', /^application\/yaml/)
  assert.match(exported.text, /^version: 1\n/)
  for (const expected of ['helpdesk', 'by-api', 'ada', '$keep']) assert.ok(exported.text.includes(expected), expected)
  assert.ok(!exported.text.includes(wiki.clientSecret))
  const back = await admin('POST', '/configuration/apply', { body: exported.text, headers: yaml })
  assert.deepEqual(back.body.changes, [], back.text)

  const { items } = await admin.must('GET', '/configuration/history?limit=2')
  assert.deepEqual(
    [items.length, items[1].message, items[0].actor.type, items[0].actor.name],
    [2, 'by hand', 'token', 'SLUICE_BOOTSTRAP_TOKEN'],
  )
  const all: number[] = []
  for (let cursor = ''; ;) {
    const page = await admin.must('GET', `/configuration/history?limit=3${cursor}`)
    all.push(...page.items.map((item: any) => item.number))
    if (page.next === null) break
    cursor = `&cursor=${page.next}`
  }
  assert.deepEqual(
    all,
    Array.from({ length: all.length }, (_, index) => all.length - index),
  )
  const diff = await admin.must('GET', `/configuration/diff?from=${earlier}`)
  assert.deepEqual(diff.changes.map((change: any) => change.slug).toSorted(), ['helpdesk', 'link'])
  assert.deepEqual(await admin.must('GET', `/configuration/history/${all[0]}`), items[0])
  assert.equal((await admin('GET', `/configuration/history/${all[0]! + 1}`)).status, 404)
  const { applications } = await admin.must('GET', `/configuration/export?revision=${earlier + 1}`)
  assert.equal(applications.link.name, 'A link')
  assert.equal((await admin.must('GET', `/configuration/export?revision=${earlier}`)).applications.link, undefined)
  assert.equal((await admin('GET', '/configuration/export?revision=9999')).body.code, 'no-such-revision')
  const planned = await admin.must('POST', '/configuration/rollback', { to: earlier, plan: true })
  assert.deepEqual(
    planned.changes.map((change: any) => change.change),
    ['delete', 'delete'],
  )
  assert.equal((await admin('GET', '/applications/link')).status, 200)
  assert.equal((await admin('POST', '/configuration/rollback', { body: { to: earlier, head: earlier } })).status, 409)
  assert.equal((await admin('POST', '/configuration/rollback', { body: { to: 9999 } })).body.code, 'no-such-revision')
  await admin.must('POST', '/configuration/rollback', { to: earlier, message: 'it was wrong' })
  assert.equal((await admin('GET', '/applications/link')).status, 404)
  assert.match((await admin.must('GET', '/configuration/history?limit=1')).items[0].message, /revision \d+: it was wrong$/)
})

test('applying makes secrets only where that is asked for, in the same commit, and tells them once', async () => {
  const body = {
    version: 1,
    providers: { made: { type: 'oidc', with: { redirectUris: ['https://made.example.com/callback'] } } },
    applications: { made: { name: 'Made', provider: 'made' } },
  }
  const refused = await admin('POST', '/configuration/apply', { body })
  assert.deepEqual([refused.status, refused.body.errors[0].pointer], [422, '/providers/made/with/clientSecret'])
  const plan = await admin('POST', '/configuration/apply?generate=true&plan=true', { body })
  assert.deepEqual([plan.status, plan.body.changes.length, plan.body.generated], [200, 2, undefined], plan.text)
  const { revision, generated } = (await admin('POST', '/configuration/apply?generate=true', { body })).body
  assert.match(generated['/providers/made/with/clientSecret'], /^[\w-]{43}$/)
  const [last] = (await admin.must('GET', '/configuration/history?limit=1')).items
  assert.deepEqual([last.number, last.changes.length], [revision, 2])
  for (const kind of ['applications', 'providers'])
    assert.equal((await admin('DELETE', `/${kind}/made`, { headers: { 'if-match': '*' } })).status, 204)
})

test('a document with mistakes changes nothing and tells every one, with line and column', async () => {
  const document = 'version: 1\napplications:\n  one: { name: One }\n  two: { nmae: Two }\n  three: { name: Three, provider: wki }\n'
  const { status, body, text } = await admin('POST', '/configuration/apply', {
    body: document,
    headers: { 'content-type': 'application/yaml' },
  })
  assert.equal(status, 422)
  assert.ok(body.errors.length >= 2, text)
  assert.ok(
    body.errors.some((error: any) => error.line === 4 && /did you mean "name"/.test(error.detail)),
    text,
  )
  assert.ok(
    body.errors.some((error: any) => error.line === 5 && /did you mean "wiki"/.test(error.detail)),
    text,
  )
  assert.equal((await admin('GET', '/applications/one')).status, 404)
  for (const [broken, place] of [
    ['version: 1\na: [', /body|line/],
    ['- 1', /map/],
    ['', /map|version/],
    ['a: &a [*a, *a]', /./],
  ] as const) {
    const answer = await admin('POST', '/configuration/apply', { body: broken, headers: { 'content-type': 'application/yaml' } })
    assert.equal(answer.status, 422, broken)
    assert.match(answer.text, place)
  }
  const large = { method: 'POST', type: 'application/yaml', bytes: 11 * 1024 * 1024 }
  assert.equal(await sendLarge(server.url, '/configuration/apply', large), 413)
  assert.equal((await admin('POST', '/configuration/apply?owner=file', { body: 'version: 1' })).status, 400)
})

test('a group, a user or a role that is named or given is not deleted or renamed', async () => {
  await admin.must('POST', '/roles', { slug: 'given', spec: { name: 'Given', permissions: ['users.view'] } })
  const { id } = await admin.must('POST', '/users', { username: 'holder', roles: ['given'] })
  assert.deepEqual((await admin.as((await admin.must('POST', '/tokens', { name: 'x', user: id })).token).must('GET', '/me')).permissions, [
    'users.view',
  ])
  const given = await admin('DELETE', '/roles/given', { headers: { 'if-match': '*' } })
  assert.equal(given.status, 422)
  assert.match(given.body.detail, /the role "given" is assigned to 1 user or group; take it from them first/)
  await admin.must('PATCH', `/users/${id}`, { roles: [] })
  assert.equal((await admin('DELETE', '/roles/given', { headers: { 'if-match': '*' } })).status, 204)
  const wrong = await admin('POST', '/roles', { body: { slug: 'wrong', spec: { name: 'Wrong', permissions: ['user.view'] } } })
  assert.equal(wrong.status, 422)
})

test('the changes are audit events with fields and without values', async () => {
  const { items } = await admin.must('GET', '/events?action=configuration.changed&limit=200')
  const wikis = items.flatMap((event: any) => event.detail.changes).filter((change: any) => change.slug === 'wiki')
  assert.ok(wikis.some((change: any) => change.change === 'update' && change.fields.includes('/description')))
  assert.doesNotMatch(JSON.stringify(items), /Notes of all|Come in/)
})
