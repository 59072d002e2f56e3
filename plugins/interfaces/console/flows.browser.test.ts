import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../../../test/kit/api.ts'
import { closeBrowser, visit } from '../../../test/kit/browser.ts'
import { configuration } from '../../../test/kit/configuration.ts'
import { startServer, type TestServer } from '../../../test/kit/server.ts'
import type { Page } from 'playwright-core'

describe('the flows of the console', () => {
  const admin = { username: 'admin', password: 'a long administrator password' }
  const steps = [{ type: 'identification' }, { type: 'password' }, { type: 'deny', when: 'request.ip.in("10.0.0.0/8")' }]
  let server: TestServer
  let api: Api
  before(async () => {
    const flows = { office: { title: 'From elsewhere', designation: 'authentication', steps } }
    const apply = configuration({ users: { admin: { roles: ['admin'], password: admin.password } }, flows })
    server = await startServer({ apply, env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
    api = apiOf(server.url, adminToken)
  })
  after(async () => {
    await closeBrowser()
    await server?.stop()
  })

  /** Somebody who may do everything looks at a page of the console; nothing may be complained of. */
  const seeing = async (path: string, see: (page: Page) => Promise<void>, look: Parameters<typeof visit>[0] = {}) => {
    const visitor = await visit(look)
    const { page } = visitor
    try {
      await page.goto(server.url)
      await page.locator('[name=identifier]').fill(admin.username)
      await page.keyboard.press('Enter')
      await page.locator('[name=password]').fill(admin.password)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/if/user/**')
      await page.goto(`${server.url}/if/admin${path}`)
      // Until all of the page is there: what is typed before may be lost where the machine is slow.
      await page.waitForLoadState('networkidle')
      await see(page)

      // What the API refuses is told on the page; Chromium tells it, too.
      const complaints = visitor.problems.filter((problem) => !/the server responded with a status of 4(12|22)/.test(problem))
      assert.deepEqual(complaints, [])
    } finally {
      await visitor.close()
    }
  }
  const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click()
  const write = async (page: Page, label: string, text: string) => {
    const editor = page.getByRole('textbox', { name: label, exact: true })
    await editor.click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('Delete')
    await page.keyboard.insertText(text)
  }
  const chooseStep = (page: Page, name: string) =>
    page
      .getByRole('button', { name: new RegExp(`${name}\\b`) })
      .first()
      .click()
  const condition = 'Expression'
  const field = (page: Page, name: string) => page.getByRole('textbox', { name: new RegExp(String.raw`^${name}\*?$`) })

  test('are listed, with who runs them', () =>
    seeing('/flows', async (page) => {
      const row = page.getByRole('row', { name: /default-authentication/ })
      await row.getByText('Default', { exact: true }).waitFor()
      await row.getByText('As shipped').waitFor()
      await page.getByRole('link', { name: 'From elsewhere' }).click()
      await page.getByRole('heading', { name: 'From elsewhere' }).waitFor()
    }))

  test('an expression is completed by its types, also with the keyboard', () =>
    seeing('/flows/office', async (page) => {
      await chooseStep(page, 'deny-3')
      await write(page, condition, 'user')
      await page.keyboard.type('.isIn')
      const option = page.getByRole('option', { name: /^isInGroup/ })
      await option.waitFor()
      await page.getByText('Is the user in one of these groups').waitFor()
      await page.waitForTimeout(100)
      await page.keyboard.press('Enter')
      await page.keyboard.type('"staff"')
      await page
        .getByRole('button', { name: /deny-3/ })
        .getByText('user.isInGroup("staff")')
        .waitFor()
    }))

  test('a habit of Python is marked, and put right by a click', () =>
    seeing('/flows/office', async (page) => {
      await chooseStep(page, 'deny-3')
      await write(page, condition, 'user.isInGroup("staff") and true')
      await page
        .getByText(/"and" is written as && in JavaScript/)
        .first()
        .waitFor()
      await page.locator('.cm-lintRange-error').first().waitFor()
      await page.getByRole('button', { name: 'Write it so' }).click()
      await page
        .getByRole('button', { name: /deny-3/ })
        .getByText('user.isInGroup("staff") && true')
        .waitFor()
      await page
        .getByText(/"and" is written/)
        .first()
        .waitFor({ state: 'detached' })
    }))

  test('an expression is tried on somebody, and the part that decided is marked', () =>
    seeing('/flows/office', async (page) => {
      await chooseStep(page, 'deny-3')
      await write(page, condition, 'user.isInGroup("staff") && request.ip.in("10.0.0.0/8")')
      await page.getByRole('button', { name: 'Try it' }).click()
      const panel = page.getByRole('group', { name: 'Try it' })
      await panel.getByRole('combobox', { name: 'User' }).fill('ad')
      await page.getByRole('option', { name: /ada/ }).click()
      await panel.getByRole('textbox', { name: 'Address of the browser' }).fill('192.0.2.1')
      await panel.getByText('request.ip.in("10.0.0.0/8") is false').waitFor()
      assert.equal(await page.locator('.cm-decided').first().innerText(), 'request.ip.in("10.0.0.0/8")')
      await panel.getByRole('textbox', { name: 'Address of the browser' }).fill('10.1.2.3')
      await panel.getByText('Yes.').waitFor()
    }))

  test('a step is inserted, moved and saved with the keyboard alone', () =>
    seeing('/flows/office', async (page) => {
      await page
        .getByRole('button', { name: /identification-1/ })
        .first()
        .waitFor()
      await page.getByRole('button', { name: 'Add a step: Steps' }).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('dialog', { name: 'Insert a step' }).waitFor()
      await page.keyboard.type('dummy')
      await page.keyboard.press('Enter')
      await page
        .getByRole('button', { name: /dummy-4/ })
        .first()
        .waitFor()
      // What it needs is not said yet, and the outline says so.
      await page.getByText('One problem').waitFor()
      await field(page, 'Title').fill('Welcome')
      await page.getByText('Not saved yet', { exact: true }).waitFor()
      await page
        .getByRole('button', { name: /dummy-4/ })
        .first()
        .focus()
      await page.keyboard.press('Alt+ArrowUp')
      await page
        .getByRole('button', { name: /dummy-3/ })
        .first()
        .waitFor()
      await page.getByRole('button', { name: 'Save' }).focus()
      await page.keyboard.press('Enter')
      await page.getByText('Saved; it holds from now on').first().waitFor()
      const { spec } = await api.must('GET', '/flows/office')
      assert.deepEqual(spec.steps, [...steps.slice(0, 2), { type: 'dummy', with: { title: 'Welcome' } }, steps[2]])
    }))

  test('a removed step comes back, and leaving with a draft is asked about', () =>
    seeing('/flows/office', async (page) => {
      await page
        .getByRole('button', { name: /password-2/ })
        .first()
        .focus()
      await page.keyboard.press('Delete')
      await page.getByText('password-2 was removed').first().waitFor()
      await page.getByRole('link', { name: 'Groups' }).click()
      await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Undo' }).last().click()
      await page
        .getByRole('button', { name: /password-2/ })
        .first()
        .waitFor()
      await page.getByRole('link', { name: 'Groups' }).click()
      await page.getByRole('heading', { name: 'Groups' }).waitFor()
    }))

  test('a flow that cannot work is marked in the outline and in its text, which change together', () =>
    seeing('/flows/office', async (page) => {
      await tab(page, 'YAML')
      const text = 'title: Broken\ndesignation: authentication\nsteps:\n  - type: passwrd\n  - type: identification\n'
      await write(page, 'The flow as YAML', text)
      await page.getByRole('heading', { name: 'Broken' }).waitFor()
      await page
        .getByText(/did you mean "password"/)
        .first()
        .waitFor()
      await page.getByRole('list', { name: 'Problems in The flow as YAML' }).getByText('Line 4:').waitFor()
      await write(page, 'The flow as YAML', 'title: [')
      await page.getByText('The YAML cannot be read').waitFor()
      await write(page, 'The flow as YAML', text.replace('passwrd', 'dummy'))
      await page
        .getByRole('button', { name: /dummy-1/ })
        .first()
        .waitFor()
    }))

  test('a simulation tells each step of the draft, why, and how it ends', () =>
    seeing('/flows/office', async (page) => {
      await tab(page, 'Simulate')
      await page.getByRole('button', { name: 'Simulate' }).click()
      await page.getByText('Waits at identification-1 for an answer to: identifier').waitFor()
      await page.getByRole('button', { name: 'Answer these' }).click()
      await page.getByRole('textbox', { name: 'Answer to identifier' }).fill('ada')
      await page.getByRole('checkbox', { name: 'Take proofs as given' }).click()
      await page.getByRole('textbox', { name: 'Address of the browser' }).fill('10.1.2.3')
      await page.getByRole('button', { name: 'Simulate' }).click()
      await page.getByText(/^Denied:/).waitFor()
      const trace = page.getByRole('list', { name: 'Steps of the simulation' })
      await trace.getByText('request.ip.in("10.0.0.0/8") is true').waitFor()
      await page
        .getByRole('button', { name: /deny-\d/ })
        .getByText('denied')
        .first()
        .waitFor()
    }))

  test('two who change one flow are merged, and asked only where both changed the same', () =>
    seeing('/flows/office', async (page) => {
      const others = (spec: object) => api('PATCH', '/flows/office', { body: { spec }, headers: { 'if-match': '*' } })
      await field(page, 'Title').fill('Mine')
      await others({ session: { lifetime: '8h' } })
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Others had changed this meanwhile, and it is kept: Sessions last').first().waitFor()
      const { spec } = await api.must('GET', '/flows/office')
      assert.deepEqual([spec.title, spec.session], ['Mine', { lifetime: '8h' }])
      assert.equal(await field(page, 'Sessions last').inputValue(), '8h')

      await field(page, 'Title').fill('Mine again')
      await others({ title: 'Theirs' })
      await page.getByRole('button', { name: 'Save' }).click()
      const question = page.getByRole('dialog', { name: 'Somebody else changed the same' })
      await question.getByRole('radio', { name: /^Yours/ }).check()
      await question.getByRole('button', { name: 'Save this' }).click()
      await question.waitFor({ state: 'detached' })
      await page.getByText('Saved; it holds from now on').first().waitFor()
      assert.equal((await api.must('GET', '/flows/office')).spec.title, 'Mine again')
      await tab(page, 'History')
      await page.getByRole('list', { name: 'History of the flow' }).getByText('by admin').first().waitFor()
    }))
})
