import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { metricsAt } from '../kit/metrics.ts'
import { freePort, startServer, type TestServer } from '../kit/server.ts'
import { attacked, authorizeAddress } from './attack.ts'

let server: TestServer
let origin: string
before(async () => {
  origin = `http://127.0.0.1:${await freePort()}`
  server = await startServer({ apply: attacked(), env: { SLUICE_LISTEN_METRICS: new URL(origin).host } })
})
after(() => server?.stop())

type Wish = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly at?: string }
const raw = (
  path: string,
  { method = 'GET', headers = {}, at = origin }: Wish = {},
): Promise<{ readonly status: number; readonly body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(at)
    const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let body = ''
      response.on('data', (text) => (body += String(text)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    sent.on('error', reject)
    sent.end()
  })

const seriesNow = async (): Promise<readonly string[]> =>
  (await metricsAt(`${origin}/metrics`))
    .filter(({ name }) => name.startsWith('sluice_'))
    .map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`)

test('the listener of metrics serves metrics to whoever reaches it, and nothing else', async () => {
  for (const path of [
    '/',
    '/metrics/',
    '/metrics/..',
    '/debug/pprof',
    '/-/health/live',
    '/if/admin/',
    '/api/v1/me',
    '//metrics',
    '/METRICS',
  ])
    assert.equal((await raw(path)).status, 404, path)
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])
    assert.equal((await raw('/metrics', { method })).status, 405, method)
  assert.equal((await raw('/metrics', { headers: { host: 'prometheus.internal' } })).status, 200)
  assert.deepEqual(await raw('/metrics', { method: 'HEAD' }), { status: 200, body: '' })
  assert.equal((await raw('/metrics', { at: server.url })).status, 404)
})

test('what strangers make up makes no series: addresses, hosts, methods, clients, names, agents', async () => {
  const client = new Client(server.url)
  await signIn(client, people.ada)
  const strange = async (n: number) => {
    const word = `canary${n}`
    await client.ask(`/${word}`)
    await client.ask(`/if/flow/${word}/`)
    await client.ask(`/api/v1/${word}`, { headers: { 'user-agent': word, authorization: `Bearer ${word}` } })
    await client.ask(`/application/o/${word}/.well-known/openid-configuration`)
    await client.ask(authorizeAddress({ client_id: word, scope: word }))
    await client.ask('/application/o/token/', { body: { grant_type: word, client_id: word, client_secret: word } })
    await raw('/', { at: server.url, headers: { host: `${word}.example` } })
    await raw('/', { at: server.url, method: ['PROPFIND', 'SEARCH', 'LOCK', 'MKCOL'][n % 4] ?? 'LINK' })
    await signIn(new Client(server.url), { username: word, password: word })
  }
  // A few of each first, so that whatever may have a series has it.
  for (let n = 0; n < 5; n++) await strange(n)
  const before = new Set(await seriesNow())
  for (let n = 5; n < 12; n++) await strange(n)
  const now = await seriesNow()
  assert.deepEqual(
    now.filter((series) => !before.has(series)),
    [],
  )
  assert.ok(!now.join().includes('canary'))
  assert.ok(now.length < 1500, `${now.length} series`)
})

test('metrics name nobody: no user, no address, no client, no secret', async () => {
  await signIn(new Client(server.url), { ...people.ada, password: 'canary-password' })
  const { body } = await raw('/metrics')
  for (const word of [people.ada.username, people.ada.password, 'canary-password', '127.0.0.1', 'wiki-secret'])
    assert.ok(!new RegExp(`["/ ]${word}["/ ]`).test(body), word)
})
