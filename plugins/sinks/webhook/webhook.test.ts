import assert from 'node:assert/strict'
import test from 'node:test'
import { anEvent, messagesContract, sinkContract, testClock } from 'sluice/kit'
import { type HttpAnswer, type HttpRequest, Secret } from 'sluice/plugin'
import { deliveryOf, retryAfter } from './answer.ts'
import plugin, { sink } from './plugin.ts'
import { keyOf, signatures } from './sign.ts'

const now = Date.UTC(2026, 0, 1)
const event = anEvent({ ip: '192.0.2.1', detail: { object: { name: 'Zoë' } } })
const secretOf = (bytes: number, fill = 1) => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`

test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('meets the contract of sinks', () => {
  const http = { request: async () => ({ status: 204, headers: {}, body: '' }) }
  return sinkContract(sink, { url: 'https://example.com/', secret: secretOf(32) }, { use: { http, clock: testClock() } })
})

test('signs as the example of Standard Webhooks', () => {
  const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? assert.fail()
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' }
  assert.equal(signatures(message, [key]), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  assert.equal(signatures(message, [key, key]).split(' ').length, 2)
})

test('a secret is 24 to 64 bytes in base64, with or without its prefix', () => {
  for (const bytes of [24, 32, 64]) {
    assert.equal(keyOf(secretOf(bytes))?.length, bytes)
    assert.equal(keyOf(secretOf(bytes).replace('whsec_', ''))?.length, bytes)
  }
  for (const wrong of [secretOf(23), secretOf(65), 'whsec_', 'a secret of thirty-two characters', `${secretOf(32)}\n`])
    assert.equal(keyOf(wrong), undefined, wrong)
})

test('settings without a secret, or with one that is none, are refused at its place', () => {
  const settings = { url: 'https://example.com/', timeout: 10 }
  assert.deepEqual(
    sink.check?.(settings)?.map(({ pointer }) => pointer),
    ['/secret'],
  )
  const both = { ...settings, secret: new Secret(secretOf(32)), previousSecret: new Secret('short') }
  assert.deepEqual(
    sink.check?.(both)?.map(({ pointer }) => pointer),
    ['/previousSecret'],
  )
  const good = { ...both, previousSecret: new Secret(secretOf(24)) }
  assert.deepEqual(sink.check?.(good), [])
  assert.deepEqual(
    sink.check?.({ ...good, url: 'https://user:password@example.com/' })?.map(({ pointer }) => pointer),
    ['/url'],
  )
})

test('posts the event as JSON with its id, the time and a signature for each secret', async () => {
  const asked: HttpRequest[] = []
  const http = {
    async request(request: HttpRequest): Promise<HttpAnswer> {
      asked.push(request)
      return { status: 202, headers: {}, body: 'not told' }
    },
  }
  const settings = {
    url: 'https://example.com/hook',
    timeout: 3,
    secret: new Secret(secretOf(32)),
    previousSecret: new Secret(secretOf(32, 2)),
  }
  const context = { slug: 'siem', settings, use: { http, clock: testClock(new Date(now)) }, attempt: 1, signal: AbortSignal.timeout(1000) }
  assert.deepEqual(await sink.deliver(event, context), { outcome: 'delivered', said: 'the receiver answered 202', status: 202 })
  const [{ url, method, headers = {}, body = '', timeout }] = asked as [HttpRequest]
  assert.deepEqual([url, method, timeout, JSON.parse(body)], ['https://example.com/hook', 'POST', 3, event])
  assert.deepEqual([headers['webhook-id'], headers['webhook-timestamp']], [event.id, String(now / 1000)])
  const keys = [secretOf(32), secretOf(32, 2)].flatMap((one) => keyOf(one) ?? [])
  assert.equal(headers['webhook-signature'], signatures({ id: event.id, timestamp: now / 1000, body }, keys))
})

test('what a receiver answers says whether it is tried again, and when', () => {
  const outcome = (status: number, headers: Record<string, string> = {}) => deliveryOf({ status, headers, body: 'canary' }, now)
  for (const status of [200, 201, 204, 299]) assert.equal(outcome(status).outcome, 'delivered')
  for (const status of [301, 302, 307, 400, 401, 404, 500, 502]) assert.equal(outcome(status).outcome, 'again')
  assert.equal(outcome(410).outcome, 'given-up')
  assert.deepEqual(outcome(429, { 'retry-after': '120' }), {
    outcome: 'again',
    said: 'the receiver answered 429',
    status: 429,
    after: 120,
  })
  const later = outcome(500, { 'retry-after': '120' })
  assert.equal('after' in later && later.after, undefined)
  assert.ok(![200, 302, 410, 503].some((status) => JSON.stringify(outcome(status)).includes('canary')))
})

test('Retry-After is seconds or a date, and nothing else', () => {
  assert.equal(retryAfter('30', now), 30)
  assert.equal(retryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now), 60)
  assert.equal(retryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 0)
  for (const header of [undefined, '', 'soon', '-5', '1e9']) assert.equal(retryAfter(header, now), undefined, header)
})
