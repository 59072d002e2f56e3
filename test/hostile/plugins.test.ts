import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Client, isSignedIn, signIn } from '../kit/client.ts'
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

type Written = { readonly routes?: string; readonly finish?: string; readonly use?: string }
const protocol = (kind: string, { routes = '', finish = "() => ({ answer: 'json', status: 200, body: {} })", use = '{}' }: Written) => `
import { definePlugin, defineProtocol, ports, Type } from 'sluice/plugin'
const protocol = defineProtocol({
  kind: '${kind}', settings: Type.Object({}), request: Type.Object({}), use: ${use},
  async routes(app, ctx) {
    app.get('/:slug', async (request, reply) => ctx.login(request, reply, ctx.providers(request).byApplication(request.params.slug), {}, { silent: 'silent' in request.query }))
    ${routes}
  },
  finish: ${finish}, refused: ${finish},
})
export default definePlugin({ id: '${kind}', version: '1.0.0', api: '^1', protocols: [protocol] })`

const hang = '() => new Promise(() => {})'
const protocols: Readonly<Record<string, string>> = {
  endless: protocol('endless', {
    finish: hang,
    routes: `
    app.setErrorHandler(${hang})
    app.get('/of/route', ${hang})
    app.get('/of/hook', { preHandler: ${hang} }, async () => 'never')
    app.get('/of/begun', async (_, reply) => { reply.raw.write('begun'); setTimeout(() => reply.raw.end(', ended'), 11_000); return reply.hijack() })`,
  }),
  slow: protocol('slow', {
    finish: "() => new Promise((done) => setTimeout(done, 6000, { answer: 'json', status: 200, body: {} }))",
    routes: `
    app.get('/of/late/:slug', async (request, reply) => {
      await new Promise((done) => setTimeout(done, 6000))
      return ctx.login(request, reply, ctx.providers(request).byApplication(request.params.slug), {}, { silent: true })
    })`,
  }),
  mute: protocol('mute', { finish: '() => undefined' }),
  // What cannot be mounted: see the reasons below.
  topples: protocol('topples', { routes: "throw new Error('no luck')" }),
  nested: protocol('nested', { routes: "app.register(async () => { throw new Error('no luck inside') })" }),
  twice: protocol('twice', { routes: "app.get('/a', async () => 1); app.get('/a', async () => 2)" }),
  second: protocol('second', { routes: "app.decorateRequest('origin', '')" }),
  early: protocol('early', { routes: "await ctx.use.users.get('u1')", use: '{ users: ports.users }' }),
  stalls: protocol('stalls', { routes: `await (${hang})()` }),
  // What may be done while routes are mounted.
  notes: protocol('notes', {
    routes: "ctx.use.log.info({ at: ctx.use.clock.now().getTime() }, 'mounted')",
    use: '{ log: ports.log, clock: ports.clock }',
  }),
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
  for (const [name, source] of Object.entries({ ...plugins, ...protocols })) writeFileSync(join(directory, `${name}.ts`), source)
  const used = ['endless', 'slow', 'mute', 'notes']
  const providers = Object.fromEntries(used.map((kind) => [kind, { type: kind }]))
  const applications = Object.fromEntries(used.map((kind) => [kind, { name: kind, provider: kind }]))
  server = await startServer({ apply: configuration({ flows, providers, applications }), env: { SLUICE_PLUGINS: directory } })
})
after(() => server?.stop())

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

test('a protocol whose routes cannot be mounted is not in use, with its reason, and the server is', async () => {
  const reasons = {
    topples: 'no luck',
    nested: 'no luck inside',
    twice: "Method 'GET' already declared for route '/x/twice/a'",
    second: "The decorator 'origin' has already been added",
    early: 'use.users.get is called while routes are mounted; call it when a request is answered',
    stalls: '',
  }
  const logs = server.logs().replaceAll('\\"', '"')
  for (const [kind, reason] of Object.entries(reasons)) {
    assert.ok(logs.includes(`plugin "${kind}": the routes of protocol "${kind}" cannot be mounted: ${reason}`), kind)
    assert.equal((await new Client(server.url).ask(`/x/${kind}/a`)).status, 404, kind)
  }
  const notes = await signIn(new Client(server.url), people.ada, '/x/notes/notes')
  assert.deepEqual([notes.status, notes.body], [200, '{}'])
})

test('configuration that uses a protocol whose routes cannot be mounted is refused with the reason', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'topples.ts'), protocols['topples'] ?? '')
  const refused = await startServer({
    apply: configuration({ providers: { desk: { type: 'topples' } } }),
    env: { SLUICE_PLUGINS: join(directory, 'topples.ts') },
  }).then(
    () => assert.fail('the server started'),
    (error: Error) => error.message,
  )
  assert.match(refused, /providers\.desk\.type: there is no protocol "topples": plugin "topples": the routes .* cannot be mounted: no luck/)
})

test('a protocol that hangs holds its own requests for no longer than its time, and nobody else’s', async () => {
  const started = performance.now()
  const client = new Client(server.url)
  const hanging = Promise.all([
    client.ask('/x/endless/of/route'),
    client.ask('/x/endless/of/hook'),
    client.ask('/x/endless/endless?silent'),
    signIn(new Client(server.url), people.ada, '/x/endless/endless'),
    client.ask('/x/endless/of/route', { headers: { accept: 'application/json' } }),
  ])
  const begun = client.ask('/x/endless/of/begun')
  const late = client.ask('/x/slow/of/late/slow')
  await isWell()
  assert.ok(performance.now() - started < 9000, 'others were answered meanwhile')
  const pages = await hanging
  for (const page of pages) assert.equal(page.status, 500, page.url.href)
  for (const page of pages.slice(0, 4)) assert.match(page.heading, /wrong/, page.url.href)
  assert.equal(pages[4]?.json().code, 'internal-error')
  assert.match(server.logs(), /protocol \\"endless\\" did not answer within 10 s/)
  assert.equal((await begun).body, 'begun, ended')
  assert.equal((await late).status, 200, 'each part of it was in time')
})

test('a protocol that gives no answer that can be sent leaves nobody waiting', async () => {
  const page = await signIn(new Client(server.url), people.ada, '/x/mute/mute')
  assert.equal(page.status, 500)
  assert.match(server.logs(), /protocol \\"mute\\" gave no answer that can be sent/)
})
