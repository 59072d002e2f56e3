import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { attacked, codeFor, redeem, refresh, userinfo } from '../hostile/attack.ts'
import { Client, isSignedIn, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { startPostgresql } from '../kit/postgresql.mjs'
import { startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'
import { blocksOf } from '../tools/markdown.ts'
import { root } from '../tools/sources.ts'

/** The commands of `docs/cluster.md` that begin so, as people type them. */
const typed = (program: string): string => {
  const lines = blocksOf(readFileSync(join(root, 'docs/cluster.md'), 'utf8')).flatMap(({ text }) => text.split('\n'))
  const line = lines.find((one) => one.startsWith(`$ ${program} `)) ?? assert.fail(`docs/cluster.md has no command ${program}`)
  return line.slice(2)
}

let postgresql: Awaited<ReturnType<typeof startPostgresql>>
let server: TestServer
let stored: { readonly databaseUrl: string }
const directory = temporaryDirectory()
const urlFile = join(directory, 'database.url')

/** Types a command of the guide, with the address of the test's database in place of the operator's. */
const type = (command: string): void => {
  const text = command.replaceAll('/etc/sluice/database.url', urlFile)
  const env = { PATH: process.env['PATH'], PGHOST: '127.0.0.1', PGPORT: String(postgresql.port), PGUSER: 'postgres' }
  const { status, stderr, stdout } = spawnSync('sh', ['-c', text], { cwd: directory, env, encoding: 'utf8' })
  assert.equal(status, 0, `${text}\n${stdout}${stderr}`)
  assert.equal(stderr, '', text)
}

before(async () => {
  postgresql = await startPostgresql()
  // Nobody asks the test for a password.
  type(typed('createuser').replace(' --pwprompt', ''))
  type(typed('createdb'))
  stored = { databaseUrl: `postgresql://sluice@127.0.0.1:${postgresql.port}/sluice` }
  writeFileSync(urlFile, stored.databaseUrl)
  server = await startServer({
    apply: attacked(),
    env: { SLUICE_DATABASE_URL_FILE: urlFile, SLUICE_SECRET_KEY: 'a secret key that is long enough for this' },
  })
})
after(async () => {
  await server?.stop('SIGKILL')
  await postgresql?.remove()
})

test('a dump of a running server, restored, is the server as it was: sessions, tokens, users and configuration', async () => {
  const client = new Client(server.url)
  const { body } = await redeem(server, await codeFor(client, people.ada))
  const count = async (table: string) => Number((await run(stored, `select count(*) as n from ${table}`)).rows[0]?.['n'])
  const tables = ['users', 'passwords', 'sessions', 'grants', 'signing_keys', 'revisions', 'configuration_objects']
  const counts = async () => Promise.all(tables.map(count))
  const before = await counts()

  type(typed('pg_dump'))
  assert.ok(existsSync(join(directory, 'sluice.dump')))

  // What happens after the dump is not in it.
  const later = new Client(server.url)
  await signIn(later, people.bob)
  const document = join(directory, 'later.json')
  const application = { version: 1, applications: { later: { name: 'Later', launchUrl: 'https://later.example/' } } }
  writeFileSync(document, JSON.stringify(application))
  const applied = await server.sluice(['apply', document])
  assert.equal(applied.code, 0, applied.err)
  await run(stored, "delete from users where username = 'ada'")
  assert.notDeepEqual(await counts(), before)

  await server.stop()
  type(typed('pg_restore'))
  assert.deepEqual(await counts(), before)
  await server.restart()
  assert.ok(await isSignedIn(client))
  assert.equal(await isSignedIn(later), false)
  assert.equal(await userinfo(server, body['access_token']), 200)
  assert.equal((await refresh(server, body['refresh_token'])).status, 200)
  await signIn(new Client(server.url), people.ada)
  assert.doesNotMatch((await server.sluice(['export'])).out, /later/)
  assert.equal((await server.sluice(['audit', 'verify'])).code, 0)
})

test('a dump that is restored under another secret key is refused, with what is to be done', async () => {
  await server.stop()
  type(typed('pg_restore'))
  await assert.rejects(
    server.restart({ env: { SLUICE_DATABASE_URL_FILE: urlFile, SLUICE_SECRET_KEY: 'another secret key, which is long enough too' } }),
    /SLUICE_SECRET_KEY|secret key/,
  )
})
