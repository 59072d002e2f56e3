import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Frame } from 'playwright-core'
import { adminToken, apiOf } from '../kit/api.ts'
import { accessibilityProblems, closeBrowser, visit } from '../kit/browser.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let logo: string
const mark = '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><rect width="120" height="40" fill="#7a1fa2"/></svg>'

before(async () => {
  server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  const admin = apiOf(server.url, adminToken)
  logo = (await admin.must('POST', '/media', { data: Buffer.from(mark).toString('base64') })).id
  const spec = {
    name: 'Acme',
    logo,
    logoDark: logo,
    colors: { primary: '#7a1fa2', background: '#f5f0fa' },
    footerLinks: [{ label: 'Imprint', href: 'https://acme.example/' }],
  }
  await admin.must('POST', '/brands', { slug: 'default', spec })
  const { items } = await admin.must('GET', '/users?username=ada')
  await admin.must('PATCH', `/users/${items[0].id}`, { roles: ['viewer'] })
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

const buttonColor = 'getComputedStyle(document.querySelector(".button.primary")).backgroundColor'
const seenLogos = '[...document.querySelectorAll(".logo")].filter((image) => image.offsetWidth > 0 && image.naturalWidth === 120).length'

/** Waits until one logo is seen. By asking again: the policy forbids Playwright's own way of waiting, which evaluates text in the page. */
const logoIn = async (frame: Frame): Promise<void> => {
  for (let left = 50; (await frame.evaluate(seenLogos)) !== 1; left--) {
    assert.ok(left > 0, 'no logo, or more than one, is seen')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

for (const dark of [false, true])
  test(`a brand on a ${dark ? 'dark' : 'light'} page: its logo, its colours, accessible and within the policy`, async () => {
    const { page, problems, close } = await visit({ dark, width: dark ? 390 : 1440 })
    try {
      await page.goto(`${server.url}/if/flow/redirect/`)
      await logoIn(page.mainFrame())
      if (!dark) assert.equal(await page.evaluate(buttonColor), 'rgb(122, 31, 162)')
      assert.deepEqual(await accessibilityProblems(page), [])
      assert.deepEqual(problems, [])
    } finally {
      await close()
    }
  })

test('a page to sign in with a brand that is not stored is shown in a frame of our own, and can do nothing there', async () => {
  const { page, problems, close } = await visit()
  try {
    await page.goto(`${server.url}/if/flow/redirect/`)
    await page.fill('[name=identifier]', people.ada.username)
    await page.click('button.primary')
    await page.fill('[name=password]', people.ada.password)
    await page.click('button.primary')
    await page.waitForURL(({ pathname }) => !pathname.startsWith('/if/flow/'))
    // Whatever the portal says there, built or not, is none of this page's.
    const before = problems.length
    const query = new URLSearchParams({ name: 'New', primary: '#0055aa', logo, lang: 'de' })
    const body = `<!doctype html><title>Frame</title><iframe sandbox="allow-same-origin" src="/if/preview/sign-in/?${query}"></iframe>`
    await page.route('**/with-a-frame', (route) => route.fulfill({ contentType: 'text/html', body }))
    await page.goto(`${server.url}/with-a-frame`)
    const frame = page.frames().find((one) => one.url().includes('/if/preview/'))
    assert.ok(frame, 'there is a frame')
    await logoIn(frame)
    assert.equal(await frame.evaluate(buttonColor), 'rgb(0, 85, 170)')
    assert.equal(await frame.evaluate('document.querySelector(".page").inert && document.title'), 'Anmelden · New')
    await frame.evaluate('document.querySelector("form").submit()').catch(() => {})
    await page.waitForTimeout(300)
    assert.match(frame.url(), /\/if\/preview\/sign-in\//, 'it stays where it is')
    const left = problems.slice(before).filter((problem) => !/form/i.test(problem))
    assert.deepEqual(left, [])
  } finally {
    await close()
  }
})
