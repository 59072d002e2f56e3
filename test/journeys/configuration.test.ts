import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, temporaryDirectory } from '../kit/server.ts'

const started = async (t: TestContext, ...given: Parameters<typeof startServer>) => {
  const server = await startServer(...given)
  t.after(() => server.stop())
  return server
}
const files = temporaryDirectory()
const file = (name: string, document: object) => {
  const path = join(files, name)
  writeFileSync(path, JSON.stringify({ version: 1, ...document }))
  return path
}
const secret = 'canary-secret-of-thirty-two-characters'
const docs = {
  providers: { docs: { type: 'oidc', with: { clientSecret: { $env: 'DOCS_SECRET' }, redirectUris: ['http://127.0.0.1/cb'] } } },
  applications: { docs: { name: 'Documentation', provider: 'docs' } },
}

test('a running server uses what is applied at its next request, and says so until it is rolled back', async (t) => {
  const server = await started(t, { env: { DOCS_SECRET: secret } })
  const discovery = async () => (await new Client(server.url).ask('/application/o/docs/.well-known/openid-configuration')).status
  const path = file('docs.json', docs)
  assert.equal(await discovery(), 404)
  const planned = await server.sluice(['apply', path, '--plan'])
  assert.deepEqual(
    [planned.code, planned.out],
    [0, '  + applications.docs\n  + providers.docs\n\nPlanned: 2 created. Nothing was changed.\n'],
  )
  assert.equal(await discovery(), 404)
  const done = await server.sluice(['apply', path, '--message', 'the documentation'])
  assert.deepEqual([done.code, done.out], [0, '  + applications.docs\n  + providers.docs\n\nRevision 1: 2 created.\n'])
  assert.equal(await discovery(), 200)
  assert.deepEqual(JSON.parse((await server.sluice(['apply', path, '--plan', '--json'])).out), { changes: [] })
  assert.equal((await server.sluice(['apply', path])).out, 'Nothing to change.\n')

  assert.match(
    (await server.sluice(['history'])).out,
    /^ {3}1 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}2 created +\S+ \(cli\): the documentation\n$/,
  )
  assert.equal((await server.sluice(['diff', '0'])).out, '  + applications.docs\n  + providers.docs\n')
  assert.equal((await server.sluice(['rollback', '0', '--message', 'not yet'])).code, 0)
  assert.match((await server.sluice(['history', '--limit', '1'])).out, /\(cli\): rolled back to revision 0: not yet\n$/)
  assert.equal(await discovery(), 404)
  assert.equal((await server.sluice(['rollback', '1'])).code, 0)
  await server.restart()
  assert.equal(await discovery(), 200, 'it is stored')

  const everything = readdirSync(server.dataDir).flatMap((name) =>
    name.endsWith('.sock') ? [] : [readFileSync(join(server.dataDir, name), 'latin1')],
  )
  for (const text of [...everything, server.logs()]) assert.equal(text.includes(secret), false)
})

test('every commit is an audit event, whoever makes it: a command with a server or without one, or the files of a start', async (t) => {
  const env = { DOCS_SECRET: secret, SLUICE_BOOTSTRAP_TOKEN: adminToken }
  const server = await started(t, { apply: configuration(), env })
  const path = file('docs.json', docs)
  await server.sluice(['apply', path, '--plan'])
  await server.sluice(['apply', path])
  await server.sluice(['apply', path])
  await server.stop()
  await server.sluice(['rollback', '1'])
  await server.restart({ env })
  const answer = await apiOf(server.url, adminToken)('GET', '/events?action=configuration.changed')
  const told = answer.body.items.toReversed().map(({ detail }: any) => [detail.actor.type, detail.object.name, detail.count])
  assert.deepEqual(told.slice(1), [
    ['cli', 'revision 2', 2],
    ['cli', 'revision 3', 2],
  ])
  assert.deepEqual(told[0].slice(0, 2), ['file', 'revision 1'])
  const [last, applied, first] = answer.body.items.map(({ detail }: any) => detail)
  assert.ok(first.changes.some((change: any) => change.kind === 'users' && change.slug === 'ada'))
  assert.equal(applied.actor.name, last.actor.name)
  const change = (one: any) => `${one.change} ${one.kind}.${one.slug}`
  assert.deepEqual(last.changes.map(change).toSorted(), ['delete applications.docs', 'delete providers.docs'])
  for (const hidden of [secret, people.ada.password, 'Documentation', 'Ada Lovelace'])
    assert.equal(answer.text.includes(hidden), false, hidden)
})

test('mistakes are told with their places, all of them, and the server goes on as it was', async (t) => {
  const server = await started(t)
  const path = join(files, 'wrong.yaml')
  writeFileSync(
    path,
    'version: 1\nproviders:\n  a: { type: oidcc }\napplications:\n  b: { name: B, provider: aa }\nusers:\n  ada: { groups: [nobody], password: { $env: NOT_THERE } }\n',
  )
  const { code, out, err } = await server.sluice(['apply', path])
  assert.deepEqual([code, out], [1, ''])
  assert.equal(
    err,
    `sluice: nothing was changed:
  ${path}:3:14: providers.a.type: there is no protocol "oidcc"; did you mean "oidc"?
  ${path}:5:27: applications.b.provider: there is no provider "aa"; did you mean "a"?
  ${path}:7:19: users.ada.groups[0]: there is no group "nobody"
  ${path}:7:28: users.ada.password: the environment variable NOT_THERE is not set; set it
`,
  )
  const json = await server.sluice(['apply', path, '--json'])
  assert.deepEqual([json.code, (JSON.parse(json.out) as { problems: string[] }).problems.length], [1, 4])
  assert.deepEqual(JSON.parse((await server.sluice(['history', '--json'])).out), [])
  assert.equal((await server.sluice(['apply', join(files, 'gone.yaml')])).code, 1)
  assert.equal((await server.sluice(['apply', path, '--owner', 'Not one'])).code, 2)
  assert.equal((await server.sluice(['rollback', 'x'])).code, 2)
})

test('an export applied to an empty server gives an equal export', async (t) => {
  const server = await started(t, { apply: configuration() })
  const exported = await server.sluice(['export', '--directory', '--json'])
  const document = JSON.parse(exported.out) as { providers: Record<string, { with: object }>; users: Record<string, object> }
  assert.equal(exported.out.includes('wiki-secret'), false)
  assert.match(exported.out, /"\$keep"/)
  assert.deepEqual(document.users['ada'], { name: 'Ada Lovelace', email: 'ada@example.com', groups: ['staff'] })

  const key = server.secretKey()
  const second = await started(t, { env: { SLUICE_SECRET_KEY: key, WIKI: 'wiki-secret-of-thirty-two-characters' } })
  const text = exported.out.replaceAll(/\{\s*"\$keep": "[^"]+"\s*\}/g, '{ "$env": "WIKI" }')
  const path = join(files, 'exported.json')
  writeFileSync(path, text)
  assert.equal((await second.sluice(['apply', path])).code, 0)
  assert.equal((await second.sluice(['export', '--directory', '--json'])).out, exported.out)
  writeFileSync(path, exported.out)
  assert.equal((await second.sluice(['apply', path])).out, 'Nothing to change.\n', 'what is kept is there')
})

test('while no server runs, commands work on the database', async (t) => {
  const server = await started(t, { env: { DOCS_SECRET: secret } })
  await server.stop()
  assert.match((await server.sluice(['apply', file('docs.json', docs)])).out, /Revision 1: 2 created\.\n$/)
  assert.match((await server.sluice(['export'])).out, /^version: 1\n\nproviders:\n {2}docs:\n/)
  await server.restart()
  assert.equal((await new Client(server.url).ask('/application/o/docs/.well-known/openid-configuration')).status, 200)
})

test('what the files of a start say is one owner’s; what they leave out stays until it is pruned', async (t) => {
  const server = await started(t, { apply: configuration(), env: { DOCS_SECRET: secret } })
  await server.sluice(['apply', file('docs.json', docs)])
  await server.restart()
  const history = JSON.parse((await server.sluice(['history', '--json'])).out) as { actor: { type: string } }[]
  assert.deepEqual(
    history.map(({ actor }) => actor.type),
    ['cli', 'file'],
    'a second start changes nothing',
  )
  await signIn(new Client(server.url), people.ada)
  const pruned = await server.sluice(['apply', file('empty.json', {}), '--prune'])
  assert.match(pruned.out, /- applications\.docs\n {2}- providers\.docs\n\nRevision 3: 2 deleted\.\n$/)
  assert.equal((await new Client(server.url).ask('/application/o/wiki/.well-known/openid-configuration')).status, 200)
})

test('files may name what is stored, at a start and for the doctor', async (t) => {
  const server = await started(t, { env: { DOCS_SECRET: secret } })
  await server.sluice(['apply', file('provider.json', { providers: docs.providers })])
  await server.restart({ apply: { version: 1, applications: { docs: { name: 'D', provider: 'docs' } } } })
  assert.match((await server.sluice(['doctor'])).out, /^ok +configuration +the files fit what is stored$/m)
  await server.stop()
  const fine = await server.sluice(['doctor'])
  assert.match(fine.out, /^ok +configuration +the files fit what is stored$/m)
  assert.match(fine.out, /^ok +stored objects +all are in use$/m)
  await assert.rejects(
    server.restart({ apply: { version: 1, applications: { docs: { name: 'D', provider: 'dcos' } } } }),
    /there is no provider "dcos"; did you mean "docs"/,
  )
  assert.match((await server.sluice(['doctor'])).out, /^error +configuration +.*there is no provider "dcos"; did you mean "docs"\?$/m)
  rmSync(join(server.dataDir, 'secret.key'), { force: true })
})

test('documents of 10 MB are taken, larger ones refused', async (t) => {
  const server = await started(t)
  const path = join(files, 'large.yaml')
  const user = (index: number, length: number) => `  u${index}: { name: U, attributes: { text: ${'x'.repeat(length)} } }\n`
  writeFileSync(path, `version: 1\nusers:\n${Array.from({ length: 9 }, (_, index) => user(index, 1024 * 1024)).join('')}`)
  assert.match((await server.sluice(['apply', path])).out, /9 created/)
  writeFileSync(path, `version: 1\nusers:\n${user(0, 11 * 1024 * 1024)}`)
  assert.match((await server.sluice(['apply', path])).err, /large\.yaml is larger than 10 MB; split it into several files/)
})
