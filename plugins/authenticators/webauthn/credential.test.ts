import assert from 'node:assert/strict'
import test from 'node:test'
import { softwareAuthenticator } from './test/authenticator.ts'
import { ada, house } from './test/world.ts'

/** What stands in for a value that an answer has: other types, and what programs stumble over. */
const values: readonly unknown[] = [
  undefined,
  null,
  true,
  7,
  '',
  ' ',
  '=',
  '!!!',
  'AA',
  'x'.repeat(50_000),
  [],
  ['AA'],
  {},
  { toString: 'x' },
]
const texts = [
  '',
  ' ',
  'null',
  'true',
  '7',
  '"x"',
  '[]',
  '{}',
  '{',
  '\0',
  '[object Object]',
  '{"__proto__":{"id":"AA","rawId":"AA","type":"public-key"}}',
  '{"id":"AA","rawId":"AA","type":"public-key","response":{"__proto__":{"clientDataJSON":"e30"}}}',
  '['.repeat(50_000),
  'x'.repeat(1_000_000),
  JSON.stringify({ id: 'AA', more: 'x'.repeat(1_000_000) }),
]
/** CBOR that ends too early, is too deep, or promises more than it has (RFC 8949 §5.3). */
const cbors = ['', 'a0', 'f6', '9b7fffffffffffffff', '5b7fffffffffffffff', 'bf', 'ff', '81'.repeat(10_000), 'a363666d7463'].map((hex) =>
  Buffer.from(hex, 'hex').toString('base64url'),
)

const pages = async () => {
  const at = house()
  const device = softwareAuthenticator()
  const enrol = await at.open('enrol', { user: ada })
  at.devices.commit(await enrol.submit(device.create(enrol.options)))
  return { device, enrol, verify: await at.open('verify', { user: ada }), identify: await at.open('identify'), at }
}

test('no text is taken for a credential, and none is an error', async () => {
  const { enrol, verify, identify } = await pages()
  for (const page of [enrol, verify, identify])
    for (const text of texts) assert.equal((await page.submit(text)).go, 'retry', text.slice(0, 60))
})

test('no value of another type passes, in any place', async () => {
  const { device, enrol, verify, identify } = await pages()
  const places = ['id', 'rawId', 'type', 'response', 'clientDataJSON', 'attestationObject', 'authenticatorData', 'signature']
  const answers = [
    { page: enrol, made: (change: Parameters<typeof device.create>[2]) => softwareAuthenticator().create(enrol.options, {}, change) },
    { page: verify, made: (change: Parameters<typeof device.get>[2]) => device.get(verify.options, {}, change) },
    { page: identify, made: (change: Parameters<typeof device.get>[2]) => device.get(identify.options, {}, change) },
  ]
  for (const { page, made } of answers)
    for (const place of places)
      for (const value of [...values, ...cbors]) {
        let isThere = false
        const answer = made((whole) => {
          const owner: Record<string, unknown> = Object.hasOwn(whole, place) ? whole : whole.response
          isThere = Object.hasOwn(owner, place)
          owner[place] = value
        })
        const outcome = await page.submit(answer)
        if (isThere) assert.equal(outcome.go, 'retry', `${place}: ${JSON.stringify(value)?.slice(0, 40)}`)
        else break
      }
})

test('what the browser says of the page may be anything', async () => {
  const { device, verify } = await pages()
  for (const data of ['', 'null', '[]', '{}', '7', '{"crossOrigin":"x"}', '{"tokenBinding":7}', '['.repeat(50_000)]) {
    const answer = device.get(verify.options, {}, ({ response }) => {
      response['clientDataJSON'] = Buffer.from(data).toString('base64url')
    })
    assert.equal((await verify.submit(answer)).go, 'retry', data.slice(0, 40))
  }
})

test('ways to reach a device are those that there are, and nothing pollutes a prototype', async () => {
  const { at } = await pages()
  const page = await at.open('enrol', { user: ada })
  for (const [told, kept] of [
    [['usb', 'usb', 'telepathy', 7, null, '__proto__'], ['usb']],
    ['usb', []],
    [undefined, []],
  ] as const) {
    const answer = softwareAuthenticator().create(page.options, {}, (made) => {
      made.response['transports'] = told
      Object.defineProperty(made, '__proto__', { value: { polluted: true }, enumerable: true })
    })
    const outcome = await page.submit(answer)
    const [effect] = outcome.go === 'pass' ? (outcome.do ?? []) : []
    assert.deepEqual((effect?.data as { data: { transports: unknown } } | undefined)?.data.transports, kept)
  }
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
})
