import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { checkOf, closed, type Schema } from '../../core/configuration/schema.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { configuration } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const limited = async (...scopes: string[]): Promise<Api> =>
  admin.as((await admin.must('POST', '/tokens', { name: 'limited', scopes })).token)

test('every object that is stored fits the schema of its kind and its type, as forms get them', async () => {
  const told = await admin.must('GET', '/kinds')
  assert.deepEqual(told.methods.toSorted(), ['passkey', 'pwd', 'recovery-code', 'security-key', 'totp'])
  let looked = 0
  for (const { kind, schema, sections, types, directory } of told.kinds) {
    if (directory) continue
    for (const { slug, spec } of (await admin.must('GET', `/${kind}`)).items) {
      const checked = checkOf(closed((sections?.[slug] ?? schema) as Schema))(spec)
      assert.deepEqual('problems' in checked ? checked.problems : [], [], `${kind}.${slug}`)
      if (!types || kind === 'flows') continue
      const type = told[types].find((one: { kind: string }) => one.kind === spec.type)
      assert.equal(typeof type.plugin, 'string', `${kind}.${slug}`)
      assert.deepEqual(
        Object.keys(spec.with ?? {}).filter((name) => !(name in type.settings.properties)),
        [],
      )
      looked += 1
    }
  }
  // Three providers, and the authenticators that are shipped.
  assert.equal(looked, 7)
  const oidc = told.protocols.find((one: { kind: string }) => one.kind === 'oidc')
  assert.equal(oidc.settings.properties.clientSecret['x-secret'], true)
  assert.deepEqual(oidc.settings.required ?? [], [], 'what has a default need not be filled in')
  const password = told.stages.find((one: { kind: string }) => one.kind === 'password')
  assert.deepEqual([password.needs, password.proves, password.title], [['login'], ['pwd'], 'Enter your password'])
  const { applications } = Object.fromEntries(told.kinds.map((one: { kind: string }) => [one.kind, one]))
  assert.ok(applications.reserved.includes('authorize') && new RegExp(applications.key.pattern).test('my-app') && applications.key.hint)
  assert.equal(JSON.stringify(told).includes('x-unbuilt'), false, 'what is not built is not offered')
})

test('one sees the kinds that one may see, in one’s language, and the browser asks whether they are still so', async () => {
  const flows = await limited('flows.view')
  const seen = await flows.must('GET', '/kinds')
  assert.deepEqual([seen.kinds.map((one: { kind: string }) => one.kind), seen.protocols], [['flows'], []])
  assert.ok(seen.stages.length > 5 && seen.permissions.some((one: { permission: string }) => one.permission === 'users.recover'))
  assert.deepEqual(
    seen.roles.map((one: { slug: string }) => one.slug),
    ['admin', 'viewer'],
  )
  const first = await admin('GET', '/kinds', { headers: { 'accept-language': 'de' } })
  assert.equal(first.headers.get('cache-control'), 'private, no-cache')
  assert.match(first.headers.get('vary') ?? '', /authorization/)
  assert.notEqual(first.body.stages.find((one: { kind: string }) => one.kind === 'password').title, 'Enter your password')
  const known = { 'if-none-match': first.headers.get('etag') ?? '' }
  assert.equal((await admin('GET', '/kinds', { headers: { 'accept-language': 'de', ...known } })).status, 304)
  assert.equal((await flows('GET', '/kinds', { headers: known })).status, 200)
})
