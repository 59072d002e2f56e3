import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from '../kit/client.ts'
import { configuration } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { breakStore } from './stations.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: configuration() })
  await breakStore(server)
})
after(() => server?.stop())

const loggedAs = (reference: string) =>
  server
    .logs()
    .split('\n')
    .find((line) => line.includes(reference) && line.includes('"level":50'))

test('what fails on the server is a page with a reference, which the log explains', async () => {
  const page = await new Client(server.url).open('/if/flow/redirect/')
  assert.deepEqual([page.status, page.heading], [500, 'Something went wrong'])
  assert.doesNotMatch(page.text, /short_lived|sqlite|no such table/i)
  const reference = /Reference ([\w-]+)/.exec(page.text)?.[1] ?? ''
  assert.match(loggedAs(reference) ?? '', /no such table|does not exist/)
})

test('programs get the same as a problem document', async () => {
  const client = new Client(server.url, { accept: 'application/json' })
  const problem = (await client.ask('/api/v1/flows/default-authentication/run', { json: {} })).json()
  assert.deepEqual([problem.status, problem.code], [500, 'internal-error'])
  assert.doesNotMatch(JSON.stringify(problem), /short_lived|sqlite|no such table/i)
  assert.match(loggedAs(problem.reference) ?? '', /no such table|does not exist/)
})

test('the rest goes on', async () => {
  const client = new Client(server.url)
  assert.equal((await client.ask('/-/health/live')).status, 200)
  assert.equal((await client.ask('/application/o/wiki/.well-known/openid-configuration')).status, 200)
})
