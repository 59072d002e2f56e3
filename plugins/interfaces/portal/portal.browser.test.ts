// More than 400 lines: all of these visits share one server and the names of what is on its pages.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { adminToken, type Api, apiOf } from '../../../test/kit/api.ts'
import { accessibilityProblems, closeBrowser, type Look, visit } from '../../../test/kit/browser.ts'
import { Client, signIn } from '../../../test/kit/client.ts'
import { trustBrowsers } from '../../../test/kit/stored-devices.ts'
import { codeOf } from '../../../test/kit/one-time-password.ts'
import { relyingParty } from '../../../test/kit/relying-party.ts'
import { age } from '../../../test/kit/second-factor.ts'
import { startServer, type TestServer } from '../../../test/kit/server.ts'

const password = 'a long password of somebody'
const secret = 'a secret of thirty-two characters'
const redirectUri = 'http://127.0.0.1/callback'
const evil = '<img src=x onerror=alert(1)>'
const long = 'w'.repeat(200)
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

let wiki: Server
let server: TestServer
let api: Api
before(async () => {
  wiki = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>Wiki</title><h1>Opened</h1>'))
  wiki.listen(0, '127.0.0.1')
  await once(wiki, 'listening')
  const address = wiki.address()
  const launchUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/start`
  const people = ['ada', 'bob', 'eva', 'kim', 'leo', 'pam', 'tim', 'uma', 'zoe']
  const provider = { type: 'oidc', with: { clientSecret: secret, redirectUris: [redirectUri] } }
  const flows = { authorization: 'default-authorization-explicit-consent' }
  server = await startServer({
    apply: {
      version: 1,
      groups: { staff: {} },
      users: {
        ...Object.fromEntries(people.map((name) => [name, { name: `${name} Example`, email: `${name}@example.com`, password }])),
        admin: { roles: ['admin'], groups: ['staff'], password },
        mal: { name: evil, roles: ['admin'], password },
      },
      providers: { notes: provider, evil: provider },
      applications: {
        wiki: { name: 'The Wiki', description: 'What we know.', launchUrl },
        notes: { name: 'Notes', provider: 'notes', flows, launchUrl: 'http://127.0.0.1/notes' },
        evil: {
          name: evil,
          description: `${evil} ${long}`,
          provider: 'evil',
          flows,
          access: [{ user: 'mal' }],
          launchUrl: 'http://127.0.0.1/evil',
        },
      },
    },
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  api = apiOf(server.url, adminToken)
})
after(async () => {
  await closeBrowser()
  await server?.stop()
  wiki?.close()
})

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })
const press = (page: Page, name: string | RegExp) => button(page, name).click()
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name })
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true })
const said = (page: Page, text: string | RegExp) => page.getByText(text, { exact: true }).first().waitFor()
const heading = (page: Page, name: string, level = 1) => page.getByRole('heading', { name, level, exact: true }).waitFor()
const go = (page: Page, path: string) => page.goto(`${server.url}/if/user${path}`)
const idOf = async (username: string): Promise<string> => (await api.must('GET', `/users?username=${username}`)).items[0].id

const enter = async (page: Page, username: string) => {
  await page.locator('[name=identifier]').fill(username)
  await page.keyboard.press('Enter')
  await page.locator('[name=password]').fill(password)
  await page.keyboard.press('Enter')
}
type Visiting = Look & {
  /** Where they wanted to go before they were asked who they are. */
  readonly to?: string
  /** What the browser tells of answers that the test asks for. */
  readonly expected?: RegExp
}
/** Signs in as somebody, in a browser of its own, which must not complain. */
const visiting = async (username: string, see: (page: Page) => Promise<void>, { to = '/', expected = /^$/, ...look }: Visiting = {}) => {
  const { page, problems, close } = await visit(look)
  page.setDefaultTimeout(10_000)
  const dialogs: string[] = []
  page.on('dialog', (shown) => {
    dialogs.push(shown.message())
    void shown.dismiss()
  })
  try {
    await go(page, to)
    await enter(page, username)
    await page.waitForURL(`**/if/user${to}`)
    await see(page)
    const unexpected = problems.filter((problem) => !expected.test(problem))
    assert.deepEqual([unexpected, dialogs], [[], []])
  } finally {
    await close()
  }
}
/** Signs in as somebody elsewhere, and lets an application have what it asks for. */
const allowed = async (username: string, application: string) => {
  const client = new Client(server.url)
  const party = relyingParty(server.url, { clientId: application, secret, redirectUri })
  const asked = await signIn(client, { username, password }, party.start({ scope: 'openid email', prompt: 'consent' }))
  await client.submit(asked, {}, 'Allow')
}
const elsewhere = async (username: string, userAgent = firefox) => {
  const client = new Client(server.url, { 'user-agent': userAgent })
  await signIn(client, { username, password })
  return client
}
const isSignedIn = async (client: Client) => (await client.ask('/')).status === 200

test('applications are listed and opened', async () => {
  await visiting('ada', async (page) => {
    await heading(page, 'Applications')
    assert.equal(await page.title(), 'Applications · Sluice')
    const cards = page.getByRole('list', { name: 'Applications' }).getByRole('listitem')
    await cards.first().waitFor()
    assert.deepEqual(await cards.getByRole('link').allTextContents(), ['Notes', 'The Wiki'])
    await said(page, 'What we know.')
    await page.getByRole('link', { name: 'The Wiki' }).click()
    await heading(page, 'Opened')
    assert.match(page.url(), /^http:\/\/127\.0\.0\.1:\d+\/start$/)
  })
})

test('the icon of an application is shown, and its initial where that does not come', async () => {
  const data = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><rect width="48" height="48"/></svg>').toString(
    'base64',
  )
  const { id } = await api.must('POST', '/media', { name: 'notes.svg', data })
  const changed = await api('PATCH', '/applications/notes', { body: { spec: { icon: id } }, headers: { 'if-match': '*' } })
  assert.equal(changed.status, 200, changed.text)
  await allowed('ada', 'notes')
  await visiting(
    'ada',
    async (page) => {
      const card = page.getByRole('listitem').filter({ hasText: 'Notes' })
      for (const path of ['/', '/access']) {
        await go(page, path)
        const icon = card.locator('img').first()
        await icon.waitFor()
        assert.equal(await icon.getAttribute('src'), `/media/${id}`)
        assert.ok(Number(await icon.evaluate((image: any) => image.decode().then(() => image.naturalWidth))) > 0, path)
      }
      await page.route('**/media/**', (route) => route.abort())
      await go(page, '/')
      await card.getByText('N', { exact: true }).waitFor()
      assert.equal(await card.locator('img').count(), 0)
    },
    { expected: /net::ERR_FAILED/ },
  )
})

test('a name is changed', async () => {
  await visiting(
    'bob',
    async (page) => {
      assert.equal(await field(page, 'Name').inputValue(), 'bob Example')
      assert.ok(await button(page, 'Save').isDisabled())
      await field(page, 'Name').fill('  Robert Example ')
      await press(page, 'Save')
      await said(page, 'Your name is saved')
      assert.equal(await field(page, 'Name').inputValue(), 'Robert Example')
      await page.reload()
      assert.equal(await field(page, 'Name').inputValue(), 'Robert Example')
    },
    { to: '/profile' },
  )
  assert.equal((await api.must('GET', `/users/${await idOf('bob')}`)).name, 'Robert Example')
})

test('a picture is set, made small, refused where it is none, and removed', async () => {
  await visiting(
    'bob',
    async (page) => {
      const file = page.locator('input[type=file]')
      const pictures = page.locator('img[src^="/media/"]')
      await said(page, 'Choose a picture')
      await file.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await page.screenshot() })
      await said(page, 'The picture is saved')
      await page.locator('header').locator(pictures).waitFor()
      await page.locator('main').locator(pictures).waitFor()
      const size = await pictures.last().evaluate((image: any) => image.decode().then(() => [image.naturalWidth, image.naturalHeight]))
      assert.deepEqual(size, [320, 320])

      await file.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
      await page
        .getByRole('alert')
        .getByText(/cannot be used/)
        .waitFor()
      assert.equal(await pictures.count(), 2)

      await press(page, 'Remove the picture')
      await said(page, 'The picture is removed')
      await said(page, 'Choose a picture')
      assert.equal(await pictures.count(), 0)
      assert.equal(await page.getByRole('alert').filter({ hasText: 'cannot be used' }).count(), 0)
      assert.equal(await page.evaluate('document.activeElement.textContent.trim()'), 'Choose a picture')
    },
    { to: '/profile', expected: /status of 422/ },
  )
  assert.equal((await api.must('GET', `/users/${await idOf('bob')}`)).avatar, null)
})

test('the session of another browser is ended, and this one goes on', async () => {
  const other = await elsewhere('eva')
  await visiting(
    'eva',
    async (page) => {
      const sessions = page.getByRole('list', { name: 'Where you are signed in' }).getByRole('listitem')
      await sessions.first().waitFor()
      assert.equal(await sessions.count(), 2)
      await sessions.first().getByText('This device').waitFor()
      await press(page, 'End the session on Firefox 140 on Linux')
      await dialog(page, 'End this session?').getByRole('button', { name: 'Cancel' }).click()
      assert.ok(await isSignedIn(other))
      await press(page, 'End the session on Firefox 140 on Linux')
      await dialog(page, 'End this session?').getByRole('button', { name: 'End' }).click()
      await said(page, 'The session has ended')
      await sessions.nth(1).waitFor({ state: 'detached' })
      assert.ok(!(await isSignedIn(other)))

      const more = [await elsewhere('eva'), await elsewhere('eva')]
      await page.reload()
      await press(page, 'End all others')
      await dialog(page, 'End all others').getByRole('button', { name: 'End all others' }).click()
      await said(page, '2 sessions have ended')
      for (const client of more) assert.ok(!(await isSignedIn(client)))
      await page.reload()
      await sessions.first().waitFor()
      assert.equal(await sessions.count(), 1)
    },
    { to: '/security' },
  )
})

test('a token is made, shown once, and revoked', async () => {
  await visiting(
    'admin',
    async (page) => {
      await press(page, 'New token')
      await field(page, 'Name').fill('backup')
      await page.getByRole('radio', { name: 'Only look' }).check()
      await press(page, 'Create token')
      await said(page, /shown this once/)
      const token = await field(page, 'backup').inputValue()
      const own = api.as(token)
      assert.equal((await own('GET', '/users')).status, 200)
      assert.equal((await own('POST', '/groups', { body: { slug: 'no', name: 'No' } })).status, 403)
      await press(page, 'I have kept it')
      await heading(page, 'backup', 3)
      await page.reload()
      await heading(page, 'backup', 3)
      assert.ok(!(await page.content()).includes(token))
      await said(page, /last used/)

      await press(page, 'Revoke the token backup')
      await dialog(page, 'Revoke the token backup?').getByRole('button', { name: 'Revoke' }).click()
      await said(page, 'The token backup is revoked')
      await page.getByRole('heading', { name: 'backup', level: 3 }).waitFor({ state: 'detached' })
      assert.equal((await own('GET', '/me')).status, 401)
    },
    { to: '/tokens' },
  )
})

test('who may make no tokens is told so, and not led there', async () => {
  await visiting(
    'ada',
    async (page) => {
      await said(page, 'Tokens are for administrators')
      assert.equal(await page.getByRole('navigation').getByRole('link', { name: 'API tokens' }).count(), 0)
    },
    { to: '/tokens' },
  )
})

test('consent is taken back', async () => {
  await allowed('kim', 'notes')
  const consents = async () => (await api.must('GET', `/consents?user=${await idOf('kim')}`)).items.length
  assert.equal(await consents(), 1)
  await visiting(
    'kim',
    async (page) => {
      await said(page, 'See your e-mail address')
      await press(page, 'Revoke the access of Notes')
      await dialog(page, 'Revoke the access of Notes?').getByRole('button', { name: 'Revoke' }).click()
      await said(page, 'Notes has no access any more')
      await said(page, 'No application has access')
    },
    { to: '/access' },
  )
  assert.equal(await consents(), 0)
})

test('a password is changed, and they come back', async () => {
  const other = await elsewhere('pam')
  const changed = 'quite another long password'
  await visiting(
    'pam',
    async (page) => {
      await page.getByRole('link', { name: 'Change password' }).click()
      await page.locator('[name=password]').fill(password)
      await page.keyboard.press('Enter')
      await page.locator('[name=password-repeat]').fill(changed)
      await page.locator('[name=password]').fill(changed)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/if/user/security')
      await heading(page, 'Security')
      const sessions = page.getByRole('list', { name: 'Where you are signed in' }).getByRole('listitem')
      await sessions.first().waitFor()
      assert.equal(await sessions.count(), 1)
    },
    { to: '/security' },
  )
  assert.ok(!(await isSignedIn(other)))
  await signIn(other, { username: 'pam', password: changed })
  assert.ok(await isSignedIn(other))
})

const choose = async (page: Page, menu: string, item: string) => {
  await press(page, /^(Account of|Konto von) /)
  await page.getByRole('menuitem', { name: menu }).click()
  await page.getByRole('menuitemcheckbox', { name: item }).click()
}

test('another language is spoken from then on', async () => {
  await visiting('leo', async (page) => {
    await choose(page, 'Language', 'Deutsch')
    await heading(page, 'Anwendungen')
    await page.reload()
    await heading(page, 'Anwendungen')
    await go(page, '/security')
    await heading(page, 'Sicherheit')
    assert.deepEqual([await page.locator('html').getAttribute('lang'), await page.title()], ['de', 'Sicherheit · Sluice'])
    await choose(page, 'Sprache', 'English')
    await heading(page, 'Security')
  })
})

test('without scripts the language that an address asks for is spoken on the way in, and on the page for those', async () => {
  const { page, problems, close } = await visit({ javaScript: false })
  try {
    await page.goto(`${server.url}/if/user/?lang=de`)
    const spoken = () => page.locator('html').getAttribute('lang')
    assert.equal(await spoken(), 'de')
    await page.locator('[name=identifier]').fill('leo')
    await page.keyboard.press('Enter')
    await page.locator('[name=password]').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(({ pathname }) => pathname === '/')
    assert.deepEqual([await spoken(), new URL(page.url()).search], ['de', '?lang=de'])
    assert.deepEqual(problems, [])
    const hostile = await page.context().request.get(`${server.url}/if/user/?lang=${encodeURIComponent('"><script>alert(1)</script>')}`)
    assert.doesNotMatch(await hostile.text(), /alert\(1\)/)
  } finally {
    await close()
  }
})

test('another look is kept, and is there before anything is painted', async () => {
  await visiting('leo', async (page) => {
    // Colours pass over into each other.
    const look = async () => {
      await page.evaluate(
        'Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)).then(() => {})',
      )
      return page.evaluate('[document.documentElement.classList.contains("dark"), getComputedStyle(document.body).backgroundColor]')
    }
    const light = await look()
    await choose(page, 'Appearance', 'Dark')
    await page.locator('html.dark').waitFor()
    const dark = await look()
    assert.notDeepEqual(dark, light)
    // Without the interface's own script: the page is dark by the one before it.
    await page.route('**/assets/index-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }))
    await page.reload()
    assert.deepEqual(await look(), dark)
    await page.unroute('**/assets/index-*.js')
    await go(page, '/profile')
    await heading(page, 'Profile')
    assert.deepEqual(await look(), dark)
    await choose(page, 'Appearance', 'As the system')
    await page.locator('html:not(.dark)').waitFor()
    assert.deepEqual(await look(), light)
  })
})

test('while the server is away that is said, what was typed stays, and all goes on when it is back', async () => {
  await visiting(
    'tim',
    async (page) => {
      await field(page, 'Name').fill('Timothy Example')
      await page.context().setOffline(true)
      const away = page.getByRole('alert').filter({ hasText: 'The server cannot be reached. What you have typed stays here' })
      await away.waitFor()
      await press(page, 'Save')
      await page.getByText('Check your connection, then try again.').first().waitFor()
      assert.equal(await field(page, 'Name').inputValue(), 'Timothy Example')
      await page.context().setOffline(false)
      await away.waitFor({ state: 'detached' })
      assert.equal(await field(page, 'Name').inputValue(), 'Timothy Example')
      await press(page, 'Save')
      await said(page, 'Your name is saved')
    },
    { to: '/profile', expected: /net::ERR_INTERNET_DISCONNECTED/ },
  )
})

test('when the session was ended elsewhere, signing in in another tab goes on with what was typed', async () => {
  await visiting(
    'uma',
    async (page) => {
      await field(page, 'Name').fill('Uma the Second')
      for (const { id } of (await api.must('GET', `/sessions?user=${await idOf('uma')}`)).items) await api.must('DELETE', `/sessions/${id}`)
      await press(page, 'Save')
      const ended = dialog(page, 'Your session has ended')
      await ended.waitFor()
      assert.deepEqual(await accessibilityProblems(page), [])
      await page.keyboard.press('Escape')
      await ended.getByRole('button', { name: 'I have signed in' }).click()
      await ended.getByText('You are not signed in yet.').waitFor()

      const opened = page.waitForEvent('popup')
      await ended.getByRole('link', { name: 'Sign in' }).click()
      const tab = await opened
      await enter(tab, 'uma')
      await tab.waitForURL('**/if/user/')
      await tab.close()
      await ended.getByRole('button', { name: 'I have signed in' }).click()
      await ended.waitFor({ state: 'detached' })
      assert.equal(await field(page, 'Name').inputValue(), 'Uma the Second')
      await press(page, 'Save')
      await said(page, 'Your name is saved')
    },
    { to: '/profile', expected: /status of 401/ },
  )
})

test('an address that is none says so, and leads on', async () => {
  await visiting(
    'ada',
    async (page) => {
      await said(page, 'There is no such page')
      await page.getByRole('link', { name: 'To my applications' }).click()
      await heading(page, 'Applications')
    },
    { to: '/no/such/page?a=1' },
  )
})

test('names are text everywhere', async () => {
  await allowed('mal', 'evil')
  await elsewhere('mal', evil)
  await api.must('POST', '/tokens', { name: evil, user: await idOf('mal') })
  await visiting('mal', async (page) => {
    for (const path of ['/', '/profile', '/security', '/access', '/tokens']) {
      await go(page, path)
      await page.waitForLoadState('networkidle')
      if (path === '/profile') assert.equal(await field(page, 'Name').inputValue(), evil)
      else await page.locator('main').getByText(evil).first().waitFor()
      assert.equal(await page.locator('img[src=x]').count(), 0, path)
    }
    await press(page, `Revoke the token ${evil}`)
    await dialog(page, `Revoke the token ${evil}?`).getByRole('button', { name: 'Revoke' }).click()
    await said(page, `The token ${evil} is revoked`)
    assert.equal(await page.locator('img[src=x]').count(), 0)
  })
})

for (const look of [{ width: 1440 }, { width: 390, dark: true, locale: 'de' }] satisfies Look[]) {
  test(`${look.width} px: every page is accessible, and as wide as the window`, async () => {
    await allowed('mal', 'evil')
    await elsewhere('mal', long)
    await api.must('POST', '/tokens', { name: long, user: await idOf('mal') })
    await visiting(
      'mal',
      async (page) => {
        const check = async (what: string) => {
          await page.waitForLoadState('networkidle')
          assert.equal(await page.locator('[aria-busy=true]').count(), 0, what)
          assert.deepEqual(await accessibilityProblems(page), [], what)
          const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
          assert.ok(overflow <= 0, `${what}: ${overflow} px too wide`)
        }
        for (const path of ['/', '/profile', '/security', '/access', '/tokens', '/nowhere']) {
          await go(page, path)
          await page.getByRole('heading', { level: 1 }).waitFor()
          await check(path)
        }
        await go(page, '/tokens')
        await press(page, /^(New token|Neues Token)$/)
        await page.getByRole('radio').last().check()
        await check('a new token')
        await page.getByRole('button', { name: long }).first().click()
        await page.getByRole('dialog').waitFor()
        await check('a question')
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
        await press(page, /^(Account of|Konto von) /)
        await page.getByRole('menu').waitFor()
        await check('the menu')
      },
      look,
    )
  })
}

test('authenticators are added, named and removed; after a while only by whoever confirms that it is they', async () => {
  await visiting(
    'zoe',
    async (page) => {
      await said(page, 'No authenticators yet')
      await page.getByRole('link', { name: 'Add', exact: true }).click()
      await press(page, 'Authenticator app')
      const secret = /[A-Z2-7]{4}( [A-Z2-7]{4})+/.exec(await page.locator('main').innerText())?.[0] ?? ''
      await page.locator('[name=code]').fill(codeOf(secret))
      await page.keyboard.press('Enter')
      await page.locator('[name=saved]').check()
      await page.getByRole('button').last().click()
      await page.waitForURL('**/if/user/security')
      await heading(page, 'Authenticator app', 3)
      await heading(page, 'Backup codes', 3)
      await press(page, 'Rename Authenticator app')
      await field(page, 'Name').fill('My telephone')
      await page.keyboard.press('Enter')
      await heading(page, 'My telephone', 3)
      assert.equal(await page.evaluate('document.activeElement?.getAttribute("aria-label")'), 'Rename My telephone')

      await age(server, await idOf('zoe'), 16)
      await press(page, 'Remove My telephone')
      await dialog(page, 'Remove My telephone?').getByRole('button', { name: 'Remove', exact: true }).click()
      const proof = dialog(page, 'Confirm that it is you')
      await proof.waitFor()
      assert.deepEqual(await accessibilityProblems(page), [])
      await proof.getByRole('button', { name: 'Confirm', exact: true }).click()
      await page.locator('[name=password]').fill(password)
      await page.keyboard.press('Enter')
      await page.locator('[name=code]').fill(codeOf(secret, 1))
      await page.keyboard.press('Enter')
      await page.waitForURL('**/if/user/security')
      await press(page, 'Remove My telephone')
      await dialog(page, 'Remove My telephone?').getByRole('button', { name: 'Remove', exact: true }).click()
      await said(page, 'No authenticators yet')
    },
    { to: '/security', expected: /403/ },
  )
})

test('where a second factor is required, whoever has none reads so; a trusted browser is trusted no more', async () => {
  const uma = await idOf('uma')
  const require = (isRequired: boolean) =>
    api.must('POST', '/configuration/apply', { version: 1, settings: { mfa: { require: isRequired } } })
  await visiting(
    'uma',
    async (page) => {
      await require(true)
      await trustBrowsers(server, uma, firefox)
      // She has signed in elsewhere before: one is enough here.
      const [, ...others] = (await api.must('GET', `/trusted-browsers?user=${uma}`)).items as readonly { readonly id: string }[]
      for (const { id } of others) await api.must('DELETE', `/trusted-browsers/${id}`)
      try {
        await page.reload()
        await said(page, 'A second factor is required here')
        await said(page, /You have none yet/)
      } finally {
        await require(false)
      }
      await press(page, 'Trust no more: Firefox 140 on Linux')
      await dialog(page, 'Trust this browser no more?').getByRole('button', { name: 'Trust no more', exact: true }).click()
      await said(page, 'The browser is trusted no more')
      assert.deepEqual((await api.must('GET', `/trusted-browsers?user=${uma}`)).items, [])
    },
    { to: '/security' },
  )
})
