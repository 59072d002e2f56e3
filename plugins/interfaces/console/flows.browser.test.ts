// Longer than 400 lines: the walks of the flow pages share one server and one browser.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../../../test/kit/api.ts'
import { closeBrowser, type Look, visit } from '../../../test/kit/browser.ts'
import { configuration } from '../../../test/kit/configuration.ts'
import { startServer, type TestServer } from '../../../test/kit/server.ts'
import type { Page } from 'playwright-core'

describe('the flows of the console', () => {
  const admin = { username: 'admin', password: 'a long administrator password' }
  const steps = [{ type: 'identification' }, { type: 'password' }, { type: 'deny', when: 'request.ip.in("10.0.0.0/8")' }]
  let server: TestServer
  let api: Api
  before(async () => {
    const flow = { designation: 'authentication', steps }
    const flows = {
      office: { ...flow, title: 'From elsewhere' },
      team: { ...flow, title: 'Team', steps: [...steps.slice(0, 2), { type: 'dummy', with: { title: 'Before' } }] },
      forms: { ...flow, title: 'Forms', steps: steps.slice(0, 2) },
      managed: { ...flow, title: 'Managed', steps: [...steps.slice(0, 2), { type: 'deny', when: 'device.posture.managed !== "yes"' }] },
    }
    const users = { admin: { roles: ['admin'], password: admin.password }, vera: { roles: ['viewer'], password: admin.password } }
    const apply = configuration({ users, flows })
    server = await startServer({ apply, env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
    api = apiOf(server.url, adminToken)
  })
  after(async () => {
    await closeBrowser()
    await server?.stop()
  })

  /** Somebody who may do everything looks at a page of the console; nothing may be complained of. */
  const seeing = async (
    path: string,
    see: (page: Page) => Promise<void>,
    { username = admin.username, ...look }: Look & { readonly username?: string } = {},
  ) => {
    const visitor = await visit(look)
    const { page } = visitor
    page.setDefaultTimeout(8000)
    try {
      await page.goto(server.url)
      await page.locator('[name=identifier]').fill(username)
      await page.keyboard.press('Enter')
      await page.locator('[name=password]').fill(admin.password)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/if/user/**')
      await page.goto(`${server.url}/if/admin${path}`)
      await see(page)
      // What the API refuses is told on the page; Chromium tells it, too.
      const complaints = visitor.problems.filter((problem) => !/the server responded with a status of 4(00|12|22)/.test(problem))
      assert.deepEqual(complaints, [])
    } finally {
      await visitor.close()
    }
  }
  const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click()
  const write = async (page: Page, label: string, text: string) => {
    await page.locator(`textarea[aria-label="${label}"]`).waitFor({ state: 'detached' })
    await page.getByRole('textbox', { name: label, exact: true }).click()
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
      // The editor takes no key for a choice just after it has opened the list, whose opening is told by nothing.
      await page.waitForTimeout(500)
      await page.keyboard.press('Enter')
      await option.waitFor({ state: 'detached' })
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
      await page.getByRole('textbox', { name: 'Title' }).last().fill('Welcome')
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

  test('a simulation pretends what a proxy tells of the device, and what an application asks for', () =>
    seeing('/flows/managed', async (page) => {
      await tab(page, 'Simulate')
      await page.getByRole('checkbox', { name: 'Take proofs as given' }).click()
      await page.getByRole('button', { name: 'Add an answer' }).click()
      await page.getByRole('textbox', { name: 'Field 1' }).fill('identifier')
      await page.getByRole('textbox', { name: 'Answer to identifier' }).fill('ada')
      const run = page.getByRole('button', { name: 'Simulate', exact: true })
      await run.click()
      await page.getByText(/^Denied:/).waitFor()
      await page.getByRole('button', { name: 'Add a fact' }).click()
      await page.getByRole('textbox', { name: 'Fact 1' }).fill('managed')
      await page.getByRole('textbox', { name: 'Value of managed' }).fill('yes')
      await run.click()
      await page.getByText('there is no "managed" here; there are certificate, posture').waitFor()
      await page.getByRole('textbox', { name: 'Fact 1' }).fill('posture.managed')
      await run.click()
      await page.getByText(/^Signs in ada/).waitFor()
      await page.getByRole('combobox', { name: 'Application that waits' }).fill('wi')
      await page.getByRole('option', { name: /Wiki/ }).click()
      await page.getByRole('textbox', { name: 'Levels it asks for' }).fill('phs')
      await run.click()
      await page.getByText('there is no level "phs"; did you mean "phr"?').waitFor()
      await page.getByRole('textbox', { name: 'Levels it asks for' }).fill('phr, 2')
      await run.click()
      await page.getByText('needs a stronger sign-in').first().waitFor()
      await page.getByRole('group', { name: 'Already signed in, by' }).getByRole('checkbox', { name: 'passkey' }).waitFor()
    }))

  /** Two people: the second saves by the API while the first has the page open. */
  const theirs = async (change: (spec: any) => object) => {
    const { spec } = await api.must('GET', '/flows/team')
    const saved = await api('PUT', '/flows/team', { body: { spec: change(spec) }, headers: { 'if-match': '*' } })
    assert.equal(saved.status, 200)
  }

  test('what two people changed at different steps is kept of both', () =>
    seeing('/flows/team', async (page) => {
      await page.getByRole('textbox', { name: 'Title' }).first().fill('Ours')
      await chooseStep(page, 'dummy-3')
      await page.locator('[data-pointer="/part/with/title"]').getByRole('textbox', { name: 'Title' }).fill('Mine')
      await theirs((spec) => ({
        ...spec,
        steps: [{ type: 'identification', with: { by: ['email'] } }, ...spec.steps.slice(1), { type: 'deny', when: 'false' }],
      }))
      await page.getByRole('button', { name: 'Save' }).click()
      await page
        .getByText(/it was taken in: .*identification-1 › Settings/)
        .first()
        .waitFor()
      const { spec } = await api.must('GET', '/flows/team')
      assert.deepEqual(
        [spec.title, spec.steps],
        [
          'Ours',
          [
            { type: 'identification', with: { by: ['email'] } },
            { type: 'password' },
            { type: 'dummy', with: { title: 'Mine' } },
            { type: 'deny', when: 'false' },
          ],
        ],
      )
      await page.locator('[data-step="/steps/3"]').waitFor()
    }))

  test('what two people changed alike is chosen, and the history tells it', () =>
    seeing('/flows/team', async (page) => {
      await chooseStep(page, 'dummy-3')
      await page.locator('[data-pointer="/part/with/title"]').getByRole('textbox', { name: 'Title' }).fill('Mine again')
      await page.getByRole('tab', { name: 'Flow', exact: true }).click()
      await page.getByRole('textbox', { name: 'Title' }).first().fill('Mine, too')
      await theirs((spec) => ({ ...spec, title: 'Theirs, too', steps: spec.steps.with(2, { type: 'dummy', with: { title: 'Theirs' } }) }))
      await page.getByRole('button', { name: 'Save' }).click()
      const question = page.getByRole('dialog', { name: 'Somebody else changed the same' })
      const ofStep = question.getByRole('group', { name: 'dummy-3 › Title' })
      await ofStep.getByText('Mine again').waitFor()
      await ofStep.getByRole('radio', { name: 'Theirs' }).click()
      await question.getByRole('group', { name: 'Title', exact: true }).getByRole('radio', { name: 'Yours' }).click()
      await question.getByRole('button', { name: 'Save this' }).click()
      await page.getByText('Saved; it holds from now on').first().waitFor()
      const { spec } = await api.must('GET', '/flows/team')
      assert.deepEqual([spec.title, spec.steps[2].with.title], ['Mine, too', 'Theirs'])
      await tab(page, 'History')
      await page.getByRole('tabpanel', { name: 'History' }).getByText('Mine, too').first().waitFor()
    }))

  test('a stage is told what its schema says, the answer of the server stands at its field, and comments of the text stay', () =>
    seeing('/flows/forms', async (page) => {
      await tab(page, 'YAML')
      const text =
        'title: Forms\ndesignation: authentication\nsteps:\n  # who is it\n  - type: identification\n  - type: password # proof\n'
      await write(page, 'The flow as YAML', text)
      await chooseStep(page, 'identification-1')
      await page.getByText('What users may type to say who they are.').waitFor()
      await page.getByRole('radio', { name: 'An expression' }).click()
      await write(page, condition, 'user.isInGrop("x")')
      await page
        .locator('[data-pointer="/part/when"]')
        .getByText(/did you mean "isInGroup"/)
        .first()
        .waitFor()
      await tab(page, 'YAML')
      const shown = page.getByRole('textbox', { name: 'The flow as YAML' })
      await shown.getByText('# who is it').waitFor()
      await shown.getByText('# proof').waitFor()
      await shown.getByText('when: user.isInGrop').waitFor()
    }))

  test('a stage that no plugin brings is told as JSON', () =>
    seeing('/flows/forms', async (page) => {
      await tab(page, 'YAML')
      await write(page, 'The flow as YAML', 'title: Forms\ndesignation: authentication\nsteps:\n  - type: nope\n    with: { a: 1 }\n')
      await chooseStep(page, 'nope-1')
      await page.getByText('No plugin brings the stage “nope”').waitFor()
      await page.locator('[data-pointer="/part/with"] textarea').fill('{"a": 2}')
      await page
        .getByRole('button', { name: /nope-1/ })
        .first()
        .getByText('a: 2')
        .waitFor()
    }))

  test('steps are duplicated and moved with the keyboard, and each is read out', () =>
    seeing('/flows/forms', async (page) => {
      await page.locator('[data-step="/steps/1"]').focus()
      await page.keyboard.press('Alt+Shift+ArrowDown')
      const said = page.locator('[aria-live=polite].sr-only').first()
      await said.getByText('password-2 was duplicated').waitFor()
      await page.keyboard.press('Alt+ArrowUp')
      await said.getByText('password-3 is now step 2 of 3').waitFor()
      await page.locator('[data-step="/steps/1"]:focus').waitFor()
    }))

  test('who may only look is shown the same form, and cannot change it', () =>
    seeing(
      '/flows/forms',
      async (page) => {
        await chooseStep(page, 'identification-1')
        await page.getByText('What users may type to say who they are.').waitFor()
        assert.equal(await page.locator('[data-pointer^="/part"] :is(input, textarea, button[role=radio], select):enabled').count(), 0)
        assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0)
      },
      { username: 'vera' },
    ))

  test('a default flow gets a choice by its form, is simulated, saved, seen in the history and rolled back', () =>
    seeing('/flows/default-authentication', async (page) => {
      await chooseStep(page, 'identification-1')
      await page.getByRole('button', { name: 'Remove Identified by 2' }).click()
      await page.locator('[data-step="/steps/1"]').focus()
      await page.getByRole('button', { name: 'Change password-2' }).click()
      await page.getByRole('menuitem', { name: 'Insert after' }).click()
      await page
        .getByRole('dialog', { name: 'Insert a step' })
        .getByRole('button', { name: /^Choice/ })
        .click()
      await write(page, condition, 'request.ip.in("10.0.0.0/8")')
      await page.getByRole('button', { name: /^Add a step: Branch if/ }).click()
      await page.keyboard.type('deny')
      await page.keyboard.press('Enter')
      await page.locator('[data-step="/steps/2/choose/0/steps/0"]').waitFor()

      await tab(page, 'Simulate')
      await page.getByRole('button', { name: 'Simulate', exact: true }).click()
      await page.getByRole('button', { name: 'Answer these' }).click()
      await page.getByRole('textbox', { name: 'Answer to identifier' }).fill('admin')
      await page.getByRole('checkbox', { name: 'Take proofs as given' }).click()
      await page.getByRole('checkbox', { name: 'password', exact: true }).click()
      await page.getByRole('combobox', { name: 'Application that waits' }).fill('wi')
      await page.getByRole('option', { name: /Wiki/ }).click()
      await page.getByRole('button', { name: 'Simulate', exact: true }).click()
      await page.getByText(/^Signs in admin/).waitFor()
      const trace = page.getByRole('list', { name: 'Steps of the simulation' })
      await trace.getByText('request.ip.in("10.0.0.0/8") is false').waitFor()
      await page.locator('[data-step="/steps/2/choose/0/steps/0"]').getByText('not reached').waitFor()

      const { number } = (await api.must('GET', '/configuration/history')).items[0]
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved; it holds from now on').first().waitFor()
      assert.deepEqual((await api.must('GET', '/flows/default-authentication')).spec.steps, [
        { type: 'identification', with: { by: ['username'] } },
        { type: 'password', when: [{ method: 'passkey', negate: true }] },
        { choose: [{ when: 'request.ip.in("10.0.0.0/8")', steps: [{ type: 'deny' }] }] },
        { type: 'second-factor' },
        { id: 'backup-codes', type: 'authenticator-setup', with: { authenticators: ['recovery-codes'], ask: 'enrolled' } },
      ])
      await tab(page, 'History')
      await page
        .getByText(/request\.ip\.in/)
        .first()
        .waitFor()
      await page.goto(`${server.url}/if/admin/revisions/${number}`)
      await page
        .getByRole('button', { name: /Roll back/i })
        .first()
        .click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /Roll back/i })
        .click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      const { spec } = await api.must('GET', '/flows/default-authentication')
      assert.deepEqual(spec.steps[0].with.by, ['username', 'email'])
    }))
})
