import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openDatabase } from '../../core/data/database.ts'
import { adminToken, apiOf } from '../kit/api.ts'
import { closeBrowser, visit } from '../kit/browser.ts'
import { configuration } from '../kit/configuration.ts'
import { age } from '../kit/second-factor.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { withAuthenticator } from '../kit/virtual-authenticator.ts'

const pia = { username: 'pia', password: 'the long password of pia' }
let server: TestServer
before(async () => {
  server = await startServer({
    apply: configuration({ users: { pia: { name: 'Pia Example', password: pia.password } } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const security = '/if/user/security'
const idOfPia = async (): Promise<string> => (await apiOf(server.url, adminToken).must('GET', '/users?username=pia')).items[0].id

/** Whoever has a passkey alone: the password that it was set up with is gone. */
const forgetPassword = async (): Promise<void> => {
  const database = await openDatabase({ url: server.databaseUrl })
  await database.sql
    .deleteFrom('passwords')
    .where('user_id', '=', await idOfPia())
    .execute()
  await database.close()
}

test('who has a passkey alone confirms by it that it is they, and changes what they sign in by', async () => {
  const { page, problems, close } = await visit()
  const { device, authenticatorId, passkeys } = await withAuthenticator(page)
  await page.goto(`${server.url}${security}`)
  await page.locator('[name=identifier]').fill(pia.username)
  await page.keyboard.press('Enter')
  await page.locator('[name=password]').fill(pia.password)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**${security}`)
  await page.getByRole('link', { name: 'Add', exact: true }).click()
  await press(page, 'Passkey or security key')
  await press(page, 'Add a passkey')
  await page.getByLabel('I have saved these codes').check()
  await press(page, 'Continue')
  await page.waitForURL(`**${security}`)
  assert.equal((await passkeys()).length, 1)
  await forgetPassword()

  // Signed out, the page that asks who they are offers the passkey in its autofill, and needs nothing else.
  await page.waitForLoadState('networkidle')
  await page.context().clearCookies()
  await page.goto(`${server.url}${security}`)
  await page.waitForURL(`**${security}`)
  await page.getByRole('heading', { name: 'Passkey', level: 3, exact: true }).waitFor()

  // A while later: nothing is removed without a proof, which the passkey gives, on a page that is theirs and asks for no password.
  await age(server, await idOfPia(), 16)
  await device.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: false })
  await press(page, 'Remove Passkey')
  await page.getByRole('dialog', { name: 'Remove Passkey?' }).getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('dialog', { name: 'Confirm that it is you' }).getByRole('button', { name: 'Confirm', exact: true }).click()
  await page.waitForURL(/confirm=1|\/if\/flow\/default-authentication\//)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
  assert.equal(await page.locator('[name=identifier]').inputValue(), pia.username)
  assert.equal(await page.locator('[name=password]').count(), 0)
  await device.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true })
  await press(page, 'Sign in with a passkey')
  await page.waitForURL(`**${security}`)

  await press(page, 'Remove Passkey')
  await page.getByRole('dialog', { name: 'Remove Passkey?' }).getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('No authenticators yet', { exact: true }).waitFor()
  assert.deepEqual(
    problems.filter((problem) => !/403/.test(problem)),
    [],
  )
  await close()
})
