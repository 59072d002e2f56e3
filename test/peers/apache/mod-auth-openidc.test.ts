import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeBrowser, visit } from '../../kit/browser.ts'
import { people } from '../../kit/configuration.ts'
import { freePort, startServer, type TestServer } from '../../kit/server.ts'
import type { Peer } from '../process.ts'
import { documentWith, typeCredentials } from '../typing.ts'
import { startApache } from './instance.ts'

const secret = 'only-for-tests-of-apache'

let server: TestServer
let apache: Peer

before(async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  server = await startServer({
    apply: documentWith({
      intranet: { clientSecret: secret, redirectUris: [`${url}/cb`], postLogoutRedirectUris: [`${url}/signed-out/`] },
    }),
  })
  const issuer = `${server.url}/application/o/intranet/`
  apache = await startApache(port, { ISSUER: issuer, CLIENT_ID: 'intranet', CLIENT_SECRET: secret })
})

after(async () => {
  await closeBrowser()
  await apache?.stop()
  await server?.stop()
})

for (const javaScript of [true, false])
  test(`Apache knows REMOTE_USER and the group, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { page, problems, close } = await visit({ javaScript })
    await page.goto(apache.url)
    await typeCredentials(page, people.ada)
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    const finance = await page.goto(`${apache.url}/finance/`)
    assert.deepEqual([finance?.status(), await finance?.headerValue('x-remote-user')], [200, 'ada'], apache.logs())
    assert.deepEqual(problems, [])
    await close()
  })

test('a user of another group is known, and refused where the group is required', async () => {
  const { page, close } = await visit()
  await page.goto(apache.url)
  await typeCredentials(page, people.bob)
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
  const finance = await page.goto(`${apache.url}/finance/`)
  assert.deepEqual([finance?.status(), await finance?.headerValue('x-remote-user')], [401, 'bob'], apache.logs())
  await close()
})

test("Apache's sign-out ends both sessions and comes back, without a question", async () => {
  const { page, close } = await visit()
  await page.goto(apache.url)
  await typeCredentials(page, people.ada)
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
  await page.goto(`${apache.url}/cb?logout=${encodeURIComponent(`${apache.url}/signed-out/`)}`)
  await page.getByRole('heading', { name: 'Goodbye' }).waitFor()

  await page.goto(apache.url)
  await page.getByLabel('User name or e-mail address').waitFor()
  assert.equal(new URL(page.url()).origin, server.url)
  await close()
})
