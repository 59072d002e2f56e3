import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import jsqr from 'jsqr'
import type { CDPSession, Page } from 'playwright-core'
import { accessibilityProblems, closeBrowser, type Look, visit } from '../../test/kit/browser.ts'
import { appUri, factorPages, sampleCodes, sampleFile, takenCredential } from './factor-samples.ts'
import { serveApplication, serveSamples, type Site } from './sample-server.ts'
import { withAuthenticator } from '../../test/kit/virtual-authenticator.ts'

let application: Site
let samples: Site
before(async () => {
  application = await serveApplication()
  samples = await serveSamples(new URL(`${application.url}/stay`))
})
after(async () => {
  await closeBrowser()
  for (const site of [application, samples]) site?.close()
})

type Seen = { readonly page: Page; readonly device: CDPSession; readonly authenticatorId: string }

/** Keeps what pages ask of the browser in `window.asked` and what they signal in `window.signalled`. */
const watching = `
  window.asked = []
  for (const does of ['create', 'get']) {
    const real = navigator.credentials[does].bind(navigator.credentials)
    navigator.credentials[does] = (options) => {
      window.asked.push({ does, mediation: options.mediation, signal: options.signal })
      return real(options)
    }
  }
  window.signalled = []
  for (const name of ['signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails'])
    PublicKeyCredential[name] = (options) => {
      window.signalled.push([name, options])
      return Promise.reject(new TypeError('a provider that fails'))
    }
`

/** A sample page, in a browser with an authenticator in it. `has`: ids of the passkeys on it, as base64url. `touched`: by somebody, whenever it asks. */
const visiting = async (
  name: keyof typeof factorPages,
  { has = [], touched = true, ...look }: Look & { readonly has?: readonly string[]; readonly touched?: boolean },
  see: (seen: Seen) => Promise<void>,
): Promise<void> => {
  const { page, problems, close } = await visit(look)
  try {
    const { device, authenticatorId } = await withAuthenticator(page, { touched })
    for (const id of has) await device.send('WebAuthn.addCredential', { authenticatorId, credential: passkey(id) })
    await page.addInitScript(watching)
    await page.goto(`${samples.url}/${name}?lang=${look.locale ?? 'en'}`)
    await see({ page, device, authenticatorId })
    assert.deepEqual(problems, [])
  } finally {
    await close()
  }
}

const passkey = (id: string) => ({
  credentialId: Buffer.from(id, 'base64url').toString('base64'),
  isResidentCredential: true,
  rpId: 'localhost',
  privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  userHandle: Buffer.from('ada').toString('base64'),
  userName: 'ada',
  signCount: 1,
})
const known = 'a25vd24tY3JlZGVudGlhbA'

/** What was posted since, once something was. */
const posting = async (page: Page, act: () => Promise<unknown>): Promise<URLSearchParams> => {
  const earlier = samples.posted.length
  await Promise.all([page.waitForRequest((request) => request.method() === 'POST'), act()])
  await page.waitForURL('**/forward')
  assert.equal(samples.posted.length, earlier + 1)
  return new URLSearchParams(samples.posted.at(-1))
}
const credentialIn = (posted: URLSearchParams) => JSON.parse(posted.get('passkey') ?? 'null')
const askedOf = (page: Page): Promise<unknown> => page.evaluate('asked.map(({ does, mediation = "" }) => `${does} ${mediation}`.trim())')
const said = (page: Page, text: string | RegExp) => page.locator('[role=status]', { hasText: text }).waitFor()

for (const dark of [false, true])
  describe(dark ? 'dark, 390 px' : 'light, 390 px', () => {
    for (const name of Object.keys(factorPages) as (keyof typeof factorPages)[])
      test(`${name} is accessible`, () =>
        visiting(name, { dark, width: 390, locale: dark ? 'en' : 'de' }, async ({ page }) => {
          assert.deepEqual(await accessibilityProblems(page), [])
          assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth')) <= 0)
        }))
  })

describe('a passkey', () => {
  test('is created by its button, and sent with the rest of the form', () =>
    visiting('passkey-create', {}, async ({ page }) => {
      const posted = await posting(page, () => page.getByRole('button', { name: 'Create a passkey' }).click())
      const { id, type, response } = credentialIn(posted)
      assert.deepEqual([type, typeof id, typeof response.attestationObject], ['public-key', 'string', 'string'])
      assert.deepEqual([...posted.keys()].toSorted(), ['csrf', 'name', 'passkey'])
    }))

  test('is what Enter asks for where no button leads on, which is nothing without JavaScript', async () => {
    const enter = (page: Page) => page.getByLabel('Name of the passkey').press('Enter')
    await visiting('passkey-create', {}, async ({ page }) => {
      const posted = await posting(page, () => enter(page))
      assert.deepEqual([posted.has('way'), credentialIn(posted).type], [false, 'public-key'])
    })
    await visiting('passkey-create', { javaScript: false }, async ({ page }) => {
      const earlier = samples.posted.length
      await enter(page)
      await posting(page, () => page.getByRole('button', { name: 'Back' }).click())
      assert.deepEqual([samples.posted.length - earlier, new URLSearchParams(samples.posted.at(-1)).get('way')], [1, 'back'])
    })
  })

  test('is not created where the device has one already', () =>
    visiting('passkey-create', { has: [takenCredential] }, async ({ page }) => {
      await page.getByRole('button', { name: 'Create a passkey' }).click()
      await said(page, 'This device is registered already.')
    }))

  test('is asked for by its button', () =>
    visiting('passkey', { has: [known] }, async ({ page }) => {
      assert.deepEqual(await askedOf(page), [])
      const posted = await posting(page, () => page.getByRole('button', { name: 'Use a passkey' }).click())
      assert.equal(credentialIn(posted).id, known)
      assert.equal(Buffer.from(credentialIn(posted).response.userHandle, 'base64url').toString(), 'ada')
    }))

  test('is asked for at once where the page says so, but not when it is loaded again', () =>
    visiting('passkey-at-once', {}, async ({ page, device, authenticatorId }) => {
      await said(page, /cancelled/)
      await page.reload()
      assert.deepEqual(await askedOf(page), [])
      await device.send('WebAuthn.addCredential', { authenticatorId, credential: passkey(known) })
      const posted = await posting(page, () => page.goto(`${samples.url}/passkey-at-once`).catch(() => {}))
      assert.equal(credentialIn(posted).id, known)
    }))

  test('is not asked for at once on a page that says what went wrong', () =>
    visiting('passkey-refused', { has: [known] }, async ({ page }) => {
      const button = page.getByRole('button', { name: 'Use a passkey' })
      await button.waitFor()
      assert.deepEqual(await askedOf(page), [])
      await page.getByRole('link', { name: /This passkey is not known here/ }).click()
      await page.keyboard.press('Tab')
      await page.locator('button:focus', { hasText: 'Use a passkey' }).waitFor()
      assert.equal(credentialIn(await posting(page, () => page.keyboard.press('Enter'))).id, known)
    }))

  test('is offered in the autofill of the user name', () =>
    visiting('passkey-autofill', {}, async ({ page, device, authenticatorId }) => {
      await device.send('WebAuthn.addCredential', { authenticatorId, credential: passkey(known) })
      const posted = await posting(page, () => page.reload().catch(() => {}))
      assert.equal(credentialIn(posted).id, known)
    }))
})

describe('what comes of a request', () => {
  test('while it waits, the page says what to do; a second press asks anew', () =>
    visiting('passkey', { has: [known], touched: false }, async ({ page, device, authenticatorId }) => {
      const button = page.getByRole('button', { name: 'Use a passkey' })
      await button.click()
      await said(page, 'Follow the prompts of your browser or device.')
      await device.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true })
      assert.equal(credentialIn(await posting(page, () => button.click())).id, known)
    }))

  test('one that is made by the button takes the place of the one of the autofill', () =>
    visiting('passkey-autofill', { has: [known], touched: false }, async ({ page }) => {
      await page.waitForFunction('asked.length === 1')
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await said(page, 'Follow the prompts of your browser or device.')
      assert.deepEqual(await askedOf(page), ['get conditional', 'get'])
      assert.deepEqual(await page.evaluate('asked.map(({ signal }) => signal.aborted)'), [true, false])
    }))

  test('cancelled, it can be made again, and the autofill offers passkeys again', () =>
    visiting('passkey-autofill', {}, async ({ page, device, authenticatorId }) => {
      await page.waitForFunction('asked.length === 1')
      const button = page.getByRole('button', { name: 'Sign in with a passkey' })
      await button.click()
      await said(page, 'The request was cancelled, or took too long.')
      await page.waitForFunction('asked.length === 3')
      assert.deepEqual(await askedOf(page), ['get conditional', 'get', 'get conditional'])
      await device.send('WebAuthn.addCredential', { authenticatorId, credential: passkey(known) })
      assert.equal(credentialIn(await posting(page, () => button.click())).id, known)
    }))

  test('it ends where the form is sent in another way, which sends no credential', () =>
    visiting('passkey-autofill', { has: [known], touched: false }, async ({ page }) => {
      await page.waitForFunction('asked.length === 1')
      await page.evaluate(`addEventListener('submit', () => sessionStorage.setItem('aborted', asked[0].signal.aborted))`)
      await page.getByLabel('User name or e-mail address').fill('ada')
      const posted = await posting(page, () => page.keyboard.press('Enter'))
      assert.deepEqual([posted.get('identifier'), posted.has('passkey')], ['ada', false])
      assert.equal(await page.evaluate(`sessionStorage.getItem('aborted')`), 'true')
    }))

  test('a page that comes back from the history is as it was at first', () =>
    visiting('passkey-autofill', { has: [known], touched: false }, async ({ page }) => {
      await page.evaluate(`addEventListener('submit', (event) => event.preventDefault())`)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.evaluate(`{
        const field = document.querySelector('[name=passkey]')
        field.disabled = false
        dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
      }`)
      await page.waitForFunction('asked.length === 2')
      assert.deepEqual(await askedOf(page), ['get conditional', 'get conditional'])
      assert.equal(await page.locator('[name=passkey]').isDisabled(), true)
    }))

  test('a page at the wrong address says so, in the language of the page', () =>
    visiting('passkey-elsewhere', { locale: 'de' }, async ({ page }) => {
      await page.getByRole('button', { name: 'Passkey verwenden' }).click()
      await said(page, 'Es geht nur unter id.example.com.')
    }))

  test('of options that no browser can read it says that it failed', async () => {
    const { page, problems, close } = await visit()
    try {
      await page.route('**/passkey', async (route) => {
        const response = await route.fetch()
        await route.fulfill({
          response,
          body: (await response.text()).replace('&quot;challenge&quot;:&quot;', '&quot;challenge&quot;:&quot;!'),
        })
      })
      await page.goto(`${samples.url}/passkey`)
      await page.getByRole('button', { name: 'Use a passkey' }).click()
      await said(page, 'Your browser or device could not do this.')
      assert.match(problems.join(), /challenge/)
    } finally {
      await close()
    }
  })
})

test('where the browser cannot do it, the page says so, and its other ways work', async () => {
  const { page, problems, close } = await visit()
  try {
    await page.addInitScript('delete window.PublicKeyCredential')
    await page.goto(`${samples.url}/passkey`)
    await said(page, 'Passkeys and security keys do not work here.')
    assert.equal(await page.getByRole('button', { name: 'Use a passkey' }).isVisible(), false)
    assert.equal((await posting(page, () => page.getByRole('button', { name: 'Use another method' }).click())).get('way'), 'other')
    assert.deepEqual(problems, [])
  } finally {
    await close()
  }
})

test('without JavaScript the page says that it needs it, and its other ways work', () =>
  visiting('passkey', { javaScript: false }, async ({ page }) => {
    await page.getByText('Passkeys and security keys need JavaScript.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Use a passkey' }).isVisible(), false)
    const posted = await posting(page, () => page.getByRole('button', { name: 'Use another method' }).click())
    assert.deepEqual(
      [...posted],
      [
        ['csrf', 'token'],
        ['way', 'other'],
      ],
    )
  }))

test('signals reach the browser, and their failure nobody', () =>
  visiting('passkey', {}, async ({ page }) => {
    await page.waitForFunction('signalled.length > 0')
    assert.deepEqual(await page.evaluate('signalled'), [['signalUnknownCredential', { rpId: 'localhost', credentialId: 'bm9uZQ' }]])
  }))

for (const javaScript of [true, false])
  test(`a file is saved with what it holds, ${javaScript ? 'with' : 'without'} JavaScript`, () =>
    visiting('backup-codes', { javaScript }, async ({ page }) => {
      const saving = page.waitForEvent('download')
      await page.getByRole('link', { name: 'Save as a file' }).click()
      const download = await saving
      assert.equal(download.suggestedFilename(), 'backup-codes.txt')
      assert.equal(await readFile(await download.path(), 'utf8'), sampleFile)
      assert.deepEqual(await page.locator('.codes li').allTextContents(), sampleCodes)
    }))

test('text is copied as it is, or the page says that it is not', () =>
  visiting('authenticator-app', {}, async ({ page }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const button = page.getByRole('button', { name: 'Copy Or type in this key' })
    await button.click()
    await said(page, 'Copied.')
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP')
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error())')
    await button.click()
    await said(page, 'Select the text and copy it by hand.')
  }))

test('without JavaScript there is no button to copy, and the text can be selected', () =>
  visiting('authenticator-app', { javaScript: false }, async ({ page }) => {
    assert.equal(await page.getByRole('button', { name: /^Copy/ }).isVisible(), false)
    await page.getByText('JBSW Y3DP').waitFor()
  }))

for (const dark of [false, true])
  test(`a QR code can be scanned from a ${dark ? 'dark' : 'light'} page on a phone`, () =>
    visiting('authenticator-app', { dark, width: 390 }, async ({ page }) => {
      const code = page.getByRole('img', { name: /^QR code for your authenticator app/ })
      const picture = await code.screenshot()
      const { pixels, width } = await page.evaluate<{ pixels: number[]; width: number }>(`(async () => {
        const image = new Image()
        image.src = 'data:image/png;base64,${picture.toString('base64')}'
        await image.decode()
        const { width, height } = image
        const context = new OffscreenCanvas(width, height).getContext('2d')
        context.drawImage(image, 0, 0)
        return { pixels: [...context.getImageData(0, 0, width, height).data], width }
      })()`)
      const height = pixels.length / 4 / width
      assert.equal(jsqr.default(new Uint8ClampedArray(pixels), width, height, { inversionAttempts: 'dontInvert' })?.data, appUri)
    }))
