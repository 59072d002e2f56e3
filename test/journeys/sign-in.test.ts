import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: configuration() })
})
after(() => server?.stop())

test('a user signs in and arrives at their applications', async () => {
  const browser = new Client(server.url)
  const landing = await signIn(browser, people.ada)
  assert.equal(landing.status, 200)
  assert.equal(landing.url.pathname, '/')
  assert.equal(landing.links['T The Wiki'], 'http://127.0.0.1/wiki')
  assert.equal((await browser.open('/')).heading, landing.heading)
})
