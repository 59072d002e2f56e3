import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../core/data/database.ts'
import { testKind } from '../../core/data/fixture.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { configuration } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({
    apply: configuration({
      groups: { chiefs: {} },
      providers: { far: { type: 'oidc', with: { clientType: 'public', redirectUris: ['http://far.example.com/callback'] } } },
      applications: { closed: { name: 'Closed', launchUrl: 'https://closed.example.com', access: [{ group: 'chiefs' }] } },
      flows: {
        long: {
          title: 'Long',
          designation: 'authentication',
          session: { lifetime: '31d' },
          steps: [{ type: 'identification' }, { type: 'password' }],
        },
      },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
  await admin.must('PATCH', '/groups/chiefs', { roles: ['admin'] })
  await admin.must('POST', '/groups', { slug: 'deputies', parents: ['chiefs'] })
  await admin.must('POST', '/users', { username: 'grace', groups: ['deputies'] })
  await admin.must('POST', '/users', { username: 'fresh', groups: ['chiefs'] })
  const database = await openDatabase({ url: server.databaseUrl })
  await database.sql
    .updateTable('users')
    .set({ created_at: Date.now() - 91 * 86_400_000 })
    .where('username', '=', 'grace')
    .execute()
  await database.close()
})
after(() => server?.stop())

test('an installation tells what it is, and what is worth a look in it', async () => {
  const told = await admin.must('GET', '/system')
  assert.deepEqual([told.address, told.url, told.node, told.database.kind], [server.url, null, process.versions.node, testKind])
  assert.ok(told.database.size > 100_000 && told.uptime < 600 && Date.parse(told.startedAt) <= Date.now())
  const risks: { code: string; severity: string; detail: string; fix: string; link?: { id: string } }[] = told.risks
  const ofCode = (code: string) => risks.filter((risk) => risk.code === code)
  const [grace] = (await admin.must('GET', '/users?username=grace')).items
  assert.deepEqual(
    ofCode('absent-administrator').map(({ link, detail }) => [link?.id, detail]),
    [[grace.id, 'grace may do everything and has not signed in for 90 days']],
    'also by a group in a group, and not who was made a moment ago',
  )
  assert.deepEqual(
    ofCode('unencrypted-address').map(({ link, detail }) => [link?.id, detail]),
    [['far', 'providers.far.with.redirectUris[0]: what is sent to http://far.example.com/callback can be read on the way']],
    'and none that stay on the machine',
  )
  assert.deepEqual(
    ofCode('long-session').map(({ detail }) => detail),
    ['flows.long: a session lives 31 days'],
  )
  assert.equal(ofCode('bootstrap-token').length, 1)
  // With PostgreSQL the option has the key.
  assert.equal(ofCode('secret-key-in-data-directory')[0]?.severity, testKind === 'sqlite' ? 'low' : undefined)
  assert.match(ofCode('address')[0]?.detail ?? '', /SLUICE_URL is not set/)
  const open = ofCode('open-application').map(({ link }) => link?.id)
  assert.ok(open.includes('wiki') && !open.includes('closed'))
  assert.deepEqual(
    risks.map(({ severity }) => severity),
    risks.map(({ severity }) => severity).toSorted((a, b) => ['high', 'medium', 'low'].indexOf(a) - ['high', 'medium', 'low'].indexOf(b)),
  )
  assert.ok(risks.every(({ fix }) => fix))
  assert.deepEqual(told.risks.find(({ code }: { code: string }) => code === 'absent-administrator').about, { username: 'grace', days: 90 })
})

test('who may see the system and nothing else is told nothing of users and objects', async () => {
  const { token } = await admin.must('POST', '/tokens', { name: 'limited', scopes: ['system.view'] })
  const { risks } = await admin.as(token).must('GET', '/system')
  assert.ok(risks.length > 0)
  assert.deepEqual(
    risks.filter((risk: { link?: object }) => risk.link),
    [],
  )
})
