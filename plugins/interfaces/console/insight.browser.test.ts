import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { adminToken, type Api, apiOf } from '../../../test/kit/api.ts'
import { accessibilityProblems, closeBrowser, type Look, visit } from '../../../test/kit/browser.ts'
import { Client, signIn } from '../../../test/kit/client.ts'
import { configuration, people } from '../../../test/kit/configuration.ts'
import { startServer, type TestServer } from '../../../test/kit/server.ts'

const boss = { username: 'admin', password: 'a long administrator password' }
const vic = { username: 'vic', password: 'a long viewer password' }

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({
    apply: configuration({ users: { vic: { roles: ['viewer'], password: vic.password } } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, SLUICE_BOOTSTRAP_PASSWORD: boss.password },
  })
  admin = apiOf(server.url, adminToken)
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

/** Signed in at a page of the console, which must not complain of anything. `told`: answers of the server that the browser tells of. */
const at = async (
  path: string,
  see: (page: Page) => Promise<void>,
  { who = boss, look = {}, told = /^$/ }: { who?: typeof boss; look?: Look; told?: RegExp } = {},
) => {
  const { page, problems, close } = await visit(look)
  try {
    await page.goto(server.url)
    await page.locator('[name=identifier]').fill(who.username)
    await page.keyboard.press('Enter')
    await page.locator('[name=password]').fill(who.password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/if/user/**')
    await page.goto(`${server.url}/if/admin${path}`)
    await see(page)
    assert.deepEqual(
      problems.filter((problem) => !told.test(problem)),
      [],
    )
  } finally {
    await close()
  }
}
const change = async (name: string, message = ''): Promise<void> => {
  const answer = await admin('PATCH', `/applications/notes?message=${message}`, { body: { spec: { name } }, headers: { 'if-match': '*' } })
  assert.equal(answer.status, 200, answer.text)
}

describe('the dashboard', () => {
  test('shows who signed in and who failed to, also to those who do not see the bars', async () => {
    await signIn(new Client(server.url), people.ada)
    await signIn(new Client(server.url), { ...people.bob, password: 'not the password' }).catch(() => {})
    await at('/', async (page) => {
      const table = page.getByRole('table', { name: 'Sign-ins by the hour' })
      await table.waitFor({ state: 'attached' })
      const cells = (await table.locator('tr').last().locator('td').allTextContents()).map(Number)
      assert.ok(cells[0]! >= 2 && cells[1]! >= 1, String(cells))
      const slider = page.getByRole('slider', { name: 'Sign-ins by the hour' })
      await slider.focus()
      assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /[1-9]\d* successful, [1-9]\d* failed/)
      await page.keyboard.press('Home')
      assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /0 successful, 0 failed/)
      await page.getByRole('region', { name: 'Recent events' }).getByRole('link', { name: 'Sign-in failed' }).first().waitFor()
      await page.getByRole('region', { name: 'Worth a look' }).getByText('The token of the first start is still in use').waitFor()
      await page.getByRole('button', { name: 'I have done it' }).click()
      await page.getByRole('button', { name: 'Do not show again' }).click()
      await page.reload()
      await page.getByRole('heading', { name: 'Recent events' }).waitFor()
      assert.equal(await page.getByRole('heading', { name: 'First steps' }).count(), 0)
    })
  })
})

describe('events', () => {
  test('are filtered by the address, which says what is filtered', () =>
    at('/events?action=login_failed&range=24h', async (page) => {
      await page.getByRole('link', { name: 'Sign-in failed' }).first().waitFor()
      assert.equal(await page.getByRole('link', { name: 'Signed in', exact: true }).count(), 0)
      await page.getByRole('searchbox').fill('nothing has this in it')
      await page.getByRole('heading', { name: 'Nothing matches' }).waitFor()
      assert.match(page.url(), /search=nothing/)
      await page.getByRole('button', { name: 'Clear search and filters' }).click()
      await page.getByRole('link', { name: 'Signed in', exact: true }).first().waitFor()
      assert.ok(!page.url().includes('action='), page.url())
    }))

  test('of the configuration tell which field was what before', async () => {
    await change('Other Notes')
    await at('/events?action=configuration.changed', async (page) => {
      await page.getByRole('link', { name: 'Configuration changed' }).first().click()
      const fields = page.getByRole('list', { name: 'Application notes' })
      await fields.getByText('Other Notes').waitFor()
      assert.match((await fields.innerText()).replaceAll(/\s+/g, ' '), /name.*Before Notes After Other Notes/)
      await page.getByLabel('Reference of the request', { exact: true }).waitFor()
    })
  })
})

describe('revisions', () => {
  test('are gone back to, after a look at what that changes', async () => {
    await change('Other Notes')
    await change('Renamed by mistake', 'oops')
    const { items } = await admin.must('GET', '/configuration/history?limit=2')
    await at(
      `/revisions/${items[1].number}`,
      async (page) => {
        await page.getByRole('button', { name: 'Roll back', exact: true }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByText('Renamed by mistake').waitFor()
        // Somebody is faster.
        await change('Renamed again')
        await dialog.getByLabel('Why?').fill('it was wrong')
        await dialog.getByRole('button', { name: 'Roll back', exact: true }).click()
        await dialog.getByText('Somebody else has changed the configuration meanwhile').waitFor()
        await dialog.getByRole('button', { name: 'Look again' }).click()
        await dialog.getByText('Renamed again').waitFor()
        await dialog.getByRole('button', { name: 'Roll back', exact: true }).click()
        await page.getByText(`Rolled back to revision ${items[1].number}`, { exact: true }).first().waitFor()
        assert.equal((await admin.must('GET', '/applications/notes')).spec.name, 'Other Notes')
        const [head] = (await admin.must('GET', '/configuration/history?limit=1')).items
        assert.match(head.message, /it was wrong/)
        await page.getByRole('button', { name: `Revision ${head.number}` }).click()
        await page.getByRole('button', { name: 'Show all of it' }).first().click()
        await page
          .getByRole('region', { name: /as text/ })
          .getByText('name: Other Notes')
          .waitFor()
      },
      { told: /status of 409/ },
    )
  })

  test('are shown to viewers, who are not offered what they may not do', () =>
    at(
      '/revisions',
      async (page) => {
        await page.getByRole('link', { name: 'Revision 1', exact: true }).waitFor()
        assert.equal(await page.getByRole('button', { name: /Roll back/ }).count(), 0)
      },
      { who: vic },
    ))
})

describe('the palette', () => {
  test('finds a user by keyboard alone', () =>
    at('/', async (page) => {
      await page.getByRole('heading', { name: 'Dashboard' }).waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('listbox', { name: 'What was found' }).waitFor()
      await page.keyboard.type('lovel')
      await page.getByRole('option', { name: /ada.*Ada Lovelace/ }).waitFor()
      assert.deepEqual(await accessibilityProblems(page), [])
      await page.keyboard.press('Enter')
      const [ada] = (await admin.must('GET', '/users?username=ada')).items
      await page.waitForURL((address) => address.href.includes(ada.id))
    }))

  test('keys of their own lead to pages, tell of themselves, and can be switched off', () =>
    at('/', async (page) => {
      await page.getByRole('heading', { name: 'Dashboard' }).waitFor()
      await page.keyboard.press('g')
      await page.keyboard.press('e')
      await page.getByRole('heading', { name: 'Events', exact: true }).waitFor()
      await page.keyboard.press('?')
      await page.getByRole('switch', { name: 'Keys without a modifier' }).click()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.keyboard.press('?')
      await page.keyboard.press('g')
      await page.keyboard.press('r')
      assert.equal(await page.getByRole('dialog').count(), 0)
      assert.match(page.url(), /\/events/)
    }))
})

for (const look of [{ width: 1440 }, { width: 390, dark: true, locale: 'de' }] as const)
  describe(`${look.width} px`, () => {
    for (const path of ['/', '/events', '/revisions', '/revisions/1', '/revisions/compare?from=0&to=1'])
      test(`${path}: accessible, and as wide as the window`, () =>
        at(
          path,
          async (page) => {
            await page.waitForLoadState('networkidle')
            await page.locator('h1').waitFor()
            assert.equal(await page.locator('h1').count(), 1)
            assert.deepEqual(await accessibilityProblems(page), [])
            const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
            assert.ok(overflow <= 0, `${overflow} px too wide`)
          },
          { look },
        ))
  })
