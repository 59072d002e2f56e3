import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { accessibilityProblems, closeBrowser, type Look, visit, type Visit } from '../../test/kit/browser.ts'
import { sampleNames } from './samples.ts'
import { serveApplication, serveSamples, type Site } from './sample-server.ts'

let application: Site
let samples: Site
let staying: Site

before(async () => {
  application = await serveApplication()
  samples = await serveSamples(new URL(`${application.url}/callback`))
  staying = await serveSamples(new URL(`${application.url}/stay`))
})
after(async () => {
  await closeBrowser()
  for (const site of [application, samples, staying]) site?.close()
})

const visiting = async (look: Look, address: string, see: (visit: Visit) => Promise<void>): Promise<void> => {
  const visitor = await visit(look)
  try {
    if (address.startsWith(staying.url))
      await visitor.page.route('**/static/submit.*', (route) => route.fulfill({ contentType: 'text/javascript' }))
    await visitor.page.goto(address)
    await see(visitor)
    assert.deepEqual(visitor.problems, [])
  } finally {
    await visitor.close()
  }
}

const looks: readonly Look[] = [{ width: 1440 }, { width: 390, locale: 'de' }, { width: 1440, dark: true, locale: 'de' }]
for (const look of looks) {
  const { width, dark = false, locale = 'en' } = look
  describe(`${dark ? 'dark' : 'light'}, ${width} px, ${locale}`, () => {
    for (const name of sampleNames)
      test(`${name} is accessible and keeps to its policy`, () =>
        visiting(look, `${staying.url}/${name}?lang=${locale}`, async ({ page }) => {
          assert.deepEqual(await accessibilityProblems(page), [])
          const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
          assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`)
        }))
  })
}

for (const javaScript of [true, false]) {
  describe(javaScript ? 'with JavaScript' : 'without JavaScript', () => {
    test('an answer is posted once and ends at the application', () =>
      visiting({ javaScript }, `${samples.url}/sign-in`, async ({ page }) => {
        const earlier = samples.posted.length
        await page.getByLabel('User name or e-mail address').fill('ada')
        await page.getByLabel('Password', { exact: true }).fill('correct horse & co')
        await page.getByRole('button', { name: 'Sign in' }).click({ clickCount: javaScript ? 2 : 1 })
        await page.waitForURL('**/home')
        assert.deepEqual(samples.posted.slice(earlier), ['csrf=token&identifier=ada&password=correct+horse+%26+co'])
      }))

    test('a page that posts to an application arrives, and may be sent on from there', () =>
      visiting({ javaScript }, `${samples.url}/post`, async ({ page }) => {
        if (!javaScript) await page.getByRole('button', { name: 'Continue' }).click()
        await page.waitForURL('**/home')
        assert.equal(application.posted.at(-1), 'code=a%26b&state=%22x%22')
      }))

    test('the focus is on what went wrong, and its links lead to the fields', () =>
      visiting({ javaScript }, `${samples.url}/field-errors`, async ({ page }) => {
        assert.match(await page.title(), /^Error: /)
        await page.locator('[role=alert]:focus').waitFor()
        await page.getByRole('link', { name: /^Your e-mail address/ }).click()
        await page.keyboard.type('ada@example.com')
        assert.equal(await page.getByLabel('Your e-mail address').inputValue(), 'ada@example.com')
      }))

    test('the language changes and the rest of the address stays', () =>
      visiting({ javaScript }, `${samples.url}/sign-in?next=a%26b`, async ({ page }) => {
        await page.locator('summary').click()
        await page.getByRole('button', { name: 'Deutsch' }).click()
        await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
        assert.equal(page.url(), `${samples.url}/sign-in?next=a%26b&lang=de`)
      }))
  })
}

test('what is typed into a text area comes back unchanged', () =>
  visiting({}, `${samples.url}/fields`, async ({ page }) => {
    assert.equal(await page.getByLabel('About you').inputValue(), '\n<b>&amp;</b>')
  }))

test('a password can be shown, and is a password again when it is sent', () =>
  visiting({}, `${staying.url}/sign-in`, async ({ page }) => {
    const password = page.getByLabel('Password', { exact: true })
    const show = page.getByRole('button', { name: 'Show password' })
    await password.fill('secret')
    await show.click()
    assert.deepEqual([await password.getAttribute('type'), await show.getAttribute('aria-pressed')], ['text', 'true'])
    await page.evaluate(`addEventListener('submit', (event) => event.preventDefault())`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    assert.deepEqual([await password.getAttribute('type'), await show.getAttribute('aria-pressed')], ['password', 'false'])
  }))

test('without JavaScript there is no button that would do nothing', () =>
  visiting({ javaScript: false }, `${samples.url}/sign-in`, async ({ page }) => {
    assert.equal(await page.getByRole('button', { name: 'Show password' }).isVisible(), false)
  }))

test('the menu of languages closes by Escape and by a click beside it', () =>
  visiting({}, `${samples.url}/sign-in`, async ({ page }) => {
    const choice = page.getByRole('button', { name: 'Deutsch' })
    const summary = page.locator('summary')
    await summary.click()
    await choice.focus()
    await page.keyboard.press('Escape')
    assert.equal(await choice.isVisible(), false)
    await page.locator('summary:focus').waitFor()
    await summary.click()
    await page.locator('h1').click()
    assert.equal(await choice.isVisible(), false)
  }))
