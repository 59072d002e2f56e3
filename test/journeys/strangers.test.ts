import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people, wiki } from '../kit/configuration.ts'
import { relyingParty } from '../kit/relying-party.ts'
import { command, startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'
import { hashed } from '../strangers/security-question/answer.ts'

/** The plugins of `test/strangers`, outside of the checkout, where a stranger's are. */
function strangers(...names: readonly string[]): string {
  const directory = join(temporaryDirectory(), 'plugins')
  for (const name of names) cpSync(join(import.meta.dirname, '../strangers', name), join(directory, name), { recursive: true })
  return directory
}

const steps = (version: string) => [
  { type: 'identification' },
  { type: 'password' },
  { type: 'terms', with: { version, url: 'https://example.org/terms' } },
]
const withTerms = (more: object = {}) =>
  configuration({
    flows: { 'default-authentication': { title: 'Sign in', designation: 'authentication', steps: steps('2') } },
    ...more,
  })

describe("a stranger's stage", () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ apply: withTerms(), env: { SLUICE_PLUGINS: strangers('terms', 'ip-allowlist', 'jwt-link') } })
  })
  after(() => server?.stop())

  test('has its page, in the language of whoever reads it, and its errors', async () => {
    const client = new Client(server.url, { 'accept-language': 'de' })
    const page = await signIn(client, people.ada)
    assert.deepEqual([page.heading, page.links['Bedingungen lesen']], ['Nutzungsbedingungen', 'https://example.org/terms'])
    const again = await client.submit(page)
    assert.equal(again.status, 422)
    assert.match(again.text, /Bitte stimmen Sie den Bedingungen zu\./)
    const [form] = again.forms.filter(({ method }) => method === 'post')
    await client.ask(new URL(form?.action ?? '', again.url), { body: { ...form?.fields, agree: 'on' } })
    assert.match((await client.open('/')).text, /ada/)
  })

  test('is answered as JSON, too', async () => {
    const client = new Client(server.url, { accept: 'application/json' })
    const run = '/api/v1/flows/default-authentication/run'
    const first = (await client.ask(run, { json: {} })).json()
    const second = (await client.ask(run, { json: { run: first.run, challenge: first.challenge, answer: { identifier: 'bob' } } })).json()
    const third = (
      await client.ask(run, { json: { run: first.run, challenge: second.challenge, answer: { password: people.bob.password } } })
    ).json()
    assert.deepEqual([third.step, third.screen.title.key, third.screen.title.text], ['terms-3', 'terms.title', 'Terms of use'])
    const done = (await client.ask(run, { json: { run: first.run, challenge: third.challenge, answer: { agree: 'on' } } })).json()
    assert.equal(done.done, true)
  })

  test('has its settings checked like any other, with the place of what is wrong', async () => {
    const wrong = await startServer({
      apply: {
        version: 1,
        flows: { 'default-authentication': { title: 'x', designation: 'authentication', steps: [{ type: 'terms', with: { url: 7 } }] } },
      },
      env: { SLUICE_PLUGINS: strangers('terms') },
    }).then(
      () => assert.fail('the server started'),
      (error: Error) => error.message,
    )
    assert.match(wrong, /configuration\.yaml:1:\d+: flows\.default-authentication\.steps\[0\]\.with: "version" is missing/)
    assert.match(wrong, /configuration\.yaml:1:\d+: flows\.default-authentication\.steps\[0\]\.with\.url: must be a text, not a number/)
  })

  test('is in the schema for editors, with its settings, and what it does not know is not', async () => {
    const { code, out } = await server.sluice(['config', 'schema'])
    assert.equal(code, 0)
    const fits = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(out))
    const documentOf = (settings: object) => ({
      version: 1,
      flows: { x: { title: 'x', designation: 'authentication', steps: [{ type: 'terms', with: settings }] } },
    })
    const good = { version: '2', url: 'https://example.org/terms' }
    assert.equal(fits(documentOf(good)), true)
    for (const wrong of [{ version: '2' }, { ...good, url: 7 }, { ...good, link: 'x' }]) assert.equal(fits(documentOf(wrong)), false)
  })

  test('the protocol beside it is not in use, since nobody granted what it asks for', async () => {
    const sentence = /plugin "jwt-link" asks for the port "keys"; grant it by SLUICE_GRANTS=jwt-link=keys/
    assert.match(server.logs().replaceAll('\\"', '"'), sentence)
    const doctor = await server.sluice(['doctor'])
    assert.match(doctor.out, sentence)
    assert.equal(doctor.code, 0)
  })
})

describe("a stranger's stage with files beside it and a proof of its own", () => {
  const question = 'What was your first pet called?'
  let server: TestServer
  before(async () => {
    const steps = [{ type: 'identification' }, { type: 'password' }, { type: 'security-question', with: { question } }]
    const users = { ada: { attributes: { securityAnswer: await hashed('Fluffy') }, password: people.ada.password } }
    server = await startServer({
      apply: configuration({ users, flows: { 'default-authentication': { title: 'Sign in', designation: 'authentication', steps } } }),
      env: { SLUICE_PLUGINS: strangers('security-question') },
    })
  })
  after(() => server?.stop())
  const isSignedIn = async (client: Client) => (await client.ask('/')).status === 200

  test('lets in who knows the answer, and asks everybody else again', async () => {
    const client = new Client(server.url, { 'accept-language': 'de' })
    const page = await signIn(client, people.ada)
    assert.match(page.text, /What was your first pet called\?/)
    assert.equal(page.heading, 'Eine Frage an Sie')
    const again = await client.submit(page, { answer: 'Rex' })
    assert.deepEqual([again.status, /Das ist nicht die Antwort\./.test(again.text), await isSignedIn(client)], [422, true, false])
    await client.submit(again, { answer: ' fluffy ' })
    assert.equal(await isSignedIn(client), true)
  })

  test('refuses who has no answer', async () => {
    const client = new Client(server.url)
    const page = await signIn(client, people.bob)
    assert.deepEqual([page.status, await isSignedIn(client)], [403, false])
    assert.match(page.text, /No answer of yours is known here\./)
  })

  test('does not let anybody guess on', async () => {
    const client = new Client(server.url)
    let page = await signIn(client, people.ada)
    for (let count = 0; page.status !== 429; count += 1) {
      assert.ok(count < 30, 'guessing came to no end')
      page = await client.submit(page, { answer: `guess ${count}` })
    }
    assert.equal(await isSignedIn(client), false)
  })
})

describe("a stranger's stage over HTTP", () => {
  const good = { version: '2', url: 'https://example.org/terms' }
  const flowOf = (settings: object) => ({
    version: 1,
    flows: {
      'default-authentication': {
        title: 'Sign in',
        designation: 'authentication',
        steps: [{ type: 'identification' }, { type: 'password' }, { type: 'terms', with: settings }],
      },
    },
  })
  let server: TestServer
  let api: Api
  before(async () => {
    server = await startServer({
      apply: configuration(),
      env: { SLUICE_PLUGINS: strangers('terms', 'jwt-link'), SLUICE_BOOTSTRAP_TOKEN: adminToken },
    })
    api = apiOf(server.url, adminToken)
  })
  after(() => server?.stop())

  test('is listed with what it brings, and what is not in use is not', async () => {
    const { status, body } = await api('GET', '/plugins')
    assert.equal(status, 200)
    const [listed] = body.items.filter(({ id }: { id: string }) => id === 'terms')
    const [{ kind, ports, settings }] = listed.stages
    assert.deepEqual([listed.version, kind, ports, Object.keys(settings.properties)], ['1.0.0', 'terms', ['clock'], ['version', 'url']])
    assert.equal(
      body.items.some(({ id }: { id: string }) => id === 'jwt-link'),
      false,
    )
  })

  test('has its settings in the schema, which takes good ones and says where others are wrong', async () => {
    const { body } = await api('GET', '/configuration/schema')
    const fits = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(body)
    assert.equal(fits(flowOf(good)), true, JSON.stringify(fits.errors))
    assert.equal(fits(flowOf({ ...good, url: 7 })), false)
    assert.ok(fits.errors?.some(({ instancePath }) => instancePath === '/flows/default-authentication/steps/2/with/url'))
  })

  test('is refused with the place of what is wrong, and used from the next sign-in on once it is right', async () => {
    const wrong = await api('POST', '/configuration/apply', { body: flowOf({ ...good, url: 7 }) })
    assert.equal(wrong.status, 422)
    assert.deepEqual(
      wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer),
      ['/flows/default-authentication/steps/2/with/url'],
    )
    const before = await signIn(new Client(server.url), people.ada)
    assert.notEqual(before.heading, 'Terms of use')
    const done = await api('POST', '/configuration/apply', { body: flowOf(good) })
    assert.deepEqual([done.status, done.body.changes.map(({ slug }: { slug: string }) => slug)], [200, ['default-authentication']])
    const after = await signIn(new Client(server.url), people.bob)
    assert.deepEqual([after.heading, after.links['Read the terms']], ['Terms of use', good.url])
  })
})

describe("a stranger's protocol", () => {
  const providers = { desk: { type: 'jwt-link', with: { target: 'https://desk.example/login' } } }
  const applications = { desk: { name: 'Help desk', provider: 'desk' } }
  let server: TestServer
  before(async () => {
    server = await startServer({
      apply: configuration({ providers, applications }),
      env: { SLUICE_PLUGINS: strangers('jwt-link'), SLUICE_GRANTS: 'jwt-link=keys' },
    })
  })
  after(() => server?.stop())

  test('is refused in configuration while it is not granted', async () => {
    const refused = await startServer({
      apply: configuration({ providers, applications }),
      env: { SLUICE_PLUGINS: strangers('jwt-link') },
    }).then(
      () => assert.fail('the server started'),
      (error: Error) => error.message,
    )
    assert.match(
      refused,
      /providers\.desk\.type: there is no protocol "jwt-link": plugin "jwt-link" asks for the port "keys"; grant it by SLUICE_GRANTS=jwt-link=keys/,
    )
  })

  test('signs its user in with a token that our keys verify, once granted', async () => {
    const client = new Client(server.url)
    const page = await signIn(client, people.ada, '/x/jwt-link/desk?return_to=%2Ftickets')
    assert.equal(page.to?.origin, 'https://desk.example')
    assert.equal(page.to?.searchParams.get('return_to'), '/tickets')
    const jwks = createRemoteJWKSet(new URL(`${relyingParty(server.url, { clientId: wiki.clientId }).issuer}jwks/`))
    const { payload } = await jwtVerify(page.to?.searchParams.get('jwt') ?? '', jwks, {
      audience: 'https://desk.example',
      issuer: server.url,
    })
    assert.equal(payload['email'], 'ada@example.com')
  })

  test('an unknown address of it is none', async () => {
    assert.equal((await new Client(server.url).open('/x/jwt-link/nothing')).status, 404)
  })
})

describe("a stranger's policy", () => {
  const allowing = (networks: readonly string[]) => ({ type: 'ip-allowlist', with: { networks } })
  const policies = { office: allowing(['192.0.2.0/24']), loopback: allowing(['127.0.0.0/8', '::1/128']) }
  const applicationOf = (policy: string) => ({ name: policy, provider: policy, access: [{ policy }] })
  const providers = Object.fromEntries(
    ['office', 'loopback'].map((slug) => [slug, { type: 'jwt-link', with: { target: 'https://desk.example/' } }]),
  )
  const applications = { office: applicationOf('office'), loopback: applicationOf('loopback') }
  const env = () => ({ SLUICE_PLUGINS: strangers('ip-allowlist', 'jwt-link'), SLUICE_GRANTS: 'jwt-link=keys' })

  test('decides who may open an application, and says why not in the reader’s language', async () => {
    const server = await startServer({ apply: configuration({ policies, providers, applications }), env: env() })
    try {
      const inside = await signIn(new Client(server.url), people.ada, '/x/jwt-link/loopback')
      assert.equal(inside.to?.origin, 'https://desk.example')
      const client = new Client(server.url, { 'accept-language': 'de' })
      const outside = await signIn(client, people.ada, '/x/jwt-link/office')
      assert.equal(outside.status, 403)
      assert.match(outside.text, /Aus Ihrem Netz können Sie das nicht öffnen\./)
    } finally {
      await server.stop()
    }
  })

  test('has its settings checked like any other', async () => {
    const wrong = await startServer({
      apply: configuration({ policies: { office: allowing(['the office']) }, providers: {}, applications: {} }),
      env: env(),
    }).then(
      () => assert.fail('the server started'),
      (error: Error) => error.message,
    )
    assert.match(wrong, /configuration\.yaml:1:\d+: policies\.office\.with\.networks\[0\]: /)
  })
})

describe('a plugin that is broken', () => {
  test('is not in use, and the server is', async () => {
    const directory = strangers('terms')
    writeFileSync(join(directory, 'throws.ts'), 'throw new Error("no luck")')
    writeFileSync(join(directory, 'enum.ts'), 'enum Colour { Red }\nexport default Colour.Red')
    mkdirSync(join(directory, 'twin'))
    writeFileSync(join(directory, 'twin/plugin.ts'), "export default { id: 'password', version: '1.0.0', api: '^1' }")
    cpSync(join(import.meta.dirname, '../strangers/jwt-link'), join(directory, 'jwt-link'), { recursive: true })
    const env = { SLUICE_PLUGINS: directory, SLUICE_GRANTS: 'trems=keys', SLUICE_BOOTSTRAP_TOKEN: adminToken }
    const server = await startServer({ apply: withTerms(), env })
    try {
      assert.match(server.logs(), /throws\.ts: no luck/)
      assert.match(server.logs(), /enum\.ts: .*enum/)
      assert.match(server.logs(), /two plugins have the id \\"password\\"/)
      assert.match(server.logs(), /there is no plugin \\"trems\\" from elsewhere; did you mean \\"terms\\"\?/)
      assert.equal((await signIn(new Client(server.url), people.ada)).heading, 'Terms of use')
      const { items, disabled } = await apiOf(server.url, adminToken).must('GET', '/plugins')
      const pathOf = (id: string) => items.find((item: any) => item.id === id)?.path
      assert.deepEqual([pathOf('password'), pathOf('terms')], [null, join(directory, 'terms/plugin.ts')])
      const reasonOf = (name: string) => disabled.find(({ path }: any) => path === join(directory, name)).reason
      assert.match(reasonOf('throws.ts'), /no luck/)
      assert.match(reasonOf('twin/plugin.ts'), /two plugins have the id "password"/)
      const link = disabled.find(({ id }: any) => id === 'jwt-link')
      assert.deepEqual(link.kinds, ['jwt-link'])
      assert.match(link.reason, /asks for the port "keys"; grant it by SLUICE_GRANTS=jwt-link=keys/)
    } finally {
      await server.stop()
    }
  })
})

describe('the plugins of strangers, outside of the checkout,', () => {
  for (const [name, count] of Object.entries({ terms: 4, 'ip-allowlist': 4, 'jwt-link': 3, 'security-question': 6 })) {
    test(`pass their own tests: ${name}`, async () => {
      const { code, out } = await command(['plugin', 'test', join(strangers(name), name)], { directory: temporaryDirectory() }).ended
      assert.equal(code, 0, out)
      assert.match(out, new RegExp(`pass ${count}\\b`))
    })
  }
})
