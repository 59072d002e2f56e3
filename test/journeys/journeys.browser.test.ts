import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type TestApplication, serveApplication } from '../kit/application.ts'
import { closeBrowser, type Look, visit } from '../kit/browser.ts'
import { configuration, people } from '../kit/configuration.ts'
import { relyingParty } from '../kit/relying-party.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let application: TestApplication
before(async () => {
  application = await serveApplication()
  server = await startServer({ apply: configuration() })
})
after(async () => {
  await closeBrowser()
  await Promise.all([server?.stop(), application?.close()])
})

/** In a browser of its own, which must not complain of anything. */
const visiting = async (look: Look, see: (page: Page) => Promise<void>) => {
  const visitor = await visit(look)
  try {
    await see(visitor.page)
    assert.deepEqual(visitor.problems, [])
  } finally {
    await visitor.close()
  }
}
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const heading = async (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()
const identify = async (page: Page, username: string) => {
  await page.getByLabel('User name or e-mail address').fill(username)
  await press(page, 'Continue')
  await heading(page, 'Enter your password')
}
const signIn = async (page: Page, { username, password }: { username: string; password: string } = people.ada) => {
  await identify(page, username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await press(page, 'Sign in')
}
const choosePassword = async (page: Page, password: string) => {
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByLabel('Repeat the password', { exact: true }).fill(password)
  await press(page, 'Continue')
}

for (const javaScript of [true, false]) {
  const look = { javaScript }
  /** Where people come to who want no application: with scripts that is the portal. */
  const isHome = async (page: Page, username = 'ada') => {
    if (!javaScript) return page.getByText(`You are signed in as ${username}`).waitFor()
    await heading(page, 'Applications')
    return page.getByRole('button', { name: `Account of ${username}` }).waitFor()
  }
  const leave = async (page: Page, account = 'Account of ada', name = 'Sign out') => {
    if (!javaScript) return page.getByRole('link', { name }).click()
    await page.getByRole('button', { name: account }).click()
    return page.getByRole('menuitem', { name }).click()
  }
  const how = javaScript ? 'with' : 'without'
  describe(`${how} JavaScript`, () => {
    test('the back button goes back to the name, which can be corrected', () =>
      visiting(look, async (page) => {
        await page.goto(server.url)
        await identify(page, 'adda')
        await page.goBack()
        await heading(page, 'Sign in')
        assert.equal(await page.getByLabel('User name or e-mail address').inputValue(), 'adda')
        await signIn(page)
        await isHome(page)
      }))

    test('a user signs in, sees who they are, and signs out', () =>
      visiting(look, async (page) => {
        await page.goto(server.url)
        await signIn(page)
        await isHome(page)
        assert.equal(await page.getByRole('link', { name: 'The Wiki' }).getAttribute('href'), 'http://127.0.0.1/wiki')
        await leave(page)
        await press(page, 'Stay signed in')
        await isHome(page)
        await leave(page)
        await press(page, 'Sign out')
        await heading(page, 'You are signed out')
      }))

    test('who mistypes is told so, begins again, and gets on', () =>
      visiting(look, async (page) => {
        await page.goto(server.url)
        await identify(page, 'nobody')
        await page.getByLabel('Password', { exact: true }).fill('a guess')
        await press(page, 'Sign in')
        await page.getByText('The user name or the password is not right').waitFor()
        await page.getByRole('link', { name: 'Not you?' }).click()
        await identify(page, 'ada')
        await page.reload()
        assert.match(await page.locator('.account').innerText(), /ada/)
        await page.getByRole('link', { name: 'Not you?' }).click()
        await signIn(page, people.bob)
        await isHome(page, 'bob')
      }))

    test('two tabs do not disturb each other', () =>
      visiting(look, async (page) => {
        const other = await page.context().newPage()
        await page.goto(server.url)
        await other.goto(server.url)
        await identify(page, 'ada')
        await identify(other, 'bob')
        await page.getByLabel('Password', { exact: true }).fill(people.ada.password)
        await press(page, 'Sign in')
        await isHome(page)
        await other.reload()
        await isHome(page)
      }))

    for (const mode of ['query', 'fragment', 'form_post']) {
      test(`an application that redirects to another origin gets its answer by ${mode}`, () =>
        visiting(look, async (page) => {
          const party = relyingParty(server.url, { redirectUri: application.redirectUri })
          const before = application.called.length
          await page.goto(party.start({ response_mode: mode, state: mode }))
          await signIn(page)
          if (mode === 'form_post' && !javaScript) await press(page, 'Continue')
          await page.waitForURL('**/welcome*')
          await heading(page, 'Welcome')
          const { method, fields } = application.called[before] ?? {}
          assert.equal(method, mode === 'form_post' ? 'POST' : 'GET')
          if (mode === 'fragment') assert.match(page.url(), /#code=/)
          else assert.deepEqual([fields?.['state'], fields?.['iss'], Boolean(fields?.['code'])], [mode, party.issuer, true])
          // The way back does not lead into a form that was sent.
          await page.goto(party.start({ response_mode: 'query' }))
          await page.waitForURL('**/welcome*')
        }))
    }

    for (const [button, given] of [
      ['Allow', 'code'],
      ['Do not allow', 'error'],
    ] as const) {
      test(`consent: "${button}" takes the answer to the application`, () =>
        visiting(look, async (page) => {
          const notes = relyingParty(server.url, { clientId: 'notes', redirectUri: application.redirectUri })
          await page.goto(notes.start({ prompt: 'consent' }))
          await signIn(page)
          await heading(page, 'Allow Notes to use your account?')
          await press(page, button)
          await page.waitForURL('**/welcome*')
          assert.ok(given in (application.called.at(-1)?.fields ?? {}))
        }))
    }

    test('signing out at an application asks and ends there', () =>
      visiting(look, async (page) => {
        await page.goto(server.url)
        await signIn(page)
        await isHome(page)
        await page.goto(relyingParty(server.url).end())
        await page.getByText('The Wiki asks to sign you out').waitFor()
        await press(page, 'Sign out')
        await heading(page, 'You are signed out')
      }))

    test('German is German from the first page to the last', () =>
      visiting({ ...look, locale: 'de' }, async (page) => {
        await page.goto(server.url)
        await page.getByLabel('Benutzername oder E-Mail-Adresse').fill('ada')
        await press(page, 'Weiter')
        await page.getByLabel('Passwort', { exact: true }).fill(people.ada.password)
        await press(page, 'Anmelden')
        await heading(page, javaScript ? 'Anwendungen' : 'Ihre Anwendungen')
        await leave(page, 'Konto von ada', 'Abmelden')
        await press(page, 'Abmelden')
        await heading(page, 'Sie sind abgemeldet')
      }))

    test('the first administrator comes through the link', async (t) => {
      const fresh = await startServer()
      t.after(() => fresh.stop())
      const link = fresh.setupLink ?? ''
      await visiting(look, async (page) => {
        await page.goto(link)
        await heading(page, 'Create your administrator account')
        await page.getByLabel('User name').fill('root')
        await page.getByLabel('E-mail address').fill('root@example.com')
        await choosePassword(page, 'short')
        await page.getByText('There is a problem').or(page.getByText('This is too short')).first().waitFor()
        assert.equal(await page.getByLabel('User name').inputValue(), 'root')
        await choosePassword(page, 'a long administrator password')
        await isHome(page, 'root')
      })
      assert.equal((await fetch(link)).status, 404)
    })

    test('a recovery link sets a new password and signs nobody in', async () => {
      const { out } = await server.sluice(['recover', 'bob'])
      await visiting(look, async (page) => {
        await page.goto(out.trim())
        await choosePassword(page, people.bob.password)
        await heading(page, 'Done')
        await page.getByRole('link', { name: 'Sign in' }).click()
        await signIn(page, people.bob)
        await isHome(page, 'bob')
      })
    })
  })
}

test('a double click sends an answer once', () =>
  visiting({}, async (page) => {
    await page.goto(server.url)
    await identify(page, 'ada')
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.url())
    })
    await page.getByLabel('Password', { exact: true }).fill(people.ada.password)
    await page.getByRole('button', { name: 'Sign in' }).dblclick()
    await heading(page, 'Applications')
    assert.equal(sent.length, 1)
  }))
