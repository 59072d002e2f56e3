import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeBrowser, visit } from '../../kit/browser.ts'
import { people } from '../../kit/configuration.ts'
import { freePort, startServer, type TestServer } from '../../kit/server.ts'
import { startPeer, type Peer } from '../process.ts'
import { documentWith, signOut, typeCredentials } from '../typing.ts'

const secret = 'only for tests, of the flask application'
const greeting = 'Hello, ada@example.com!'

let server: TestServer
let flask: Peer

before(async () => {
  const port = await freePort()
  server = await startServer({
    apply: documentWith({ flaskdemo: { clientSecret: secret, redirectUris: [`http://127.0.0.1:${port}/oidc/callback`] } }),
  })
  flask = await startPeer('/usr/bin/python3', [`${import.meta.dirname}/app.py`], {
    port,
    env: {
      PORT: String(port),
      OIDC_CLIENT_ID: 'flaskdemo',
      OIDC_CLIENT_SECRET: secret,
      OIDC_ISSUER: `${server.url}/application/o/flaskdemo/`,
    },
  })
})

after(async () => {
  await closeBrowser()
  await flask?.stop()
  await server?.stop()
})

for (const javaScript of [true, false])
  test(`a Flask application signs a user in ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { page, problems, close } = await visit({ javaScript })
    await page.goto(flask.url)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await typeCredentials(page, people.ada)
    await page.getByText(greeting).waitFor()
    assert.equal(page.url(), `${flask.url}/`)
    assert.deepEqual(problems, [])
    await close()
  })

test('a second sign-in asks for nothing, until the user has signed out', async () => {
  const { page, close } = await visit()
  await page.goto(`${flask.url}/login`)
  await typeCredentials(page, people.ada)
  await page.getByText(greeting).waitFor()

  await page.context().clearCookies({ name: 'session' })
  await page.goto(flask.url)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByText(greeting).waitFor()

  await signOut(page, `${server.url}/application/o/flaskdemo/end-session/`)
  await page.context().clearCookies({ name: 'session' })
  await page.goto(`${flask.url}/login`)
  await typeCredentials(page, people.bob)
  await page.getByText('Hello, bob@example.com!').waitFor()
  await close()
})

test('a redirect URI that is not registered ends at our own page', async () => {
  const { page, close } = await visit()
  // The same application, reached under a name that nobody registered.
  const elsewhere = flask.url.replace('127.0.0.1', 'localhost')
  await page.goto(elsewhere)
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('/authorize/')),
    page.getByRole('link', { name: 'Sign in' }).click(),
  ])
  assert.equal(answer.status(), 400)
  await page.getByRole('heading', { name: 'This request cannot be answered' }).waitFor()
  await page.getByText(`${elsewhere}/oidc/callback`).waitFor()
  assert.equal(new URL(page.url()).origin, server.url)
  await close()
})
