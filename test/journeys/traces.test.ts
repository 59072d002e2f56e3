import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people, wiki } from '../kit/configuration.ts'
import { type ReceivedSpan, type Receiver, startReceiver } from '../kit/otlp.ts'
import { relyingParty } from '../kit/relying-party.ts'
import { freePort, startServer, type TestServer } from '../kit/server.ts'

const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const traceparent = (traceId = parent.traceId, flags = '01') => `00-${traceId}-${parent.spanId}-${flags}`

let receiver: Receiver
let server: TestServer
before(async () => {
  receiver = await startReceiver()
  server = await startServer({
    apply: configuration(),
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=of-the-receiver',
      OTEL_SERVICE_NAME: 'sign-in.example',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      SLUICE_LOG_LEVEL: 'debug',
    },
  })
})
after(async () => {
  await server?.stop()
  await receiver?.close()
})

const parentOf = ({ traceId, parentSpanId }: ReceivedSpan) =>
  receiver.spans.find((span) => span.traceId === traceId && span.spanId === parentSpanId)
/** Names from the request down to the span. */
const way = (span: ReceivedSpan): readonly string[] => {
  const above = parentOf(span)
  return above ? [...way(above), span.name] : [span.name]
}

test('a sign-in is a trace of each request, with its steps, hashes and statements inside of each other', async () => {
  const party = relyingParty(server.url)
  const page = await signIn(new Client(server.url), people.ada, party.start())
  const { access_token: token } = (await party.redeem(party.answerOf(page)['code'] ?? '')).json()
  await party.userinfo(token)
  const hash = await receiver.until(({ name }) => name === 'hash verify')
  await receiver.until(({ name, traceId }) => name.startsWith('POST ') && traceId === hash.traceId)
  await receiver.until(({ name }) => name === 'GET /application/o/userinfo/')
  assert.deepEqual(way(hash), ['POST /if/flow/:slug/', 'run answer', 'step password', 'hash verify'])

  const commit = receiver.spans.find(({ name, traceId }) => name === 'database commit' && traceId === hash.traceId)
  assert.ok(commit, 'the session is written in a transaction')
  assert.deepEqual(way(commit).slice(0, 2), ['POST /if/flow/:slug/', 'run answer'])
  const read = receiver.spans.find(
    ({ name, attributes }) => name === 'database select' && /from .passwords./.test(String(attributes['db.query.text'])),
  )
  assert.ok(read)
  assert.deepEqual(way(read), ['POST /if/flow/:slug/', 'run answer', 'step password', 'database select'])
  for (const span of receiver.spans) {
    const above = parentOf(span)
    if (above) assert.ok(above.start <= span.start + 0.01 && span.end <= above.end + 0.01, `${span.name} is outside of ${above.name}`)
  }
  assert.deepEqual(
    [receiver.resource['service.name'], receiver.resource['deployment.environment.name'], receiver.headers['x-key']],
    ['sign-in.example', 'test', 'of-the-receiver'],
  )
  const request = receiver.spans.find(({ name }) => name === 'POST /if/flow/:slug/')
  assert.deepEqual([request?.attributes['http.route'], request?.attributes['http.request.method']], ['/if/flow/:slug/', 'POST'])
})

test('no password, code, token, cookie, user name or address of a person is in any span', async () => {
  const client = new Client(server.url, { 'user-agent': 'canary-agent' })
  const party = relyingParty(server.url)
  await signIn(new Client(server.url), { username: 'canary-somebody', password: 'canary-password' })
  const page = await signIn(client, people.bob, party.start({ state: 'canary-state', nonce: 'canary-nonce', login_hint: 'canary-hint' }))
  const { code = '' } = party.answerOf(page)
  const { access_token: token } = (await party.redeem(code)).json()
  await party.userinfo(token)
  await client.ask('/?canary-query=1')
  await receiver.until(({ name }) => name === 'GET /application/o/userinfo/')
  await client.ask('/-/health/live')
  await receiver.until(({ name }) => name === 'GET /-/health/live')
  const text = receiver.text()
  const cookies = [...client.cookies.values()].filter((value) => value.length > 10)
  assert.ok(cookies.length > 0)
  for (const secret of [
    'canary',
    code,
    token,
    ...cookies,
    people.bob.username,
    people.bob.password,
    people.ada.password,
    wiki.clientSecret,
  ])
    assert.ok(!text.includes(`"${secret}`) && (secret.length < 6 || !text.includes(secret)), secret)
})

test('a trace goes on from a trusted proxy, and lines of the log name it', async () => {
  await new Client(server.url, { traceparent: traceparent() }).ask('/if/flow/default-authentication/')
  const span = await receiver.until(({ traceId, name }) => traceId === parent.traceId && name === 'GET /if/flow/:slug/')
  assert.equal(span.parentSpanId, parent.spanId)
  const lines = server
    .logs()
    .split('\n')
    .filter((line) => line.includes(parent.traceId))
  assert.ok(
    lines.some((line) => JSON.parse(line).route === '/if/flow/:slug/'),
    server.logs().slice(-2000),
  )

  const unsampled = 'a'.repeat(32)
  await new Client(server.url, { traceparent: traceparent(unsampled, '00') }).ask('/')
  await new Client(server.url, { traceparent: 'no such thing' }).ask('/-/health/ready')
  await receiver.until(({ name }) => name === 'GET /-/health/ready')
  assert.ok(!receiver.text().includes(unsampled), 'what the proxy does not take down, is not taken down')
})

test('a stranger does not put requests into a trace of theirs', async () => {
  await server.restart({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_BSP_SCHEDULE_DELAY: '100', SLUICE_TRUSTED_PROXIES: '10.1.2.3' },
  })
  const forged = 'b'.repeat(32)
  await new Client(server.url, { traceparent: traceparent(forged) }).ask('/if/user/nowhere')
  await receiver.until(({ name, attributes }) => name.startsWith('GET') && attributes['http.response.status_code'] !== undefined)
  await server.stop()
  assert.ok(!receiver.text().includes(forged))
})

test('a receiver that is away delays nobody, and the log says it once', async () => {
  await server.restart({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_BSP_MAX_QUEUE_SIZE: '10',
    },
  })
  const before = server.logs().length
  const client = new Client(server.url)
  const started = performance.now()
  for (let n = 0; n < 100; n++) assert.equal((await client.ask('/-/health/live')).status, 200)
  assert.ok(performance.now() - started < 5000)
  await signIn(client, people.ada)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const stopping = performance.now()
  assert.equal((await server.stop()).code, 0)
  assert.ok(performance.now() - stopping < 8000, 'and the server ends')
  assert.ok(
    (
      server
        .logs()
        .slice(before)
        .match(/traces: some cannot be sent/g) ?? []
    ).length <= 1,
  )
})

test('a sampler that is none stops the start, with its name', async () => {
  const ended = await server.restart({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_TRACES_SAMPLER: 'sometimes' } }).then(
    () => 'started',
    (error: Error) => error.message,
  )
  assert.match(ended, /OTEL_TRACES_SAMPLER: "sometimes" is not one of always_on/)
})
