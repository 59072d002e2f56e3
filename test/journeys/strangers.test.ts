import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people, wiki } from '../kit/configuration.ts'
import { relyingParty } from '../kit/relying-party.ts'
import { command, startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'

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

  test('passes its own tests, outside of the checkout', async () => {
    const { code, out } = await command(['plugin', 'test', join(strangers('terms'), 'terms')], { directory: temporaryDirectory() }).ended
    assert.equal(code, 0, out)
    assert.match(out, /pass 4/)
  })

  test('the protocol beside it is not in use, since nobody granted what it asks for', async () => {
    const sentence = /plugin "jwt-link" asks for the port "keys"; grant it by SLUICE_GRANTS=jwt-link=keys/
    assert.match(server.logs().replaceAll('\\"', '"'), sentence)
    const doctor = await server.sluice(['doctor'])
    assert.match(doctor.out, sentence)
    assert.equal(doctor.code, 0)
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

describe('sluice plugin new', () => {
  for (const family of ['stage', 'policy'] as const) {
    test(`makes a ${family} that passes its own tests and is in use`, async () => {
      const directory = temporaryDirectory()
      const sluice = (...args: readonly string[]) => command(args, { directory }).ended
      assert.equal((await sluice('plugin', 'new', 'acme-word', `--${family}`)).code, 0)
      const tested = await sluice('plugin', 'test', 'acme-word')
      assert.equal(tested.code, 0, tested.out + tested.err)
      const doctor = await command(['doctor', '--json'], { directory, env: { SLUICE_PLUGINS: join(directory, 'acme-word') } }).ended
      const findings = JSON.parse(doctor.out) as { subject: string; text: string }[]
      assert.deepEqual(
        findings.filter(({ subject, text }) => subject === 'plugins' && text.startsWith('disabled')),
        [],
      )
      const again = await sluice('plugin', 'new', 'acme-word')
      assert.deepEqual([again.code, /is there already and not empty/.test(again.err)], [1, true])
    })
  }

  test('takes only what can be a name', async () => {
    for (const name of ['Acme', '1st', 'a b', '../x', 'core']) {
      assert.equal((await command(['plugin', 'new', name], { directory: temporaryDirectory() }).ended).code, 2, name)
    }
  })
})
