import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { adminToken, type Api, apiOf } from '../../../test/kit/api.ts'
import { closeBrowser, type Look, visit } from '../../../test/kit/browser.ts'
import { startServer, type TestServer } from '../../../test/kit/server.ts'

const password = 'a long password of an administrator'
const wiki = { type: 'oidc', with: { clientSecret: 'a-long-secret-of-the-wiki', redirectUris: ['https://wiki.example.com/callback'] } }
const apply = {
  version: 1,
  groups: { finance: { name: 'Finance' } },
  users: { ida: { password, roles: ['viewer'] } },
  providers: { wiki },
  applications: { wiki: { name: 'Wiki', provider: 'wiki' } },
}
let server: TestServer
let api: Api
before(async () => {
  server = await startServer({ apply, env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, SLUICE_BOOTSTRAP_PASSWORD: password } })
  api = apiOf(server.url, adminToken)
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
/** What the API refuses on purpose is told on the console by the browser, too. */
const isRefusal = (problem: string): boolean => /status of (409|412|422) /.test(problem)

/** Signed in at a page of the console, in a browser of its own that must not complain of anything. */
const at = async (path: string, see: (page: Page) => Promise<void>, { username = 'admin', ...look }: Look & { username?: string } = {}) => {
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
      problems.filter((problem) => !isRefusal(problem)),
      [],
    )
  } finally {
    await visitor.close()
  }
}
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true })

test('a provider is made by its form; what the server refuses stands at its field, and the secret is shown once', () =>
  at('/providers/new', async (page) => {
    await page.getByLabel('Name', { exact: false }).first().fill('Flask Démo')
    assert.equal(await page.getByLabel('Slug').inputValue(), 'flask-demo')
    await press(page, 'Create')
    const summary = page.getByRole('alert').filter({ hasText: 'There is a problem' })
    await summary.getByRole('link', { name: 'Redirect URIs' }).click()
    const first = field(page, 'Redirect URIs 1')
    await assert.doesNotReject(first.waitFor())
    assert.ok(
      await first.evaluate('document.activeElement === this || document.activeElement?.getAttribute("aria-label") === "Redirect URIs 1"'),
    )

    await first.fill('https://flask.example.com/callback')
    await press(page, 'Add to Redirect URIs')
    await field(page, 'Redirect URIs 2').fill('javascript:alert(1)')
    await press(page, 'Create')
    const second = page.locator('[data-pointer="/spec/with/redirectUris/1"]')
    await second.getByText(/`javascript:alert\(1\)`/).waitFor()
    await page.getByRole('alert').getByRole('link', { name: 'Redirect URIs › 2' }).waitFor()

    await press(page, 'Remove Redirect URIs 2')
    await press(page, 'Create')
    await page.getByText('Copy this now').waitFor()
    const secret = await field(page, 'Client secret').inputValue()
    assert.match(secret, /^[\w-]{43}$/)
    await press(page, 'I have copied it')
    assert.equal(await field(page, 'Issuer').inputValue(), `${server.url}/application/o/flask-demo/`)
    const { spec } = await api.must('GET', '/providers/flask-demo')
    assert.deepEqual(spec.with.redirectUris, ['https://flask.example.com/callback'])
    assert.ok(spec.with.clientSecret.$keep)
  }))

test('the wizard connects an application in one commit, and back and forward keep what was typed', () =>
  at('/applications', async (page) => {
    await page.getByRole('link', { name: 'Connect an application' }).first().click()
    await page.getByLabel('Name of the application').fill('Payroll')
    await press(page, 'Continue')
    await page.getByText('SAML 2.0').waitFor()
    await press(page, 'Continue')
    assert.equal(await page.getByLabel('Slug').inputValue(), 'payroll')
    await field(page, 'Redirect URIs 1').fill('https://payroll.example.com/callback')
    await page.goBack()
    await page.goForward()
    assert.equal(await field(page, 'Redirect URIs 1').inputValue(), 'https://payroll.example.com/callback')
    await press(page, 'Continue')
    await page.getByRole('radio', { name: /^Any of these/ }).click()
    await page.getByLabel('Rule 1: Group').fill('fin')
    await page.getByRole('option', { name: /Finance/ }).click()
    await press(page, 'Create')
    await page.getByText('Payroll is connected').waitFor()

    assert.equal(await field(page, 'Issuer').inputValue(), `${server.url}/application/o/payroll/`)
    const secret = await field(page, 'Client secret').inputValue()
    assert.match(secret, /^[\w-]{43}$/)
    await page.getByRole('tab', { name: 'Apache (mod_auth_openidc)' }).click()
    await page.getByText(`OIDCClientSecret ${secret}`).waitFor()
    const { items } = await api.must('GET', '/configuration/history?limit=1')
    assert.deepEqual(
      items[0].changes
        .map((change: { kind: string; slug: string; change: string }) => `${change.change} ${change.kind}.${change.slug}`)
        .toSorted(),
      ['create applications.payroll', 'create providers.payroll'],
    )
    assert.deepEqual((await api.must('GET', '/applications/payroll')).spec.access, [{ group: 'finance' }])
  }))

test('the wizard does not replace what is there', () =>
  at('/applications/new', async (page) => {
    await page.getByLabel('Name of the application').fill('Wiki')
    await press(page, 'Continue')
    await press(page, 'Continue')
    await field(page, 'Redirect URIs 1').fill('https://other.example.com/')
    await press(page, 'Continue')
    await press(page, 'Create')
    await page
      .locator('[data-pointer="/slug"]')
      .getByText(/There is an application or a provider "wiki" already/)
      .waitFor()
    assert.deepEqual((await api.must('GET', '/providers/wiki')).spec.with.redirectUris, ['https://wiki.example.com/callback'])
  }))

/** The wizard at the addresses of a web application that proves itself in one of the ways. */
const provingBy = async (page: Page, name: string, way: RegExp) => {
  await page.getByLabel('Name of the application').fill(name)
  await press(page, 'Continue')
  await page.getByRole('radio', { name: way }).click()
  await press(page, 'Continue')
  await field(page, 'Redirect URIs 1').fill('https://signed.example.com/callback')
}
const finished = async (page: Page, name: string) => {
  await press(page, 'Continue')
  await press(page, 'Create')
  await page.getByText(`${name} is connected`).waitFor()
}
const settingsOf = async (slug: string) => (await api.must('GET', `/providers/${slug}`)).spec.with

test('the wizard takes a pasted set of keys in place of a secret, and says what is wrong with it', () =>
  at('/applications/new', async (page) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keys = (jwk: object) => JSON.stringify({ keys: [{ ...jwk, kid: 'one' }] })
    await provingBy(page, 'Signed', /^Keys that are pasted here/)
    await press(page, 'Continue')
    const place = page.locator('[data-pointer="/jwks"]')
    await place.getByText('This is needed.').waitFor()
    const pasted = place.getByRole('textbox', { name: 'Public keys' })
    await pasted.fill('{ "keys": []')
    await press(page, 'Continue')
    await place.getByText(/This is no JSON/).waitFor()
    await pasted.fill('{ "keys": [] }')
    await press(page, 'Continue')
    await place.getByText('At least one is needed.').waitFor()

    await pasted.fill(keys(privateKey.export({ format: 'jwk' })))
    await press(page, 'Continue')
    await press(page, 'Create')
    const refusal = 'The key has the private member `d`. Register the public key alone, and make a new pair: this one was told.'
    await place.getByText(refusal).waitFor()
    const direct = await api('POST', '/providers', {
      body: {
        slug: 'direct',
        spec: {
          type: 'oidc',
          with: { redirectUris: ['https://signed.example.com/'], jwks: { keys: [privateKey.export({ format: 'jwk' })] } },
        },
      },
    })
    assert.equal(direct.body.errors[0].detail, refusal, 'as the API tells the form')

    await pasted.fill(keys(publicKey.export({ format: 'jwk' })))
    await finished(page, 'Signed')
    await page.getByText('This client signs with its own key').waitFor()
    assert.equal(await field(page, 'Client secret').count(), 0)
    assert.equal(await page.getByRole('tab', { name: 'Flask (Authlib)' }).count(), 0)
    const { jwks, clientSecret, clientType } = await settingsOf('signed')
    assert.deepEqual([jwks.keys.map(({ kid }: any) => kid), clientSecret, clientType], [['one'], undefined, undefined])

    await page.goto(`${server.url}/if/admin/providers/signed/settings`)
    const stored = page.locator('[data-pointer="/spec/with/jwks"]').getByRole('textbox', { name: 'Public keys' })
    assert.deepEqual(JSON.parse(await stored.inputValue()), jwks)
    await stored.fill(keys(privateKey.export({ format: 'jwk' })))
    await press(page, 'Save')
    await page.locator('[data-pointer="/spec/with/jwks"]').getByText(refusal).waitFor()
    await stored.fill(JSON.stringify(jwks))
  }))

test('the wizard takes the address of keys, or nothing where a client can keep nothing', () =>
  at('/applications/new', async (page) => {
    await provingBy(page, 'Rotating', /^Keys at an address of its own/)
    const uri = page.getByLabel('Address of the public keys')
    await uri.fill('http://signed.example.com/jwks')
    await press(page, 'Continue')
    await press(page, 'Create')
    await page
      .locator('[data-pointer="/jwksUri"]')
      .getByText(/`http:\/\/signed\.example\.com\/jwks` is not https/)
      .waitFor()
    await press(page, 'Back')
    await page.getByRole('radio', { name: /^Client secret/ }).click()
    await press(page, 'Continue')
    assert.deepEqual([await uri.count(), await page.getByRole('alert').count()], [0, 0], 'nothing of it is left')
    await press(page, 'Back')
    await page.getByRole('radio', { name: /^Keys at an address/ }).click()
    await press(page, 'Continue')
    await uri.fill('https://signed.example.com/jwks')
    await finished(page, 'Rotating')
    const { jwksUri, clientSecret } = await settingsOf('rotating')
    assert.deepEqual([jwksUri, clientSecret], ['https://signed.example.com/jwks', undefined])

    await page.goto(`${server.url}/if/admin/applications/new`)
    await page.getByRole('radio', { name: /^Single-page or mobile/ }).click()
    await page.getByLabel('Name of the application').fill('Handheld')
    await press(page, 'Continue')
    assert.ok(await page.getByRole('radio', { name: /^Not at all/ }).isChecked())
    await press(page, 'Continue')
    await field(page, 'Redirect URIs 1').fill('https://handheld.example.com/callback')
    await finished(page, 'Handheld')
    assert.equal((await settingsOf('handheld')).clientType, 'public')
  }))

const change = async (slug: string, spec: object) => {
  const answer = await api('PATCH', `/applications/${slug}`, { body: { spec }, headers: { 'if-match': '*' } })
  assert.equal(answer.status, 200)
}

test('two people who change one application: different fields go together, the same field is asked about', () =>
  at('/applications/wiki/settings', async (page) => {
    await field(page, 'Description').fill('Ours')
    await change('wiki', { launchUrl: 'https://wiki.example.com/' })
    await press(page, 'Save')
    await page.getByText('Somebody else had changed this meanwhile, and it was taken in: Address').first().waitFor()
    const { spec } = await api.must('GET', '/applications/wiki')
    assert.deepEqual([spec.description, spec.launchUrl], ['Ours', 'https://wiki.example.com/'])

    await field(page, 'Description').fill('Mine')
    await change('wiki', { description: 'Theirs' })
    await press(page, 'Save')
    const dialog = page.getByRole('dialog', { name: 'Somebody else changed the same' })
    await dialog.getByRole('group', { name: 'Description' }).or(dialog.getByText('Description')).first().waitFor()
    await dialog.getByRole('radio', { name: /^Theirs/ }).click()
    await dialog.getByRole('button', { name: 'Save this' }).click()
    await page.getByText('it was taken in: Description').first().waitFor()
    assert.equal(await field(page, 'Description').inputValue(), 'Theirs')
    assert.equal((await api.must('GET', '/applications/wiki')).spec.description, 'Theirs')
  }))

test('what is in use is not deleted, and says where it is used; what is not, after its slug was typed', () =>
  at('/providers/wiki', async (page) => {
    await press(page, 'Actions')
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog', { name: 'wiki is in use' }).getByText('Application: Wiki (wiki)').waitFor()
    await press(page, 'Show them')
    await page.getByRole('link', { name: 'Wiki', exact: true }).click()
    await page.getByRole('heading', { name: 'Wiki', exact: true, level: 1 }).waitFor()

    await press(page, 'Actions')
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete Wiki?' })
    assert.ok(await dialog.getByRole('button', { name: 'Delete' }).isDisabled())
    await dialog.getByRole('textbox').fill('wiki')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.waitForURL('**/if/admin/applications')
    assert.equal((await api('GET', '/applications/wiki')).status, 404)
  }))

test('leaving with changes that are not saved is asked about', () =>
  at('/settings/sessions', async (page) => {
    await page.getByLabel('Lifetime').fill('9h')
    await page.getByRole('link', { name: 'Providers' }).click()
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await press(page, 'Save')
    await page.getByText('Saved', { exact: true }).first().waitFor()
    assert.deepEqual((await api.must('GET', '/settings/sessions')).spec, { lifetime: '9h' })
  }))

test('who may only look sees forms that cannot be changed, in German on a phone', () =>
  at(
    '/providers/payroll/settings',
    async (page) => {
      await page.getByText('Sie dürfen dies ansehen, aber nicht ändern.').waitFor()
      assert.ok(await page.getByLabel('Client-ID').isDisabled())
      assert.equal(await page.getByRole('button', { name: 'Speichern' }).count(), 0)
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth')) <= 0)
    },
    { username: 'ida', width: 390, locale: 'de' },
  ))

test('a sink is enabled unless it says no: the switch of a new one is on, and who is not enabled is not called in use', async () => {
  await api.must('POST', '/sinks', {
    slug: 'quiet',
    spec: { type: 'email', enabled: false, on: ['login_failed'], with: { to: ['a@example.com'] } },
  })
  await at('/sinks/new', async (page) => {
    await page.getByText('E-mail', { exact: true }).first().click()
    const enabled = page.getByRole('switch', { name: /^Enabled/ })
    await enabled.waitFor()
    assert.equal(await enabled.getAttribute('aria-checked'), 'true')
    await page.goto(`${server.url}/if/admin/sinks`)
    const row = page.getByRole('row').filter({ hasText: 'quiet' })
    await row.getByText('Not enabled', { exact: true }).waitFor()
    assert.equal(await row.getByText('In use', { exact: true }).count(), 0)
  })
})
