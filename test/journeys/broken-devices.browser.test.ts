import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { adminToken, apiOf } from '../kit/api.ts'
import { accessibilityProblems, closeBrowser, visit } from '../kit/browser.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { putDevice } from '../kit/stored-devices.ts'

const admin = { username: 'admin', password: 'the long password of admin' }
let server: TestServer
before(async () => {
  server = await startServer({
    apply: configuration({ users: { admin: { roles: ['admin'], password: admin.password } } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

const enter = async (page: Page, path: string, { username, password }: typeof admin) => {
  await page.goto(`${server.url}${path}`)
  await page.locator('[name=identifier]').fill(username)
  await page.keyboard.press('Enter')
  await page.locator('[name=password]').fill(password)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**${path}`)
}
const says = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor()

test('a broken device is shown as such to its owner and to administrators, with what to do, and is removed', async () => {
  const bob = (await apiOf(server.url, adminToken).must('GET', '/users?username=bob')).items[0].id
  const own = await visit({ width: 390 })
  await enter(own.page, '/if/user/security', people.bob)
  await putDevice(server, { user: bob, kind: 'totp', name: 'My telephone', lost: true })
  await putDevice(server, { user: bob, kind: 'webauthn', name: 'My key', data: null })
  await own.page.reload()
  await says(own.page, 'What is kept of it cannot be read any more. Remove it, and add it again.')
  await says(own.page, 'It cannot be used, since something failed on the server. Tell your administrators, or remove it.')
  assert.equal(await own.page.getByText('Broken', { exact: true }).count(), 2)
  assert.deepEqual(await accessibilityProblems(own.page), [])
  await own.page.getByRole('button', { name: 'Remove My telephone' }).click()
  await own.page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await says(own.page, 'My telephone is removed')
  assert.deepEqual(own.problems, [])
  await own.close()

  const console = await visit()
  const path = `/if/admin/users/${bob}/authenticators`
  await enter(console.page, path, admin)
  await says(console.page, 'Its authenticator breaks at it; the log says how.')
  assert.deepEqual(await accessibilityProblems(console.page), [])
  await console.page.getByRole('button', { name: 'Remove My key' }).click()
  await console.page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await says(console.page, 'My key is removed')
  assert.deepEqual(console.problems, [])
  await console.close()
})
