// Longer than others: the pages of the area share one server, with its mail server, and one way to sign in.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { adminToken, type Api, apiOf } from '../../../test/kit/api.ts'
import { accessibilityProblems, closeBrowser, type Look, visit } from '../../../test/kit/browser.ts'
import { deadJob, putJob } from '../../../test/kit/jobs.ts'
import { startServer, type TestServer } from '../../../test/kit/server.ts'
import { type MailServer, startMailServer } from '../../../test/kit/smtp.ts'

const password = 'a long password of an administrator'
const acme = { name: 'Acme', colors: { primary: '#7a1fa2' }, footerLinks: [{ label: 'Imprint', href: 'https://acme.example/' }] }
let mail: MailServer
let server: TestServer
let api: Api
before(async () => {
  mail = await startMailServer()
  server = await startServer({
    apply: { version: 1, brands: { acme }, users: { ida: { password, roles: ['viewer'] } } },
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, SLUICE_BOOTSTRAP_PASSWORD: password },
  })
  api = apiOf(server.url, adminToken)
})
after(async () => {
  await closeBrowser()
  await Promise.all([server?.stop(), mail?.close()])
})

/** What the API refuses on purpose is told on the console by the browser, too. */
const isRefusal = (problem: string, refused: number): boolean =>
  problem.includes('status of 422 ') || problem.includes(`status of ${refused} `)

/** Signed in at a page of the console, in a browser of its own that must not complain of anything. */
const at = async (
  path: string,
  see: (page: Page) => Promise<void>,
  { username = 'admin', refused = 422, ...look }: Look & { username?: string; refused?: number } = {},
) => {
  const visitor = await visit(look)
  const { page, problems } = visitor
  page.setDefaultTimeout(8000)
  try {
    await page.goto(server.url)
    await page.locator('[name=identifier]').fill(username)
    await page.keyboard.press('Enter')
    await page.locator('[name=password]').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/if/user/**')
    await page.goto(`${server.url}/if/admin${path}`)
    await see(page)
    assert.deepEqual(
      problems.filter((problem) => !isRefusal(problem, refused)),
      [],
    )
  } finally {
    await visitor.close()
  }
}
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
const field = (page: Page, pointer: string) => page.locator(`[data-pointer="${pointer}"]`)

/** Waits until the preview's page says so. By asking again: its policy forbids Playwright's own way of waiting. */
const preview = async (page: Page, expression: string, expected: unknown): Promise<void> => {
  await page.locator('iframe').waitFor()
  let seen: unknown
  for (let left = 80; left > 0; left--) {
    const frame = page.frames().find((one) => one.url().includes('/if/preview/'))
    seen = await frame?.evaluate(expression).catch(() => undefined)
    if (JSON.stringify(seen) === JSON.stringify(expected)) return
    await pause(100)
  }
  assert.deepEqual(seen, expected)
}
const button = 'getComputedStyle(document.querySelector(".button.primary")).backgroundColor'
const ground = 'getComputedStyle(document.documentElement).getPropertyValue("--ground")'
const links = '[...document.querySelectorAll(".footer-links a")].map((link) => link.textContent)'

const svg = (inner: string) => ({
  name: 'logo.svg',
  mimeType: 'image/svg+xml',
  buffer: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40">${inner}</svg>`),
})

test('the page to sign in is seen beside the form of a brand as it is typed, light and dark, before anything is saved', () =>
  at('/brands/acme', async (page) => {
    await preview(page, button, 'rgb(122, 31, 162)')
    await preview(page, links, ['Imprint'])
    assert.equal(
      await page.getByTitle('The page to sign in with this brand, as it would look').getAttribute('sandbox'),
      'allow-same-origin',
    )
    const steps = await page.evaluate('history.length')

    await page.getByLabel('Name').fill('Acme <b>&</b> "Sons"')
    await field(page, '/spec/colors/primary').getByRole('textbox').last().fill('#0055aa')
    await field(page, '/spec/footerLinks/0/label').getByRole('textbox').fill('Imprint & <i>more</i>')
    await preview(page, button, 'rgb(0, 85, 170)')
    await preview(page, links, ['Imprint & <i>more</i>'])
    await preview(page, 'document.title', 'Sign in · Acme <b>&</b> "Sons"')
    await preview(page, 'document.querySelectorAll("script, .page b, .page i").length', 0)
    await preview(page, ground, '#f1f5f7')
    await press(page, 'Dark')
    await preview(page, ground, '#091216')
    assert.equal(await page.evaluate('history.length'), steps, 'the way back is that of the page')

    assert.deepEqual((await api.must('GET', '/brands/acme')).spec, acme)
    await press(page, 'Save')
    await page.getByText('Saved', { exact: true }).first().waitFor()
    assert.equal((await api.must('GET', '/brands/acme')).spec.colors.primary, '#0055aa')
  }))

test('a colour that nobody can read is told at its field while it is typed, with one that would do', () =>
  at('/brands/new', async (page) => {
    await page.getByLabel('Name').fill('Bright')
    const primary = field(page, '/spec/colors/primary')
    await primary.getByRole('textbox').last().fill('#ffcc00')
    await primary.getByText(/contrast of 1\.5 .* #8f7200 would do/).waitFor()
    const told = page.getByRole('status').filter({ hasText: 'Like this it cannot be saved' })
    await told.getByText('Colours › Primary colour').waitFor()
    await preview(page, button, 'rgb(255, 204, 0)')
    await primary.getByRole('textbox').last().fill('#8f7200')
    await told.waitFor({ state: 'detached' })
    assert.equal((await api('GET', '/brands/bright')).status, 404)
  }))

test('a logo is uploaded in the form: seen there and in the preview, refused at the field, removed', () =>
  at('/brands/acme', async (page) => {
    const logo = field(page, '/spec/logo')
    const choose = (file: ReturnType<typeof svg>) => logo.locator('input[type=file]').setInputFiles(file)
    await choose(svg('<script>alert(1)</script>'))
    await logo
      .getByRole('alert')
      .getByText(/has <script>.*remove it/)
      .waitFor()
    await choose({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') })
    await logo
      .getByRole('alert')
      .getByText(/no image that is known here; save it as PNG/)
      .waitFor()
    await choose({ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(600_000) })
    await logo
      .getByRole('alert')
      .getByText(/600000 bytes, and 524288 is the most/)
      .waitFor()
    await choose({ name: 'film.png', mimeType: 'image/png', buffer: Buffer.alloc(5_000_000) })
    await logo
      .getByRole('alert')
      .getByText(/film\.png is too large/)
      .waitFor()

    await choose(svg('<rect width="120" height="40" fill="#7a1fa2"/>'))
    await logo.getByRole('img', { name: 'Logo' }).waitFor()
    assert.equal(await logo.getByRole('alert').count(), 0)
    await preview(page, 'document.querySelector(".logo")?.naturalWidth', 120)
    await press(page, 'Remove Logo')
    await preview(page, 'document.querySelector(".logo") === null', true)
    // A file that is dropped is taken, too.
    const dropped = await page.evaluateHandle(`(() => {
      const data = new DataTransfer()
      data.items.add(new File([${JSON.stringify(svg('<rect width="120" height="40"/>').buffer.toString())}], 'logo.svg', { type: 'image/svg+xml' }))
      return data
    })()`)
    await logo.getByRole('button').dispatchEvent('drop', { dataTransfer: dropped })
    await logo.getByRole('img', { name: 'Logo' }).waitFor()
    await press(page, 'Discard changes')
  }))

test('whoever may only look at brands sees the preview, too', () =>
  at(
    '/brands/acme',
    async (page) => {
      await page.getByText('You may look at this, and not change it.').waitFor()
      await preview(page, links, ['Imprint & <i>more</i>'])
      assert.equal(await page.getByRole('button', { name: 'Upload an image' }).count(), 0)
    },
    { username: 'ida' },
  ))

test('a preview that cannot be loaded says so, and is tried again', () =>
  at('/settings', async (page) => {
    const refuse = '**/if/preview/sign-in/**'
    await page.route(refuse, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>Not this page</p>' }))
    await page.goto(`${server.url}/if/admin/brands/acme`)
    await page.getByRole('alert').getByText('The preview could not be loaded').waitFor()
    await page.unroute(refuse)
    await press(page, 'Try again')
    await preview(page, links, ['Imprint & <i>more</i>'])
    await page.getByText('The preview could not be loaded').waitFor({ state: 'detached' })
  }))

for (const look of [{ dark: false }, { dark: true, width: 390 }])
  test(`the form of a brand is accessible, ${look.dark ? 'dark on a phone' : 'light on a desktop'}`, () =>
    at(
      '/brands/acme',
      async (page) => {
        await preview(page, links, ['Imprint & <i>more</i>'])
        await field(page, '/spec/colors/primary').getByRole('textbox').last().fill('#ffcc00')
        await page.getByText('Like this it cannot be saved').waitFor()
        assert.deepEqual(await accessibilityProblems(page), [])
      },
      look,
    ))

test('a test message goes by the mail server that is written, before it is saved: where to, or why not and what to do', () =>
  at(
    '/settings/email',
    async (page) => {
      const section = page.getByRole('region', { name: 'Send a test message' })
      const send = () => section.getByRole('button', { name: 'Send a test message' }).click()
      await send()
      await section.getByText('you have no e-mail address; say where the message is to go').waitFor()
      await section.getByLabel('To').fill('ada@example.com')
      await send()
      await section
        .getByRole('alert')
        .getByText(/there is no mail server; write settings\.email/)
        .waitFor()

      await field(page, '/spec/host').getByRole('textbox').fill('127.0.0.1')
      await section.getByRole('alert').waitFor({ state: 'detached' })
      await send()
      await section
        .getByRole('alert')
        .getByText(/"from" is missing/)
        .waitFor()

      await field(page, '/spec/from').getByRole('textbox').fill('sluice@example.com')
      await field(page, '/spec/port').locator('input').first().fill('1')
      await send()
      await section
        .getByRole('alert')
        .getByText(/127\.0\.0\.1:1/)
        .waitFor()

      await field(page, '/spec/port').locator('input').first().fill(String(mail.port))
      await field(page, '/spec/security').getByRole('combobox').click()
      await page.getByRole('option', { name: 'none' }).click()
      await send()
      await section.getByRole('status').getByText('A message is on its way to ada@example.com').waitFor()
      await section.getByText(/The mail server said: .*taken/).waitFor()
      assert.deepEqual(
        mail.received.map(({ to }) => to),
        [['ada@example.com']],
      )
      assert.equal((await api('GET', '/settings/email')).status, 404)
      await press(page, 'Discard changes')
    },
    { refused: 400 },
  ))

test('whoever may only look at settings has no message to send', () =>
  at(
    '/settings/email',
    async (page) => {
      await page.getByText('You may look at this, and not change it.').waitFor()
      assert.equal(await page.getByRole('button', { name: 'Send a test message' }).count(), 0)
    },
    { username: 'ida' },
  ))

test('signing keys are rotated in good time, and revoked at once, after a question', () =>
  at('/keys', async (page) => {
    const keys = page.getByRole('list', { name: 'Signing keys' }).getByRole('listitem')
    const badge = (name: string) => keys.getByText(name, { exact: true })
    await keys.first().waitFor()
    assert.deepEqual([await badge('Signing').count(), await badge('Next').count()], [3, 0])
    await press(page, 'Rotate')
    const dialog = page.getByRole('dialog')
    assert.match(await dialog.innerText(), /signs a day later/)
    assert.deepEqual(await accessibilityProblems(page), [])
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    assert.equal(await badge('Next').count(), 0, 'who says no changes nothing')
    await press(page, 'Rotate')
    await dialog.getByRole('button', { name: 'Rotate', exact: true }).click()
    await page
      .getByText(/The next keys are published/)
      .first()
      .waitFor()
    await badge('Next').nth(2).waitFor()
    const { items } = await api.must('GET', '/keys')
    assert.equal(items.filter(({ state }: { state: string }) => state === 'next').length, 3)

    await press(page, 'Revoke now: RS256')
    assert.match(await dialog.innerText(), /Revoke all RS256 keys now\?[\s\S]*refused from now on/)
    await dialog.getByRole('button', { name: 'Revoke now', exact: true }).click()
    await page
      .getByText(/A new RS256 key signs/)
      .first()
      .waitFor()
    await badge('Retired').nth(1).waitFor()
    assert.deepEqual([await badge('Signing').count(), await badge('Next').count(), await badge('Retired').count()], [3, 2, 2])
    assert.deepEqual(await accessibilityProblems(page), [])
  }))

test('whoever may only look at keys has nothing to rotate', () =>
  at(
    '/keys',
    async (page) => {
      await page.getByRole('list', { name: 'Signing keys' }).getByRole('listitem').first().waitFor()
      assert.equal(await page.getByRole('button', { name: /^(Rotate|Revoke)/ }).count(), 0)
    },
    { username: 'ida' },
  ))

test('messages to people are seen as they look in a frame that can do nothing, in each language, with the files that replace them', () =>
  at('/settings/email', async (page) => {
    const section = page.getByRole('region', { name: 'Messages' })
    await section.getByText('Your password was changed').waitFor()
    const frame = section.locator('iframe')
    assert.equal(await frame.getAttribute('sandbox'), '')
    assert.equal(await frame.getAttribute('src'), '/if/preview/mail/password-changed?locale=en')
    await section.getByText('en/password-changed.html.liquid').waitFor()
    const steps = await page.evaluate('history.length')

    await section.getByRole('combobox', { name: 'Language of the message' }).click()
    await page.getByRole('option', { name: 'German' }).click()
    await section.getByText('de/password-changed.html.liquid').waitFor()
    await section.getByRole('combobox', { name: 'Message', exact: true }).click()
    await page.getByRole('option', { name: 'Account disabled' }).click()
    await section.getByText('de/account-disabled.html.liquid').waitFor()
    assert.equal(await frame.getAttribute('src'), '/if/preview/mail/account-disabled?locale=de')
    await section.getByRole('button', { name: 'Text', exact: true }).click()
    await section.locator('pre').getByText('Ada Lovelace').waitFor()
    assert.equal(await page.evaluate('history.length'), steps, 'the way back is that of the page')
  }))

test('how far the audit log is sealed is seen below it, with the command that checks it', () =>
  at(
    '/events',
    async (page) => {
      await page.getByText(/^Sealed up to /).click()
      assert.equal(await page.getByRole('textbox', { name: 'Command' }).inputValue(), 'sluice audit verify')
      assert.match(await page.getByRole('textbox', { name: 'Last seal' }).inputValue(), /^\d+ [0-9a-f]{64}$/)
    },
    { username: 'ida' },
  ))

const jobRow = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

test('jobs are seen with how they stand and why they failed; dead ones are tried again, or deleted when that is confirmed', async () => {
  const soon = Date.now() + 3_600_000
  const markup = '<img src=x onerror=alert(1)>'
  await putJob(server, { kind: 'fails', run_at: soon, attempts: 2, last_error: 'Error: busy' })
  await putJob(server, { kind: 'runs', locked_until: soon, locked_by: 'somebody', attempts: 1 })
  const again = await putJob(server, { ...deadJob, kind: 'again', last_error: markup.repeat(70) })
  const gone = await putJob(server, { ...deadJob, kind: 'gone' })
  await at('/', async (page) => {
    await page.getByRole('link', { name: 'Background jobs', exact: true }).click()
    await jobRow(page, 'fails').getByText('Failed, will be tried again').waitFor()
    await jobRow(page, 'fails').getByText('Error: busy').waitFor()
    await jobRow(page, 'runs').getByText('Running', { exact: true }).waitFor()
    await jobRow(page, 'prune-events').getByText('Recurring').waitFor()
    assert.equal(await jobRow(page, 'fails').getByRole('button').count(), 0, 'only dead ones can be tried again or deleted')
    assert.doesNotMatch(await page.locator('main').innerText(), /secret@example/)

    await page.getByRole('combobox', { name: 'State' }).click()
    await page.getByRole('option', { name: 'Given up' }).click()
    await jobRow(page, 'fails').waitFor({ state: 'detached' })
    await page.getByRole('textbox', { name: 'Kind' }).fill('again')
    await page.keyboard.press('Enter')
    await jobRow(page, 'gone').waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).search, '?state=dead&kind=again')
    assert.equal(await page.locator('main img').count(), 0)
    await press(page, 'Try again: again')
    await page.getByText('again will be tried again', { exact: true }).first().waitFor()
    await page.getByText('Nothing matches').waitFor()
    assert.equal((await api.must('GET', `/jobs/${again}`)).state, 'waiting')

    await page.getByRole('textbox', { name: 'Kind' }).fill('gone')
    await page.keyboard.press('Enter')
    await press(page, 'Delete: gone')
    await page.getByRole('dialog').getByText('This cannot be undone').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    assert.equal((await api('GET', `/jobs/${gone}`)).status, 200)
    await press(page, 'Delete: gone')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('gone was deleted', { exact: true }).first().waitFor()
    assert.equal((await api('GET', `/jobs/${gone}`)).status, 404)
  })
})

test('more jobs than fit on a page are seen page by page', async () => {
  for (let n = 0; n < 26; n++) await putJob(server, { kind: 'many' })
  await at('/jobs?kind=many', async (page) => {
    await page.getByText('26 entries').waitFor()
    await page.locator('tbody tr').nth(24).waitFor()
    await press(page, 'Next')
    await page.waitForURL(/cursor=/)
    await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' })
  })
})

test('a job that is dead no more is told so; a list that cannot be read is tried again', async () => {
  const id = await putJob(server, { ...deadJob, kind: 'raced' })
  await at(
    '/jobs?kind=raced',
    async (page) => {
      await page.getByRole('button', { name: 'Try again: raced' }).waitFor()
      await api.must('POST', `/jobs/${id}/retry`)
      await press(page, 'Try again: raced')
      await page
        .getByText(/only dead jobs can be retried or deleted/)
        .first()
        .waitFor()
      await jobRow(page, 'raced').getByText('Waiting', { exact: true }).waitFor()
    },
    { refused: 409 },
  )
  await at(
    '/',
    async (page) => {
      await page.route('**/api/v1/jobs?**', (route) => route.fulfill({ status: 503, contentType: 'text/plain', body: '' }))
      await page.getByRole('link', { name: 'Background jobs', exact: true }).click()
      const told = page.getByRole('alert')
      await told.waitFor({ timeout: 20_000 })
      await page.unroute('**/api/v1/jobs?**')
      await told.getByRole('button', { name: 'Try again' }).click()
      await jobRow(page, 'raced').waitFor()
    },
    { refused: 503 },
  )
})

test('whoever may only look at jobs has nothing to press', async () => {
  await putJob(server, { ...deadJob, kind: 'left' })
  await at(
    '/jobs?kind=left',
    async (page) => {
      await jobRow(page, 'left').getByText('Given up').waitFor()
      assert.equal(await jobRow(page, 'left').getByRole('button').count(), 0)
    },
    { username: 'ida' },
  )
})

test("the picture of a user is set and removed on their page, and one's own is on the button of the account", async () => {
  const { items } = await api.must('GET', '/users?username=admin')
  const id: string = items[0].id
  await at(`/users/${id}`, async (page) => {
    const account = page.getByRole('region', { name: 'Account' }).getByRole('button')
    const main = page.getByRole('main')
    assert.equal(await account.locator('img').count(), 0)
    await main.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await page.screenshot() })
    await account.locator('img[src^="/media/"]').waitFor()
    assert.match((await api.must('GET', `/users/${id}`)).avatar, /^\/media\//)
    await page.getByRole('button', { name: 'Show or hide the navigation' }).first().click()
    await page.getByRole('button', { name: 'Account of admin' }).waitFor()
    await press(page, 'Remove the picture')
    await account.locator('img').waitFor({ state: 'detached' })
    assert.equal((await api.must('GET', `/users/${id}`)).avatar, null)
  })
})
