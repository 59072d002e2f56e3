import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Client, type Page, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { type RelyingParty, relyingParty } from '../kit/relying-party.ts'
import { everyRow } from '../kit/rows.ts'
import { startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'

const rule = 'user.isInGroup("finance") && request.ip.in("10.0.0.0/8")'
const python = "user.is_in_group('finance') and request.ip in ['10.0.0.0/8']"
const message = 'The books are open to the finance department, from the office.'

const books = (expression: string) => ({
  policies: { finance: { type: 'expression', with: { expression, message } } },
  applications: { wiki: { name: 'The Books', provider: 'wiki', access: { bindings: [{ policy: 'finance' }] } } },
})

const files = temporaryDirectory()
const written = (name: string, text: string) => {
  const path = join(files, name)
  writeFileSync(path, text)
  return path
}
/** A document with the policy alone, as somebody writes it. */
const policyFile = (name: string, expression: string) =>
  written(
    name,
    `version: 1
policies:
  finance:
    type: expression
    with:
      expression: ${JSON.stringify(expression)}
      message: ${message}
`,
  )

let server: TestServer
let app: RelyingParty
before(async () => {
  server = await startServer({
    apply: configuration({
      groups: { finance: {} },
      users: { ada: { name: 'Ada Lovelace', email: 'ada@example.com', groups: ['finance'], password: people.ada.password } },
      ...books(rule),
    }),
  })
  app = relyingParty(server.url)
})
after(() => server?.stop())

/** A browser at this address, behind a proxy on the loopback, which is trusted. */
const at = (ip: string) => new Client(server.url, { 'x-forwarded-for': ip })
const office = '10.1.2.3'
const elsewhere = '203.0.113.9'

const assertRefused = (page: Page, username: string): void => {
  assert.deepEqual([page.status, page.heading], [403, 'You cannot continue'], page.text)
  assert.ok(page.text.includes(message), page.text)
  assert.match(page.text, new RegExp(`signed in as ${username}[\\s\\S]*Reference`))
  assert.deepEqual(Object.keys(page.links).toSorted(), ['Back to the application', 'Sign in as somebody else', 'Start again'])
}

test('who is in the group gets in from the network, from elsewhere not, and nobody else does from anywhere', async () => {
  const page = await signIn(at(office), people.ada, app.start())
  const tokens = (await app.redeem(app.answerOf(page)['code'] ?? '')).json()
  assert.equal((await app.userinfo(tokens.access_token)).json().preferred_username, 'ada')

  assertRefused(await signIn(at(elsewhere), people.ada, app.start()), 'ada')
  assertRefused(await signIn(at(office), people.bob, app.start()), 'bob')
})

test("the rule in Python's words is refused with its place and what was meant, which is accepted", async () => {
  const path = policyFile('python.yaml', python)
  const { code, out, err } = await server.sluice(['apply', path])
  assert.deepEqual([code, out], [1, ''])
  const [, place, meant] =
    /^ {2}(\S+:6:\d+): policies\.finance\.with\.expression: .*?did you mean `(.+)`\? \(line 1, column \d+ of/m.exec(err) ?? []
  assert.ok(place?.startsWith(`${path}:6:`), err)
  assert.ok(meant, err)
  const history = async () => JSON.parse((await server.sluice(['history', '--json'])).out).length
  const revisions = await history()
  assert.ok(app.answerOf(await signIn(at(office), people.ada, app.start()))['code'], 'what is refused changes nothing')

  const accepted = await server.sluice(['apply', policyFile('meant.yaml', meant)])
  assert.equal(accepted.code, 0, accepted.err)
  assert.equal(await history(), revisions + 1)
  assert.ok(app.answerOf(await signIn(at(office), people.ada, app.start()))['code'])
  assertRefused(await signIn(at(elsewhere), people.ada, app.start()), 'ada')
  assertRefused(await signIn(at(office), people.bob, app.start()), 'bob')
  assert.equal((await server.sluice(['apply', policyFile('rule.yaml', rule)])).code, 0)
})

test('a simulation explains each of them, and leaves every table as it was', async () => {
  const simulate = async (person: keyof typeof people, ip: string, ...more: readonly string[]) => {
    const args = ['simulate', 'default-authentication', '--user', person, '--ip', ip, '--application', 'wiki', ...more]
    const { code, out, err } = await server.sluice(args)
    assert.equal(code, 0, err)
    return out
  }
  const password = (person: keyof typeof people) => ['--answer', `password=${people[person].password}`]
  const before = await everyRow(server)
  assert.ok(before.includes('ada@example.com') && before.includes('access_denied'))

  assert.match(
    await simulate('ada', office, ...password('ada')),
    /\n {2}application wiki +holds +policy "finance": yes \(request\.ip\.in\("10\.0\.0\.0\/8"\) is true\)\n\nSigns in ada \(pwd\)\.\n$/,
  )
  assert.match(
    await simulate('ada', elsewhere, ...password('ada')),
    new RegExp(
      `\\n {2}application wiki +does not hold +policy "finance": no \\(request\\.ip\\.in\\("10\\.0\\.0\\.0/8"\\) is false\\)\\n\\nDenied: ${message}\\n$`,
    ),
  )
  assert.match(
    await simulate('bob', office, '--assume'),
    /application wiki +does not hold +policy "finance": no \(user\.isInGroup\("finance"\) is false\)\n\nDenied: The books/,
  )
  const { ends, why, trace } = JSON.parse(await simulate('ada', elsewhere, '--assume', '--json'))
  assert.deepEqual([ends, why, trace.at(-1).step, trace.at(-1).verdict], ['denied', message, 'application wiki', 'no'])
  assert.equal(await everyRow(server), before)
})

test('a flow that is changed while the server runs is used at the next request, and a run that was open begins anew', async () => {
  const flow = (title: string) =>
    `version: 1
flows:
  default-authentication:
    title: Sign in
    designation: authentication
    steps:
      - { type: dummy, with: { title: ${title} } }
      - type: identification
      - type: password
`
  const client = at(office)
  const open = await client.submit(await client.open(app.start()), { identifier: 'ada' })
  assert.ok('password' in (open.forms.find(({ method }) => method === 'post')?.fields ?? {}), open.text)
  const applied = await server.sluice(['apply', written('flow.yaml', flow('House rules'))])
  assert.equal(applied.code, 0, applied.err)

  assert.equal((await at(office).open(app.start())).heading, 'House rules')
  const anew = await client.submit(open, { password: people.ada.password })
  assert.equal(anew.heading, 'House rules', anew.text)
  assert.match(anew.text, /was changed meanwhile\. Please start again/)
  assert.equal((await client.ask('/')).status === 200, false, 'the password that was sent to the old flow counts for nothing')

  const page = await signIn(client, people.ada, await client.submit(anew))
  assert.ok(app.answerOf(page)['code'], 'the run goes on to what it was for')
})
