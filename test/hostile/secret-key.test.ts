import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, isSignedIn } from '../kit/client.ts'
import { people, wiki } from '../kit/configuration.ts'
import { everyRow } from '../kit/rows.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked, codeFor, redeem, refresh, userinfo } from './attack.ts'

const [a, b] = ['the first secret key of a real server', 'the second secret key of a real server']
const mailPassword = 'canary-mail-password-7f3a9c51e2'

const envOf = (keys: Readonly<Record<string, string>>) => ({ SLUICE_BOOTSTRAP_TOKEN: adminToken, ...keys })

let server: TestServer
const browser = () => new Client(server.url)
const secrets = new Map<string, string>([
  ['client secret', wiki.clientSecret],
  ['mail password', mailPassword],
  ['API token of the options', adminToken],
])

before(async () => {
  const email = { host: '127.0.0.1', port: 9, from: 'id@example.com', username: 'id', password: mailPassword }
  server = await startServer({ apply: attacked({ settings: { email } }), env: envOf({ SLUICE_SECRET_KEY: a }) })
})
after(() => server?.stop())

const noSecretIsStored = async () => {
  const rows = await everyRow(server)
  assert.match(rows, /private_sealed/)
  const files = readdirSync(server.dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(server.dataDir, name))
    .filter((path) => statSync(path).isFile())
  const stored = new Map(files.map((path) => [path, readFileSync(path)]))
  stored.set('the database', Buffer.from(rows))
  for (const [where, content] of stored) {
    for (const [what, secret] of secrets) assert.ok(!content.includes(secret), `the ${what} is in ${where}`)
    assert.ok(!content.includes('PRIVATE KEY'), `a private key is in ${where}`)
  }
}

const verifiedLog = async () => {
  const { code, out, err } = await server.sluice(['audit', 'verify'])
  assert.equal(code, 0, out + err)
}
const resealed = async (...flags: string[]) => {
  const { code, out, err } = await server.sluice(['secret-key', 'rotate', '--json', ...flags])
  assert.equal(code, 0, err)
  return JSON.parse(out) as Record<string, number>
}

test('a real server changes its secret key, everything lives on, the first key opens nothing any more, and no secret lies about', async () => {
  const client = browser()
  const { body: first } = await redeem(server, await codeFor(client, people.ada))
  const { body: other } = await redeem(server, await codeFor(browser(), people.bob))
  const keep = (what: string, secret: string | undefined) => {
    assert.ok(secret, `there is no ${what}`)
    secrets.set(what, secret)
    return secret
  }
  for (const cookie of client.cookies.values()) keep('session cookie', cookie.split('.')[1])
  keep('refresh token', first['refresh_token'])
  const unused = keep('refresh token of another', other['refresh_token'])
  const apiToken = keep('API token', (await server.sluice(['token', 'create', 'ada', '--name', 'canary'])).out.match(/\S{30,}/)?.[0])
  keep('recovery link', /link=(\S+)/.exec((await server.sluice(['recover', 'bob'])).out)?.[1])
  await verifiedLog()
  await noSecretIsStored()

  await server.restart({ env: envOf({ SLUICE_SECRET_KEY: b, SLUICE_SECRET_KEY_PREVIOUS: a }) })
  const left = await resealed('--dry')
  assert.equal(left['signingKeys'], 3)
  assert.equal(left['auditKey'], 1)
  assert.ok(left['objects']! >= 3, 'secrets in the configuration are still those that were sealed with the first key')
  const doctor = async () => (await server.sluice(['doctor'])).out
  const told = await doctor()
  assert.match(told, /previous secret key.*3 signing keys, \d+ secrets in the configuration, .*1 of the audit log/)
  assert.match(told, /sluice secret-key rotate/)
  const livesOn = async () => {
    assert.ok(await isSignedIn(client), 'the session lives')
    assert.equal(await userinfo(server, first['access_token']), 200)
    assert.equal((await apiOf(server.url, apiToken)('GET', '/me')).status, 200)
    const code = await codeFor(client, people.ada)
    assert.equal((await redeem(server, code, { client_secret: `${wiki.clientSecret}x` })).status, 401)
    assert.equal((await redeem(server, await codeFor(client, people.ada))).status, 200)
    await verifiedLog()
  }
  await livesOn()
  const second = await refresh(server, first['refresh_token'])
  assert.equal(second.status, 200, 'a refresh token of the first key is good')
  keep('refresh token of the second key', second.body['refresh_token'])
  assert.deepEqual(await resealed(), left)
  assert.deepEqual(await resealed('--dry'), { signingKeys: 0, objects: 0, revisions: 0, devices: 0, auditKey: 0, left: 0 })
  assert.match(await doctor(), /previous secret key.*nothing stored needs it/)
  await livesOn()

  await server.restart({ env: envOf({ SLUICE_SECRET_KEY: b }) })
  assert.doesNotMatch(await doctor(), /previous secret key/)
  await livesOn()
  assert.equal((await refresh(server, second.body['refresh_token'])).status, 200, 'what was refreshed meanwhile is good')
  assert.equal((await refresh(server, unused)).status, 400, 'what was not dies with the first key')
  await noSecretIsStored()

  await assert.rejects(server.restart({ env: envOf({ SLUICE_SECRET_KEY: a }) }), (error: Error) => {
    assert.match(error.message, /ended with code 1/)
    assert.match(error.message, /cannot be opened: the secret key does not fit it\. .*SLUICE_SECRET_KEY_PREVIOUS/)
    return true
  })
  await noSecretIsStored()
})
