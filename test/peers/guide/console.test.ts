import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { closeBrowser, visit, type Visit } from '../../kit/browser.ts'
import { freePort, startServer, type TestServer } from '../../kit/server.ts'
import { type Peer, startPeer } from '../process.ts'

const grace = { username: 'grace', name: 'Grace Hopper', email: 'grace@example.com', password: 'a long password of an administrator' }
const greeting = `Hello, ${grace.email}!`
const expression = 'user.isInGroup("finance") && request.ip.in("127.0.0.0/8", "::1/128")'
const refusal = 'Only finance may use this, and only from the office.'

// One person goes through all of it, in one browser: each test begins where the one before has ended.
let server: TestServer
let visitor: Visit
let page: Page
let flask: Peer | undefined
before(async () => {
  server = await startServer()
  visitor = await visit()
  ;({ page } = visitor)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
  page.setDefaultTimeout(15_000)
})
after(async () => {
  await closeBrowser()
  await flask?.stop()
  await server?.stop()
})
afterEach(() => assert.deepEqual(visitor.problems, []))

const press = (name: string, within: Page | Locator = page) => within.getByRole('button', { name, exact: true }).click()
const follow = (name: string, within: Page | Locator = page) => within.getByRole('link', { name, exact: true }).click()
/** By what stands above it, with the mark of fields that are required or optional. */
const field = (name: string, within: Page | Locator = page) =>
  within.getByRole('textbox', { name: new RegExp(String.raw`^${name}( \(optional\))?\*?$`) })
const choose = (name: string) => page.getByRole('radio', { name, exact: true }).check()
const heading = async (name: string) => {
  try {
    await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor()
  } catch (error) {
    assert.fail(`${String(error)}\nThe page says:\n${await page.locator('main').innerText()}`)
  }
}
const said = (text: string) => page.getByText(text, { exact: true }).first().waitFor()

/** To a page of the console, by its navigation. */
const turnTo = async (name: string) => {
  if (!page.url().startsWith(`${server.url}/if/admin`)) await page.goto(`${server.url}/if/admin/`)
  await follow(name, page.getByRole('navigation', { name: 'Main' }))
  await heading(name)
}
/** What the button beside a value puts into the clipboard. */
const copied = async (label: string): Promise<string> => {
  await press(`Copy ${label}`)
  await said('Copied')
  return String(await page.evaluate('navigator.clipboard.readText()'))
}
/** To the Flask application, as if one had never been there; the session at Sluice stays. */
const signInToFlask = async () => {
  await page.context().clearCookies({ name: 'session' })
  await page.goto(flask?.url ?? assert.fail('Flask does not run'))
  await follow('Sign in')
}

test('from the link of the first start to an application that greets its administrator', async () => {
  await page.goto(server.setupLink ?? assert.fail('the start printed no link'))
  await field('User name').fill(grace.username)
  await field('Name').fill(grace.name)
  await field('E-mail address').fill(grace.email)
  await field('New password').fill(grace.password)
  await field('Repeat the password').fill(grace.password)
  await press('Continue')
  await heading('Applications')
  await follow('Administration')
  await heading('Dashboard')

  await follow('Connect an application')
  await heading('Connect an application')
  await field('Name of the application').fill('FlaskDemo')
  await choose('Web application')
  await press('Continue')
  await choose('OpenID Connect')
  await press('Continue')
  const port = await freePort()
  await field('Redirect URIs 1').fill(`http://127.0.0.1:${port}/oidc/callback`)
  await press('Continue')
  await choose('Everybody')
  await press('Create')
  await said('FlaskDemo is connected')

  const env = {
    PORT: String(port),
    OIDC_ISSUER: await copied('Issuer'),
    OIDC_CLIENT_ID: await copied('Client ID'),
    OIDC_CLIENT_SECRET: await copied('Client secret'),
  }
  assert.equal(env.OIDC_ISSUER, `${server.url}/application/o/flaskdemo/`)
  flask = await startPeer('/usr/bin/python3', [`${import.meta.dirname}/../flask/app.py`], { port, env })
  await signInToFlask()
  await said(greeting)
})

test('a policy by group and address refuses with its message, until the group has the user', async () => {
  await turnTo('Groups')
  await page.getByRole('link', { name: 'New group', exact: true }).first().click()
  await field('Name').fill('finance')
  await press('Create')
  await heading('finance')

  await turnTo('Policies')
  await page.getByRole('link', { name: 'New policy', exact: true }).first().click()
  await field('Name').fill('corporate')
  await field('Expression').fill(expression)
  await field('Message').fill(refusal)
  await press('Create')
  await heading('corporate')

  await turnTo('Applications')
  await follow('FlaskDemo')
  await follow('Change')
  // It leads to the rules; from there the keyboard alone is enough.
  await page.getByRole('radio', { name: 'Everybody', exact: true }).and(page.locator(':focus')).waitFor()
  await page.keyboard.press('ArrowDown', { delay: 100 })
  await page.getByRole('radio', { name: 'Any of these', exact: true, checked: true }).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('option', { name: 'Policy', exact: true }).waitFor()
  await page.keyboard.type('Pol')
  await page.keyboard.press('Enter')
  await page.getByRole('listbox').waitFor({ state: 'detached' })
  await page.keyboard.press('Tab')
  await page.keyboard.type('corp')
  await page.getByRole('option', { name: 'corporate', exact: true }).and(page.locator('[data-highlighted]')).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('listbox').waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await said('Saved')

  await signInToFlask()
  await heading('You cannot continue')
  await said(refusal)
  await said('You are signed in as grace.')

  await turnTo('Groups')
  await follow('finance')
  await page.getByRole('combobox', { name: 'Add members' }).fill('grace')
  await page.getByRole('option', { name: /Grace Hopper/ }).click()
  await page.keyboard.press('Escape')
  await press('Add')
  await said('One member was added to finance')
  await signInToFlask()
  await said(greeting)
})

test('what was attached is rolled back at the page of its revision', async () => {
  await turnTo('Groups')
  await follow('finance')
  await press('Take Grace Hopper out of finance')
  await press('Remove', page.getByRole('dialog', { name: 'Take this from yourself?' }))
  await said('No direct members')
  await signInToFlask()
  await said(refusal)

  await turnTo('Revisions')
  await follow('Revision 3')
  await page.getByRole('list', { name: 'Application flaskdemo' }).getByText('"policy": "corporate"').waitFor()
  await press('Roll back to revision 2')
  const dialog = page.getByRole('dialog', { name: 'Roll back to revision 2' })
  await dialog.getByLabel('Why?').fill('everybody may use it again')
  await press('Roll back', dialog)
  await said('Rolled back to revision 2')
  await press('Revision 4')
  await heading('Revision 4')
  await page.getByText(/everybody may use it again/).waitFor()
  await signInToFlask()
  await said(greeting)
})
