import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { testKind } from '../../core/data/fixture.ts'
import { Client, type Page, signIn } from '../kit/client.ts'
import { wiki } from '../kit/configuration.ts'
import { everyRow } from '../kit/rows.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { answerOf, attacked, authorizeAddress, redeem, refresh, type TokenAnswer } from './attack.ts'

const canary = (name: string) => `canary-${name}-7f3a9c51e2`
const person = { username: 'ada', password: canary('password') }
const typo = canary('mistyped')
const chosen = canary('chosen-password')
const clientSecret = canary('client-secret')

let server: TestServer
/** Everything that must be known to its owner alone, by what it is. */
const secrets = new Map<string, string>([
  ['password', person.password],
  ['mistyped password', typo],
  ['new password', chosen],
  ['client secret', clientSecret],
])
/** What strangers may see: pages, problem documents and error answers. */
const shown: string[] = []

const seen = (page: Page): Page => {
  shown.push(page.body)
  return page
}
const told = (answer: TokenAnswer): TokenAnswer => {
  if (answer.status >= 400) shown.push(JSON.stringify(answer.body))
  return answer
}
const keep = (what: string, secret: string | undefined): string => {
  assert.ok(secret, `there is no ${what}`)
  secrets.set(what, secret)
  return secret
}
const keepCookie = (what: string, client: Client) => {
  const [value = ''] = client.cookies.values()
  keep(what, value.split('.')[1])
}

/** A journey through everything that makes or takes a secret, with its mistakes. */
const journey = async () => {
  const client = new Client(server.url)
  keep('set-up link', server.setupLink?.split('link=')[1])
  seen(await client.open(server.setupLink ?? ''))

  let page = await client.open(authorizeAddress({ nonce: 'n' }))
  keepCookie('cookie before signing in', client)
  page = await client.submit(page, { identifier: person.username })
  page = seen(await client.submit(page, { password: typo }))
  assert.equal(page.status, 422)
  page = await client.submit(page, { password: person.password })
  keepCookie('cookie', client)
  const code = keep('code', answerOf(page)['code'])

  told(await redeem(server, code, { client_secret: `${clientSecret}x` }))
  const { body } = await redeem(server, code, { client_secret: clientSecret })
  keep('access token', body['access_token'])
  keep('ID token', body['id_token'])
  const first = keep('refresh token', body['refresh_token'])
  const second = await refresh(server, first, { client_secret: clientSecret })
  keep('second refresh token', second.body['refresh_token'])
  told(await refresh(server, first, { client_secret: clientSecret }))
  told(await redeem(server, code, { client_secret: clientSecret }))

  seen(await client.ask(`/application/o/token/?code=${code}&client_secret=${clientSecret}`))
  seen(await client.ask(`/application/o/userinfo/?access_token=${body['access_token']}`))
  seen(await client.ask('/application/o/userinfo/', { headers: { authorization: `Bearer ${body['access_token']}x` } }))
  seen(
    await client.ask('/api/v1/flows/default-authentication/run', {
      body: `{"answer":{"password":"${person.password}"`,
      headers: { 'content-type': 'application/json' },
    }),
  )
  seen(
    await client.ask('/api/v1/flows/default-authentication/run', {
      json: { run: 'x', challenge: 1, answer: { password: person.password } },
    }),
  )
  seen(
    await client.ask('/application/o/wiki/end-session/', {
      body: { id_token_hint: body['id_token'], post_logout_redirect_uri: 'https://evil.tld' },
    }),
  )

  const { out } = await server.sluice(['recover', person.username])
  const link = keep('recovery link', /link=(\S+)/.exec(out)?.[1])
  const other = new Client(server.url)
  page = await other.open(`/if/flow/recovery-link/?link=${link}`)
  page = seen(await other.submit(page, { password: chosen, 'password-repeat': `${chosen}x` }))
  seen(await other.submit(page, { password: chosen, 'password-repeat': chosen }))
  assert.equal((await other.ask(`/if/flow/recovery-link/?link=${link}`)).status, 404)
  const again = new Client(server.url)
  await signIn(again, { username: person.username, password: chosen })
  keepCookie('cookie of the second browser', again)
}

before(async () => {
  const { redirectUri } = wiki
  server = await startServer({
    apply: attacked({
      users: { ada: { email: 'ada@example.com', password: person.password } },
      providers: { wiki: { type: 'oidc', with: { clientSecret, redirectUris: [redirectUri] } } },
    }),
    env: { SLUICE_LOG_LEVEL: 'debug' },
  })
  await journey()
})
after(() => server.stop())

const files = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())

test('no secret of a journey is in the log, at its most talkative', () => {
  const log = server
    .logs()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .join('\n')
  assert.match(log, /"level":20/)
  for (const [what, secret] of secrets) assert.ok(!log.includes(secret), `the ${what} is in the log`)
})

test('no secret of a journey is on a page or in an answer that strangers see', () => {
  assert.ok(shown.length > 10)
  for (const text of shown)
    for (const [what, secret] of secrets) assert.ok(!text.includes(secret), `the ${what} is shown: ${text.slice(0, 200)}`)
})

test('no secret of a journey is in the database, where hashes and sealed values are', async () => {
  const look = () =>
    files(server.dataDir).map((path) => {
      const content = readFileSync(path)
      for (const [what, secret] of secrets) assert.ok(!content.includes(secret), `the ${what} is in ${path}`)
      assert.ok(!content.includes('PRIVATE KEY'), `a private key is in ${path}`)
      return path
    })
  const rows = await everyRow(server)
  assert.match(rows, /private_sealed/)
  for (const [what, secret] of secrets) assert.ok(!rows.includes(secret), `the ${what} is in the database`)
  assert.ok(!rows.includes('PRIVATE KEY'))
  if (testKind !== 'sqlite') return
  const running = look()
  assert.ok(running.some((path) => path.endsWith('.db-wal')))
  await server.stop()
  assert.ok(look().some((path) => path.endsWith('.db')))
})

test('what holds secrets is for its owner alone', () => {
  for (const path of files(server.dataDir)) assert.equal(statSync(path).mode & 0o077, 0, path)
})
