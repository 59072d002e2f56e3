import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'

const folder = temporaryDirectory()
const own: Readonly<Record<string, string>> = {
  'en/token-created.html.liquid': '<script>document.title = "ran"</script><p>Ours, {{ user.name }}</p>',
  'de/email-changed.text.liquid': 'Eins\n{% if brand %}',
  'fr/test.subject.liquid': 'Essai de {{ brand.name }}',
  'en/../../secret.html.liquid': 'out of the folder',
}
let server: TestServer
let admin: Api
before(async () => {
  for (const [name, text] of Object.entries(own)) {
    mkdirSync(dirname(join(folder, 'mine', name)), { recursive: true })
    writeFileSync(join(folder, 'mine', name), text)
  }
  server = await startServer({
    apply: configuration({ brands: { default: { name: 'Acme & Sons', colors: { primary: '#7a1fa2' } } } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, SLUICE_TEMPLATES: join(folder, 'mine') },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const shown = async (locale: string) => admin.must('GET', `/settings/email/templates?locale=${encodeURIComponent(locale)}`)
const message = async (locale: string, name: string) => (await shown(locale)).items.find((item: any) => item.name === name)

test('messages are shown as people get them, with the brand, in every language that there are templates in, of nobody', async () => {
  const { folder: told, languages, locale, items } = await shown('de')
  assert.deepEqual([told, languages, locale], [join(folder, 'mine'), ['de', 'en', 'fr'], 'de'])
  assert.deepEqual(
    items.map(({ name }: any) => name),
    [
      'test',
      'event',
      'password-changed',
      'email-changed',
      'token-created',
      'new-browser',
      'account-disabled',
      'recovery',
      'code',
      'authenticator-added',
      'authenticator-removed',
      'authenticators-reset',
    ],
  )
  for (const { name, subject, text, html, files } of items) {
    assert.ok(subject, name)
    assert.match(text, /Acme & Sons/, name)
    assert.match(html, /#7a1fa2[^]*Acme &amp; Sons/, name)
    assert.deepEqual(
      files.map(({ file }: any) => file),
      [`de/${name}.subject.liquid`, `de/${name}.text.liquid`, 'de/layout.text.liquid', `de/${name}.html.liquid`, 'de/layout.html.liquid'],
    )
    assert.doesNotMatch(text + html, /example\.com/, 'nobody of the directory')
  }
  assert.equal((await message('fr', 'test')).subject, 'Essai de Acme & Sons')
})

test('it is said which file is one of your own, and why one is not used', async () => {
  const notable = async (locale: string, name: string) =>
    (await message(locale, name)).files.filter(({ own: isOwn, problem }: any) => isOwn || problem !== null)
  assert.deepEqual(await notable('en', 'token-created'), [{ file: 'en/token-created.html.liquid', own: true, problem: null }])
  const [broken, ...others] = await notable('de', 'email-changed')
  assert.deepEqual([broken.file, broken.own, others], ['de/email-changed.text.liquid', false, []])
  assert.match(broken.problem, /^line 2: .*if/)
  assert.match((await message('de', 'email-changed')).text, /Adresse/)
})

test('no language leads out of the folder', async () => {
  for (const locale of ['../..', '..', 'en/..', '%2e%2e', 'xx', '__proto__', '']) {
    const answer = await shown(locale)
    assert.ok(['de', 'en', 'fr'].includes(answer.locale), locale)
    assert.doesNotMatch(JSON.stringify(answer), /out of the folder/)
  }
  assert.equal((await admin('GET', `/settings/email/templates?locale=${'a'.repeat(36)}`)).status, 400)
})

test('the page of a message is for who may see settings, can do nothing, and is of no origin', async () => {
  const address = '/if/preview/mail/token-created?locale=en'
  assert.equal((await new Client(server.url).ask(address)).status, 403)
  const ada = new Client(server.url)
  await signIn(ada, people.ada)
  assert.equal((await ada.ask(address)).status, 403)
  const { items } = await admin.must('GET', '/users?username=ada')
  await admin.must('PATCH', `/users/${items[0].id}`, { roles: ['viewer'] })
  const page = await ada.ask(address)
  assert.equal(page.status, 200, page.text)
  assert.match(page.body, /Ours, Ada Lovelace/)
  assert.deepEqual((page.headers.get('content-security-policy') ?? '').split('; ').toSorted(), [
    "base-uri 'none'",
    "default-src 'none'",
    "frame-ancestors 'self'",
    'img-src data:',
    'sandbox',
    "style-src 'unsafe-inline'",
  ])
  assert.deepEqual([page.headers.get('x-frame-options'), page.headers.get('cache-control')], ['SAMEORIGIN', 'no-store'])
  for (const other of ['nothing', '..%2fsecret', '__proto__', 'layout'])
    assert.equal((await ada.ask(`/if/preview/mail/${other}`)).status, 404, other)
  for (const locale of ['..%2f..', 'a&locale=b', 'x'.repeat(3000)])
    assert.equal((await ada.ask(`/if/preview/mail/test?locale=${locale}`)).status, 200, locale.slice(0, 20))
})
