import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openDatabase } from '../../core/data/database.ts'
import { closeBrowser, visit } from '../kit/browser.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { withAuthenticator } from '../kit/virtual-authenticator.ts'

const uma = { username: 'uma', password: 'the password of uma' }
const tim = { username: 'tim', password: 'the password of tim' }
let server: TestServer
before(async () => {
  server = await startServer({
    apply: configuration({
      users: { tim: { password: tim.password }, uma: { password: uma.password } },
      settings: { mfa: { require: true } },
    }),
  })
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

/** What an authenticator app would show, by a program that is not ours. `at`: seconds from now. */
const codeFor = (secret: string, at = 0): string =>
  execFileSync('oathtool', ['--base32', '--totp', '-N', `@${Math.floor(Date.now() / 1000) + at}`, secret.replaceAll(' ', '')], {
    encoding: 'utf8',
  }).trim()

const heading = (page: Page) => page.locator('h1').innerText()
const open = (page: Page) => page.goto(`${server.url}/if/flow/redirect/`)
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

const byPassword = async (page: Page, { username, password }: typeof tim) => {
  await open(page)
  await page.getByLabel('User name or e-mail').fill(username)
  await press(page, 'Continue')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await press(page, 'Sign in')
}
const isIn = async (page: Page) => {
  await page.waitForURL((url) => !url.pathname.startsWith('/if/flow/'))
  assert.doesNotMatch(await page.locator('body').innerText(), /Enter your password/)
}

/** Sets up an app where the sign-in asks for it, saves the backup codes, and gives both. */
const setUpApp = async (page: Page): Promise<{ readonly secret: string; readonly used: string; readonly codes: readonly string[] }> => {
  await page.getByRole('img', { name: 'QR code for authenticator apps' }).waitFor()
  const secret = /[A-Z2-7]{4}( [A-Z2-7]{4})+/.exec(await page.locator('main').innerText())?.[0] ?? ''
  const used = codeFor(secret)
  await page.getByLabel('Code with 6 digits').fill(used)
  await press(page, 'Continue')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Download the codes').click()])
  assert.equal(download.suggestedFilename(), 'backup-codes-localhost.txt')
  const codes = readFileSync(await download.path(), 'utf8').match(/[0-9A-Z]{5}-[0-9A-Z]{5}/g) ?? []
  assert.equal(codes.length, 10)
  for (const code of codes) await page.getByText(code).waitFor()
  await page.getByLabel('I have saved these codes').check()
  await press(page, 'Continue')
  return { secret, used, codes }
}

for (const javaScript of [true, false])
  describe(`a second factor for all users, ${javaScript ? 'with' : 'without'} JavaScript`, () => {
    const person = javaScript ? people.ada : people.bob

    test('the first sign-in leads through QR code, code check and backup codes; the next asks; each code works once', async () => {
      const first = await visit({ javaScript })
      await byPassword(first.page, person)
      assert.equal(await heading(first.page), 'Set up another way to show that it is you')
      await press(first.page, 'Authenticator app')
      const { secret, used, codes } = await setUpApp(first.page)
      await isIn(first.page)
      assert.deepEqual(first.problems, [])
      await first.close()

      const next = await visit({ javaScript })
      await byPassword(next.page, person)
      assert.equal(await heading(next.page), 'Enter the code of your app')
      await next.page.getByLabel('Code with 6 digits').fill(used)
      await press(next.page, 'Continue')
      await next.page.getByText('was used already').first().waitFor()
      await next.page.getByLabel('Code with 6 digits').fill(codeFor(secret, 30))
      await press(next.page, 'Continue')
      await isIn(next.page)
      await next.close()

      for (const [expected, code] of [
        ['in', codes[3] ?? ''],
        ['refused', codes[3] ?? ''],
      ] as const) {
        const emergency = await visit({ javaScript })
        await byPassword(emergency.page, person)
        await press(emergency.page, 'Use another way')
        await press(emergency.page, 'Backup codes')
        await emergency.page.getByLabel('Backup code').fill(code)
        await press(emergency.page, 'Continue')
        if (expected === 'in') await isIn(emergency.page)
        else await emergency.page.getByText('was used already').first().waitFor()
        await emergency.close()
      }
    })
  })

test('a passkey is set up as the second factor, asked for, and then signs in alone: by autofill and by its button', async () => {
  const { page, problems, close } = await visit()
  const { passkeys } = await withAuthenticator(page)
  await byPassword(page, tim)
  await press(page, 'Passkey or security key')
  await page.waitForLoadState()
  if ((await heading(page)) !== 'Save your backup codes') await page.locator('main button').first().click()
  await page.getByRole('heading', { name: 'Save your backup codes' }).waitFor()
  await page.getByLabel('I have saved these codes').check()
  await press(page, 'Continue')
  await isIn(page)
  assert.equal((await passkeys()).length, 1)

  // Elsewhere in the same browser, signed out: the page offers it in the autofill, and the authenticator answers at once.
  await page.waitForLoadState('networkidle')
  await page.context().clearCookies()
  await open(page)
  await isIn(page)
  assert.deepEqual(problems, [])
  await close()
})

/** Keeps what pages signal to passkey providers in `sessionStorage`, which outlives a page. No provider of Chromium's virtual authenticator takes signals. */
const recording = `
  for (const name of ['signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails'])
    PublicKeyCredential[name] = async (options) => {
      sessionStorage.signalled = JSON.stringify([...JSON.parse(sessionStorage.signalled ?? '[]'), { called: name, ...options }])
      throw new TypeError('a provider that fails')
    }
`
type Signalled = {
  readonly called: string
  readonly credentialId?: string
  readonly allAcceptedCredentialIds?: string[]
  readonly displayName?: string
}
const signalledAt = async (page: Page): Promise<readonly Signalled[]> =>
  // A page that is being left tells nothing.
  JSON.parse(await page.evaluate<string>('sessionStorage.signalled ?? "[]"').catch(() => '[]'))
const untilSignalled = async (page: Page, is: (signalled: Signalled) => boolean): Promise<Signalled> => {
  for (let tries = 0; tries < 200; tries++) {
    const found = (await signalledAt(page)).findLast(is)
    if (found) return found
    await page.waitForTimeout(50)
  }
  return assert.fail(JSON.stringify(await signalledAt(page)))
}

test('browsers are told of a passkey that is unknown here, and in the portal of those that are accepted and of another name', async () => {
  const { page, problems, close } = await visit()
  await page.addInitScript(recording)
  const { passkeys } = await withAuthenticator(page)
  await byPassword(page, uma)
  await press(page, 'Passkey or security key')
  await page.waitForLoadState()
  if ((await heading(page)) !== 'Save your backup codes') await page.locator('main button').first().click()
  await page.getByLabel('I have saved these codes').check()
  await press(page, 'Continue')
  await isIn(page)
  const [id = ''] = await passkeys()
  const accepted = await untilSignalled(page, ({ called }) => called === 'signalAllAcceptedCredentials')
  assert.deepEqual(accepted.allAcceptedCredentialIds, [id])
  await page.goto(`${server.url}/if/user/profile`)
  await page.getByLabel('Name', { exact: true }).fill('Uma Example')
  await page.getByRole('button', { name: 'Save' }).first().click()
  await untilSignalled(page, ({ called, displayName }) => called === 'signalCurrentUserDetails' && displayName === 'Uma Example')

  const database = await openDatabase({ url: server.databaseUrl })
  await database.sql.deleteFrom('devices').where('kind', '=', 'webauthn').where('key', '=', id).execute()
  await database.close()
  await page.waitForLoadState('networkidle')
  await page.context().clearCookies()
  await open(page)
  const unknown = await untilSignalled(page, ({ called }) => called === 'signalUnknownCredential')
  assert.equal(unknown.credentialId, id)
  assert.deepEqual(
    problems.filter((problem) => !/422/.test(problem)),
    [],
  )
  await close()
})
