import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { adminToken, type Api, apiOf } from '../../../test/kit/api.ts'
import { accessibilityProblems, closeBrowser, type Look, visit } from '../../../test/kit/browser.ts'
import { startServer, type TestServer } from '../../../test/kit/server.ts'
import { putDevice } from '../../../test/kit/stored-devices.ts'

const password = 'a long password of somebody'
const evil = '<img src=x onerror=alert(1)>'
let server: TestServer
let api: Api
before(async () => {
  const users = { ida: { roles: ['viewer'], password }, admin: { roles: ['admin'], password }, mal: { name: evil, password } }
  const applications = { ledger: { name: 'The Ledger', access: [{ group: 'finance' }, { user: 'mal' }] } }
  server = await startServer({
    apply: { version: 1, groups: { finance: { name: 'Finance' } }, users, applications },
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  api = apiOf(server.url, adminToken)
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name })
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true })
const said = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor()
const idOf = async (username: string): Promise<string> => (await api.must('GET', `/users?username=${username}`)).items[0].id

/** Signs in as somebody, in a browser of its own, which must not complain; answers of the API that a test asks for are no complaint. */
const visiting = async (username: string, see: (page: Page) => Promise<void>, expected = /^$/, look: Look = {}) => {
  const { page, problems, close } = await visit(look)
  try {
    await page.goto(`${server.url}/if/flow/redirect/?next=/if/admin/`)
    await page.locator('[name=identifier]').fill(username)
    await page.keyboard.press('Enter')
    await page.locator('[name=password]').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/if/admin/**')
    await see(page)
    assert.deepEqual(
      problems.filter((problem) => !expected.test(problem)),
      [],
    )
  } finally {
    await close()
  }
}
const go = (page: Page, path: string) => page.goto(`${server.url}/if/admin${path}`)
const pick = async (page: Page, label: string, search: string, option: string) => {
  await field(page, label).fill(search)
  await page.getByRole('option', { name: option }).click()
  await page.keyboard.press('Escape')
}

test('a user is made in a new group, and the recovery link is shown this once', async () => {
  await visiting('admin', async (page) => {
    await go(page, '/groups/new')
    await field(page, 'Name').fill('Größe & Co')
    assert.equal(await page.getByLabel('Slug').inputValue(), 'groesse-co')
    await press(page, 'Create')
    await page.getByRole('heading', { name: 'Größe & Co', level: 1 }).waitFor()

    await go(page, '/users/new')
    await page.getByLabel('User name').fill('grace')
    await field(page, 'E-mail').fill('grace@example.com')
    await pick(page, 'Groups', 'größe', 'Größe & Co')
    await page.getByRole('radio', { name: /^By a recovery link/ }).check()
    await press(page, 'Create')
    const link = await field(page, 'Recovery link').inputValue()
    assert.match(link, /^http:\/\/localhost/)
    const { groups } = (await api.must('GET', '/users?username=grace')).items[0]
    assert.deepEqual(groups, ['groesse-co'])

    await page.getByRole('link', { name: 'Show the user' }).click()
    await page.getByRole('heading', { name: 'grace', level: 1 }).waitFor()
    assert.equal(await page.getByText(link).count(), 0)
  })
})

test('a name that is taken is told at its field', async () => {
  await visiting(
    'admin',
    async (page) => {
      await go(page, '/users/new')
      await page.getByLabel('User name').fill('ida')
      await press(page, 'Create')
      await page
        .getByText(/taken|exists|already/i)
        .first()
        .waitFor()
      assert.equal(await page.getByLabel('User name').getAttribute('aria-invalid'), 'true')
    },
    /status of 409/,
  )
})

test('a session is ended', async () => {
  await visiting('mal', async () => {
    await visiting('admin', async (page) => {
      await go(page, `/users/${await idOf('mal')}/sessions`)
      await page
        .getByRole('button', { name: /^End session/ })
        .first()
        .click()
      await dialog(page, 'End this session?').getByRole('button', { name: 'End session' }).click()
      await said(page, 'The session has ended')
      await said(page, 'No open sessions')
    })
  })
})

test('what is in use says by what, with the way there', async () => {
  await visiting(
    'admin',
    async (page) => {
      await go(page, '/groups/finance')
      await press(page, 'Delete')
      await page.getByLabel('Type finance to confirm').fill('finance')
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
      const used = dialog(page, 'Finance is in use').getByRole('link', { name: 'The Ledger' })
      assert.equal(await used.getAttribute('href'), '/if/admin/applications/ledger')
      assert.deepEqual(await accessibilityProblems(page), [])
    },
    /status of 409/,
  )
})

test('two who edit one user are merged; only where both changed the same is asked', async () => {
  const { id } = await api.must('POST', '/users', { username: 'shared', name: 'Before', email: 'before@example.com' })
  await visiting(
    'admin',
    async (page) => {
      await go(page, `/users/${id}`)
      await field(page, 'Name').fill('Mine')
      await api.must('PATCH', `/users/${id}`, { email: 'theirs@example.com' })
      await press(page, 'Save')
      await said(page, 'Somebody else changed this meanwhile, and it was kept: E-mail.')
      assert.equal(await field(page, 'E-mail').inputValue(), 'theirs@example.com')

      await field(page, 'Name').fill('Mine again')
      await api.must('PATCH', `/users/${id}`, { name: 'Theirs' })
      await press(page, 'Save')
      const asked = dialog(page, 'Somebody else changed the same')
      await asked.getByRole('radio', { name: /^Theirs/ }).check()
      assert.deepEqual(await accessibilityProblems(page), [])
      await asked.getByRole('button', { name: 'Save this' }).click()
      await asked.waitFor({ state: 'hidden' })
      const { name, email } = await api.must('GET', `/users/${id}`)
      assert.deepEqual([name, email], ['Theirs', 'theirs@example.com'])
    },
    /status of 412/,
  )
})

test('who may only look finds nothing to edit', async () => {
  await visiting('ida', async (page) => {
    const controls = /^(New|Create|Save|Delete|Add|Actions|End|Revoke|Take|Select)\b/
    const mal = await idOf('mal')
    for (const path of [
      '/users',
      `/users/${mal}`,
      `/users/${mal}/access`,
      `/users/${mal}/sessions`,
      '/groups',
      '/groups/finance/settings',
      '/keys',
    ]) {
      await go(page, path)
      await page.waitForLoadState('networkidle')
      await page.getByRole('heading', { level: 1 }).waitFor()
      const found = await page.locator('main').getByRole('button', { name: controls }).or(page.locator('main').getByRole('checkbox')).all()
      assert.deepEqual(await Promise.all(found.map((one) => one.textContent())), [], path)
    }
  })
})

test('who refuses names what lacks', async () => {
  await api.must('POST', '/roles', { slug: 'helpdesk', spec: { name: 'Helpdesk', permissions: ['users.*', 'groups.view'] } })
  await api.must('POST', '/users', { username: 'helen', roles: ['helpdesk'], password })
  await visiting(
    'helen',
    async (page) => {
      await go(page, `/users/${await idOf('admin')}`)
      await field(page, 'Name').fill('Somebody')
      await press(page, 'Save')
      await page.getByRole('alert').getByText('You may not do this').waitFor()
      await page
        .getByRole('alert')
        .getByText(/You lack: /)
        .waitFor()
    },
    /status of 403/,
  )
})

test('many are disabled at once, and who could not be is named', async () => {
  for (const username of ['many1', 'many2']) await api.must('POST', '/users', { username })
  await visiting('admin', async (page) => {
    await go(page, '/users?search=many')
    await page.getByRole('checkbox', { name: 'Select all on this page' }).click()
    await press(page, 'Disable')
    await dialog(page, 'Disable 2 users').getByRole('button', { name: 'Disable' }).click()
    await page.getByText('Done for 2 of 2; 0 failed.').first().waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await said(page, 'Disabled')
    assert.equal((await api.must('GET', '/users?search=many&enabled=false')).items.length, 2)
  })
})

test('a token is shown once, and revoked', async () => {
  await visiting('admin', async (page) => {
    await go(page, '/tokens')
    await press(page, 'New token')
    await page.getByLabel('Name').last().fill('monitoring')
    await pick(page, 'Permissions', 'users.view', 'users.view')
    await press(page, 'Create')
    assert.match(await field(page, 'Token').inputValue(), /^slc_/)
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await press(page, 'Revoke monitoring')
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await said(page, 'monitoring was revoked')
  })
})

const mal = async () => `/users/${await idOf('mal')}`
for (const look of [{ width: 1440 }, { width: 390, dark: true, locale: 'de' }] satisfies Look[]) {
  test(`${look.width} px: a name is text everywhere, and all pages are accessible and as wide as the window`, async () => {
    await api.must('POST', '/groups', { slug: `evil-${look.width}`, name: evil })
    await api.must('PUT', `/groups/evil-${look.width}/members/${await idOf('mal')}`)
    await visiting(
      'admin',
      async (page) => {
        const paths = [
          '/users?search=img',
          await mal(),
          `${await mal()}/access`,
          `/groups?search=evil`,
          `/groups/evil-${look.width}`,
          '/sessions',
          '/tokens',
          '/keys',
        ]
        for (const path of paths) {
          await go(page, path)
          await page.waitForLoadState('networkidle')
          if (!/sessions|tokens|keys/.test(path)) await page.locator('main').getByText(evil).first().waitFor()
          assert.equal(await page.locator('img[src=x]').count(), 0, path)
          assert.deepEqual(await accessibilityProblems(page), [], path)
          const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
          assert.ok(overflow <= 0, `${path}: ${overflow} px too wide`)
        }
      },
      /^$/,
      look,
    )
  })
}

test('the authenticators of somebody who has lost theirs are reset, with a reason', async () => {
  const { id } = await api.must('POST', '/users', { username: 'lena', name: 'Lena', password })
  await putDevice(server, { user: id, kind: 'recovery-codes', data: { hashes: ['x'], of: 10 } })
  await putDevice(server, { user: id, kind: 'smart-card', name: 'Card' })
  await visiting('admin', async (page) => {
    await go(page, `/users/${id}/authenticators`)
    await said(page, '1 of 10 left')
    await press(page, 'Remove Card')
    await dialog(page, 'Remove Card?').getByRole('button', { name: 'Remove', exact: true }).click()
    await said(page, 'Card is removed')
    await putDevice(server, { user: id, kind: 'smart-card', name: 'Second card' })
    await page.reload()
    await press(page, 'Reset authenticators')
    const asked = dialog(page, 'Reset the authenticators of Lena?')
    const reset = asked.getByRole('button', { name: 'Reset authenticators', exact: true })
    assert.ok(await reset.isDisabled(), 'not without a reason')
    await field(page, 'Reason').fill('Lost on the train')
    await reset.click()
    await said(page, 'No authenticators')
  })
  const [event] = (await api.must('GET', '/events?action=authenticators.reset')).items
  assert.equal(event.detail.reason, 'Lost on the train')
})
