import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { run } from '../kit/database.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, landing, signIn } from '../kit/client.ts'
import { wiki } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked } from './attack.ts'

const canary = (name: string) => `canary-${name}-7f3a9c51e2b84d06`
const person = { username: 'ada', password: canary('password') }

let server: TestServer
let admin: Api
let viewer: Api
let limited: Api
/** Everything that no answer, export, event or log may have, by what it is. */
const secrets = new Map<string, string>()
const keep = (what: string, secret: string): string => {
  assert.ok(secret.length > 6, what)
  secrets.set(what, secret)
  return secret
}
const made = async (what: string, body: object): Promise<Api> => {
  const { token } = await admin.must('POST', '/tokens', body)
  // The secret may have a _ of its own.
  keep(what, token.split('_').slice(2).join('_'))
  return admin.as(token)
}
const assertNone = (where: string, text: string) => {
  for (const [what, secret] of secrets) assert.ok(!text.includes(secret), `${where} shows the ${what}: ${text.slice(0, 300)}`)
}

before(async () => {
  const provider = (secret: string) => ({ type: 'oidc', with: { clientSecret: secret, redirectUris: [wiki.redirectUri] } })
  server = await startServer({
    apply: attacked({
      users: { ada: { email: 'ada@example.com', password: keep('password', person.password) } },
      providers: { wiki: provider(keep('client secret of a file', canary('file'))) },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: keep('bootstrap token', adminToken), SLUICE_LOG_LEVEL: 'debug' },
  })
  admin = apiOf(server.url, adminToken)
  const { id } = await admin.must('POST', '/users', {
    username: 'vera',
    roles: ['viewer'],
    password: keep('password by the API', canary('vera')),
  })
  viewer = await made("viewer's token", { name: 'viewer', user: id })
  limited = await made('limited token', { name: 'limited', scopes: ['*.view'] })
  await admin.must('POST', `/users/${id}/password`, { password: keep('second password', canary('second')) })
  const link = await admin.must('POST', `/users/${id}/recovery-link`)
  keep('recovery link', new URL(link.url).searchParams.get('link') ?? '')
  const posted = await admin.must('POST', '/providers', {
    slug: 'made',
    spec: { type: 'oidc', with: { redirectUris: [wiki.redirectUri] } },
  })
  keep('generated client secret', posted.generated['/spec/with/clientSecret'])
  await admin.must('POST', '/providers', { slug: 'sent', spec: provider(keep('client secret by the API', canary('sent'))) })
  const changed = await admin('PATCH', '/providers/sent', {
    body: { spec: { with: { clientSecret: keep('changed client secret', canary('changed')) } } },
    headers: { 'if-match': '*' },
  })
  assert.equal(changed.status, 200, changed.text)
  const applied = await admin('POST', '/configuration/apply', {
    body: {
      version: 1,
      providers: { applied: provider(keep('applied client secret', canary('applied'))) },
      users: { bob: { password: canary('late') } },
    },
  })
  assert.equal(applied.status, 200, applied.text)
  await admin.must('POST', '/configuration/rollback', { to: 1 })
  await admin.must('POST', '/configuration/rollback', { to: applied.body.revision })
  const client = new Client(server.url)
  await signIn(client, person)
  keep('cookie', [...client.cookies.values()][0]?.split('.')[1] ?? '')

  for (const [table, column] of [
    ['passwords', 'hash'],
    ['tokens', 'secret_hash'],
    ['browsers', 'secret_hash'],
    ['signing_keys', 'private_sealed'],
  ] as const)
    for (const [row, { secret }] of (await run(server, `select ${column} as secret from ${table}`)).rows.entries())
      keep(`${table}.${column} ${row}`, secret)
})
after(() => server?.stop())

/** Every address that can be read: each list, and each object of it. */
const addresses = async (api: Api): Promise<readonly string[]> => {
  const { paths } = await admin.must('GET', '/openapi.json')
  const all: string[] = []
  for (const [path, methods] of Object.entries(paths as Record<string, object>)) {
    if (!('get' in methods)) continue
    const here = path.slice('/api/v1'.length)
    if (!here.includes('{')) {
      all.push(here)
      continue
    }
    const name = /\{(\w+)\}/.exec(here)?.[1] ?? assert.fail(here)
    const { items } = await api.must('GET', `${here.slice(0, here.indexOf('/{'))}?limit=200`)
    all.push(
      ...items.map((item: any) => {
        assert.ok(name in item, `${here}: what is in its list has no ${name}`)
        return here.replace(`{${name}}`, encodeURIComponent(item[name]))
      }),
    )
  }
  const { items: revisions } = await api.must('GET', '/configuration/history?limit=200')
  return [
    ...revisions.map(({ number }: any) => `/configuration/export?format=yaml&directory=true&shipped=true&revision=${number}`),
    ...all.map((path) => (path === '/configuration/diff' ? `${path}?from=0` : path)),
    ...['json', 'yaml'].map((format) => `/configuration/export?format=${format}&directory=true&shipped=true`),
    '/configuration/history?limit=200',
    '/configuration/diff?from=1&to=2',
    '/configuration/diff?from=2&to=1',
    '/events?limit=200',
    '/tokens?limit=200',
    '/users?limit=200',
  ]
}

test('no secret is in anything that can be read: not by a viewer, not by an administrator', async () => {
  for (const [who, api] of Object.entries({ viewer, limited, admin })) {
    const paths = await addresses(api)
    assert.ok(paths.length > 40, String(paths.length))
    for (const path of paths) {
      const { status, text } = await api('GET', path)
      assert.equal(status, 200, `${who}: ${path}: ${text}`)
      assertNone(`${who}: ${path}`, text)
    }
  }
})

test('no secret is in the pages of who is signed in, with scripts or without', async () => {
  const client = new Client(server.url)
  await signIn(client, person)
  // The cookie is another one for each browser.
  keep('cookie of the pages', [...client.cookies.values()][0]?.split('.')[1] ?? '')
  for (const path of [landing, '/if/user/', '/if/admin/']) {
    const { status, body, headers } = await client.ask(path)
    assert.equal(status, 200, path)
    assertNone(path, `${body} ${headers.get('location') ?? ''}`)
  }
})

test('no secret is in what a change, a plan or a refusal says', async () => {
  const star = { 'if-match': '*' }
  const body = (secret: unknown) => ({ body: { spec: { with: { clientSecret: secret } } }, headers: star })
  const said = async (what: string, asked: ReturnType<Api>) => assertNone(what, (await asked).text)
  const another = keep('planned client secret', canary('planned'))
  await said('a plan', admin('PATCH', '/providers/sent?dryRun=true', body(another)))
  await said('a change', admin('PATCH', '/providers/sent', body(another)))
  await said('a wrong type', admin('PATCH', '/providers/sent', body({ secret: another })))
  await said('a list', admin('PATCH', '/providers/sent', body([another])))
  const wrong = await admin('PUT', '/providers/sent', {
    body: { spec: { type: 'oidc', with: { clientSecret: another, redirectUris: ['javascript:x'] } } },
    headers: star,
  })
  assert.equal(wrong.status, 422)
  assertNone('a refusal', wrong.text)
  const document = (text: string) => admin('POST', '/configuration/apply', { body: text, headers: { 'content-type': 'application/yaml' } })
  await said(
    'a document',
    document(`version: 1\nproviders: { x: { type: oidc, with: { clientSecret: ${another}, redirectUris: [nope] } } }`),
  )
  await said('a wrong document', document(`version: 1\nproviders: { x: { type: oidc, clientSecret: ${another} } }`))
  await said('a broken document', document(`version: 1\nproviders: { x: { clientSecret: "${another}`))
  await said('a short password', admin('POST', '/users', { body: { username: 'x', password: keep('short password', 'qX9!zzk') } }))
  await said('no JSON', admin('POST', '/users', { body: `{"password":"${another}"` }))
  await said('a password that is none', admin('POST', '/users', { body: { username: 'x', password: { text: another } } }))
  await said('an unknown token', admin.as(`slc_${'0'.repeat(32)}_${another}`)('GET', '/me'))
  await said('a simulation', admin('POST', '/flows/default-authentication/simulate', { body: { user: 'ada', answers: person } }))
  await said('an expression', admin('POST', '/expressions/check', { body: { expression: 'user', try: { user: 'ada' } } }))
  await said('events', admin('GET', '/events?limit=200'))
})

test('no secret is in the log, at its most talkative', () => {
  const log = server.logs()
  assert.match(log, /"level":20/)
  assertNone(
    'the log',
    log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n'),
  )
})

test('whoever may only look tries, plans, simulates and tests nothing', async () => {
  const star = { headers: { 'if-match': '*' } }
  for (const api of [viewer, limited])
    for (const [method, path, body] of [
      ['POST', '/configuration/apply?plan=true', { version: 1 }],
      ['POST', '/configuration/rollback', { to: 1, plan: true }],
      ['POST', '/providers?dryRun=true', { slug: 'x', spec: {} }],
      ['PUT', '/providers/sent?dryRun=true', { spec: {} }],
      ['PATCH', '/providers/sent?dryRun=true', { spec: {} }],
      ['DELETE', '/providers/sent?dryRun=true', undefined],
      ['POST', '/flows/default-authentication/simulate', { user: 'ada', answers: { password: person.password } }],
      ['POST', '/expressions/check', { expression: 'true', try: { user: 'ada' } }],
    ] as const) {
      const { status, text } = await api(method, path, { ...star, ...(body && { body }) })
      assert.equal(status, 403, `${method} ${path}: ${text}`)
    }
})
