import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type TestContext, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { everyRow } from '../kit/rows.ts'
import { startServer, temporaryDirectory, command, freePort } from '../kit/server.ts'
import { refused } from './refused.ts'

const started = async (t: TestContext, ...given: Parameters<typeof startServer>) => {
  const server = await startServer(...given)
  t.after(() => server.stop())
  return server
}

test('a port that is taken is named, with the option that moves it', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  const address = other.address()
  const place = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const { lines } = await refused({ SLUICE_LISTEN_HTTP: place })
  assert.deepEqual(lines, [`sluice: ${place} is taken by another program; end it, or choose another place by SLUICE_LISTEN_HTTP`])
})

test('a port that the system chose is told', async (t) => {
  const server = await started(t, { env: { SLUICE_LISTEN_HTTP: '127.0.0.1:0' } })
  const origin = new URL(server.setupLink ?? assert.fail('no link')).origin
  assert.equal((await new Client(origin).open(server.setupLink ?? '')).heading, 'Create your administrator account')
})

test('with an address of its own, the server prints no link that leads elsewhere', async (t) => {
  const server = await started(t, { env: { SLUICE_URL: 'https://id.example.com' } })
  assert.deepEqual(
    [...server.logs().matchAll(/https?:\/\/[^/\s]+(?=\/if\/)/g)].map(([origin]) => origin),
    ['https://id.example.com'],
  )
  const page = await new Client(server.url).ask('/')
  assert.equal(page.status, 421)
  assert.match(page.text, /https:\/\/id\.example\.com/)
})

test('a second server on the same data is refused, and the first one lives on', async (t) => {
  const server = await started(t)
  const { err } = await refused({ SLUICE_DATA_DIR: server.dataDir })
  assert.equal(
    err,
    `sluice: a server runs with this data directory already: ${server.url} (process ${server.pid}); end it, or choose another SLUICE_DATA_DIR and SLUICE_LISTEN_HTTP\n`,
  )
  assert.equal((await new Client(server.url).open('/')).status, 200)
  assert.equal((await server.sluice(['createsuperuser', '--username', 'a', '--password-stdin'], 'long enough')).code, 0)
})

test('a database of a newer version is not touched', async (t) => {
  const server = await started(t)
  await server.stop()
  await run(server, "insert into mikro_orm_migrations (name) values ('Migration29990101000000_future')")
  const rows = await everyRow(server, { waits: false })
  const { lines } = await refused({ SLUICE_DATABASE_URL: server.databaseUrl, SLUICE_SECRET_KEY: server.secretKey() })
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /Migration29990101000000_future.*a newer version has written it/)
  assert.equal(await everyRow(server, { waits: false }), rows)
})

test('all that is wrong with options is told at once', async () => {
  const { err, directory } = await refused({
    SLUICE_LISTN_HTTP: '1',
    SLUICE_LOG_LEVEL: 'loud',
    SLUICE_REDIS_URL: 'http://x',
    SLUICE_URL: 'x',
  })
  assert.match(err, /there is no option SLUICE_LISTN_HTTP.*did you mean .SLUICE_LISTEN_HTTP./)
  assert.match(err, /SLUICE_LOG_LEVEL: "loud"/)
  assert.match(err, /SLUICE_REDIS_URL is not the address of a Redis/)
  assert.match(err, /SLUICE_URL: "x"/)
  assert.deepEqual(readdirSync(directory), [])
})

const broken = {
  'broken YAML': ['version: 1\nusers:\n  ada: { name: Ada\n', /configuration\.yaml:\d+:\d+/],
  'an unknown kind': ['version: 1\nuser: {}\n', /configuration\.yaml:2:1.*did you mean .users./],
  'an unset variable': [
    'version: 1\nusers:\n  ada: { password: { $env: NOT_THERE } }\n',
    /configuration\.yaml:3:\d+: users\.ada\.password.*NOT_THERE/,
  ],
  'an unknown provider': ['version: 1\napplications:\n  wiki: { name: W, provider: wikki }\n', /there is no provider "wikki"/],
  'a secret that is missing': [
    'version: 1\nproviders:\n  wiki: { type: oidc, with: { redirectUris: [https://a.example/] } }\n',
    /A confidential client needs a secret/,
  ],
} as const
for (const [what, [file, complaint]] of Object.entries(broken)) {
  test(`${what} in the configuration stops the start, and nothing is written of it`, async () => {
    const { err, directory } = await refused({}, file)
    assert.match(err, /^sluice: The configuration cannot be used:\n {2}/)
    assert.match(err, complaint)
    assert.equal(existsSync(join(directory, 'data/sluice.db')), false)
  })
}

test('a seed that the directory refuses leaves the directory as it was', async (t) => {
  const server = await started(t, { apply: configuration() })
  await server.stop()
  const users = { zoe: { name: 'Zoe', password: 'long enough for anybody' }, 'a b': { name: 'x', email: 'no address' } }
  await assert.rejects(server.restart({ apply: configuration({ users }) }), (error: Error) => {
    assert.match(error.message, /ended with code 1/)
    assert.match(error.message, /no address/)
    assert.doesNotMatch(error.message, /\n\s+at /)
    return true
  })
  await server.restart({ apply: configuration() })
  assert.equal((await signIn(new Client(server.url), { username: 'zoe', password: users.zoe.password })).status, 422)
})

test('no secret of the configuration is in the log or the output', async (t) => {
  const server = await started(t, { apply: configuration(), env: { SLUICE_LOG_LEVEL: 'debug' } })
  const client = new Client(server.url)
  await signIn(client, { ...people.ada, password: 'a wrong password' })
  await signIn(client, people.ada)
  await server.stop()
  const secrets = [people.ada.password, 'a wrong password', 'wiki-secret', ...client.cookies.values()]
  for (const secret of secrets) assert.equal(server.logs().includes(secret), false, `${secret} is in the log`)
  assert.match(server.logs(), /"route":"\/if\/flow\/:slug\/"/)
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`at ${signal} requests that run are finished, and the process ends well`, async (t) => {
    const server = await started(t, { apply: configuration() })
    const client = new Client(server.url)
    const page = await client.submit(await client.open('/'), { identifier: 'ada' })
    const form = page.forms.find(({ method }) => method === 'post')
    const body = String(new URLSearchParams({ ...form?.fields, password: people.ada.password }))
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      origin: server.url,
    }
    const sent = request(page.url, { method: 'POST', headers })
    const answered = once(sent, 'response')
    // The server has the head of the request and half of its body when it is told to end.
    sent.write(body.slice(0, 20))
    await new Client(server.url).open('/')
    const ended = server.stop(signal)
    sent.end(body.slice(20))
    const [response] = await answered
    assert.deepEqual([response.statusCode, response.headers.location], [303, '/'])
    response.resume()
    const { code, signal: by } = await ended
    assert.deepEqual([code, by], [0, null])
    assert.equal(existsSync(join(server.dataDir, 'sluice.sock')), false)
    await assert.rejects(fetch(server.url))

    await server.restart()
    const cookie = String(response.headers['set-cookie']).split(';')[0] ?? ''
    const home = await new Client(server.url, { cookie }).open('/')
    assert.equal(home.heading, 'Your applications')
  })
}

test('a second signal ends the server at once, whichever the first was', async (t) => {
  const server = await started(t, { apply: configuration(), env: { SLUICE_DRAIN: '60s' } })
  process.kill(server.pid, 'SIGINT')
  const begun = performance.now()
  while ((await fetch(`${server.url}/-/health/ready`).catch(() => undefined))?.status === 200) await sleep(20)
  const { code, signal } = await server.stop('SIGTERM')
  assert.deepEqual([code, signal], [130, null])
  assert.ok(performance.now() - begun < 10_000)
})

const database = async (workers: string) => ({
  SLUICE_WORKERS: workers,
  SLUICE_DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`,
  SLUICE_SECRET_KEY: 'a secret key that is long enough for this',
  SLUICE_LOG_LEVEL: 'debug',
})
const waits = [
  { of: 'that waits for its database', env: () => database('1'), says: 'does not answer yet' },
  { of: 'of two workers that waits for its database', env: () => database('2'), says: 'does not answer yet' },
  { of: 'that waits for Redis', env: async () => ({ SLUICE_REDIS_URL: `redis://127.0.0.1:${await freePort()}` }), says: 'for Redis at' },
]
for (const { of, env, says } of waits) {
  test(`a server ${of} ends when it is told to`, async () => {
    const { child, ended, err } = command(['serve'], {
      directory: temporaryDirectory(),
      env: { ...(await env()), SLUICE_LISTEN_HTTP: `127.0.0.1:${await freePort()}`, SLUICE_LISTEN_METRICS: 'off' },
    })
    while (!err().includes(says)) await sleep(20)
    const begun = performance.now()
    child.kill('SIGTERM')
    const { code, signal, err: said } = await ended
    assert.deepEqual([code, signal], [0, null])
    assert.doesNotMatch(said, /sluice:/)
    assert.ok(performance.now() - begun < 10_000, 'at once, not after the 30 s that it has patience')
  })
}

test('a server whose standard input ends goes on', async (t) => {
  const directory = temporaryDirectory()
  const port = await freePort()
  const env = { SLUICE_LISTEN_HTTP: `127.0.0.1:${port}`, SLUICE_DATA_DIR: join(directory, 'data') }
  const { child, ended } = command(['serve'], { directory, env })
  t.after(async () => {
    child.kill()
    await ended
  })
  child.stdin?.end()
  if (child.stdout) await once(child.stdout, 'data')
  const url = `http://localhost:${port}`
  for (const _ of [1, 2]) assert.equal((await new Client(url).ask('/-/health/ready')).json().status, 'ok')
})

test('a server that was killed starts again with what it had written', async (t) => {
  const server = await started(t, { apply: configuration() })
  const client = new Client(server.url)
  await signIn(client, people.ada)
  assert.equal((await server.stop('SIGKILL')).signal, 'SIGKILL')
  await server.restart()
  assert.match((await client.open('/')).text, /signed in as ada/)
})
