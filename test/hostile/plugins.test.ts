import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'

const stage = (kind: string, show: string, use = '{}') => `
import { definePort, definePlugin, defineStage, pass, Type } from 'sluice/plugin'
const stage = defineStage({ kind: '${kind}', settings: Type.Object({}), answer: Type.Object({}), use: ${use}, show: ${show}, submit: () => pass() })
export default definePlugin({ id: '${kind}', version: '1.0.0', api: '^1', stages: [stage] })`

const plugins: Readonly<Record<string, string>> = {
  hangs: stage('hangs', '() => new Promise(() => {})'),
  throws: stage('throws', "() => { throw new Error('no luck') }"),
  strays: stage('strays', "() => { void Promise.reject(new Error('left alone')); return pass() }"),
  reaches: stage('reaches', "async ({ use }) => { await use.keys.sign({ sub: 'ada' }, { alg: 'ES256' }); return pass() }"),
  plants: stage('plants', '({ use }) => { use.keys = { sign() {} }; return pass() }'),
  // A port object of its own making, which says of itself that it is nothing special.
  forges: stage('forges', '() => pass()', "{ keys: definePort('keys') }"),
  rude: `
import { definePlugin, defineProtocol, Type } from 'sluice/plugin'
const protocol = defineProtocol({
  kind: 'rude', settings: Type.Object({}), request: Type.Object({}),
  routes(app) {
    app.addHook('onRequest', async (request) => { if (request.url.endsWith('/hook')) throw new Error('in a hook') })
    app.setErrorHandler((_error, _request, reply) => reply.code(418).send('rude'))
    app.get('/route', async () => { throw new Error('in a route') })
    app.get('/hook', async () => 'never')
    app.get('/stray', async () => { void Promise.reject(new Error('from a route')); return 'fine' })
  },
  finish: () => ({ answer: 'json', status: 200, body: {} }),
  refused: () => ({ answer: 'json', status: 403, body: {} }),
})
export default definePlugin({ id: 'rude', version: '1.0.0', api: '^1', protocols: [protocol] })`,
}

const inUse = ['hangs', 'throws', 'strays', 'reaches', 'plants']
const flows = Object.fromEntries(
  inUse.map((kind) => [
    kind,
    { title: kind, designation: 'authentication', steps: [{ type: 'identification' }, { type: 'password' }, { type: kind }] },
  ]),
)

let server: TestServer
before(async () => {
  const directory = join(temporaryDirectory(), 'plugins')
  mkdirSync(directory)
  for (const [name, source] of Object.entries(plugins)) writeFileSync(join(directory, `${name}.ts`), source)
  server = await startServer({ apply: configuration({ flows }), env: { SLUICE_PLUGINS: directory } })
})
after(() => server?.stop())

const isSignedIn = async (client: Client) => (await client.ask('/')).status === 200
const through = async (kind: string) => {
  const client = new Client(server.url)
  const page = await signIn(client, people.ada, `/if/flow/${kind}/`)
  return { page, client }
}
const isWell = async () => {
  const client = new Client(server.url)
  await signIn(client, people.bob)
  assert.equal(await isSignedIn(client), true)
}

test('a stage that hangs ends its own run as an error, and nobody else waits', async () => {
  const started = performance.now()
  const hanging = through('hangs')
  await isWell()
  assert.ok(performance.now() - started < 9000, 'others were answered meanwhile')
  const { page, client } = await hanging
  assert.equal(page.status, 500)
  assert.equal(await isSignedIn(client), false)
  assert.match(server.logs(), /stage \\"hangs\\" did not answer within 10 s/)
})

test('a stage that throws, or reaches for a port that it did not declare, signs nobody in', async () => {
  for (const kind of ['throws', 'reaches', 'plants']) {
    const { page, client } = await through(kind)
    assert.equal(page.status, 500, kind)
    assert.equal(await isSignedIn(client), false, kind)
    assert.doesNotMatch(page.text, /no luck|undefined/, 'what went wrong is for the log')
  }
  await isWell()
})

test('a strong port under a port object of its own making is not to be had without a grant', async () => {
  assert.match(server.logs(), /plugin \\"forges\\" asks for the port \\"keys\\"; grant it by SLUICE_GRANTS=forges=keys/)
})

test('a promise that a plugin leaves to fail is told in the log, and the server goes on', async () => {
  const { client } = await through('strays')
  assert.equal(await isSignedIn(client), true)
  assert.equal((await client.ask('/x/rude/stray')).text, 'fine')
  await isWell()
  assert.match(server.logs(), /left alone/)
  assert.match(server.logs(), /from a route/)
})

test('what a protocol breaks, or sets, in its own routes stays there', async () => {
  const client = new Client(server.url)
  assert.deepEqual([(await client.ask('/x/rude/route')).status, (await client.ask('/x/rude/hook')).status], [418, 418])
  assert.equal((await client.ask('/-/health/live')).status, 200)
  assert.equal((await client.ask('/nowhere/hook')).status, 404)
  await isWell()
})
