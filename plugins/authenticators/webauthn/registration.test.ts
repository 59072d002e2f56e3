import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import test from 'node:test'
import { aDevice, aUser, authenticatorContract, memoryUsers, messagesContract } from 'sluice/kit'
import type { Effect, Outcome } from 'sluice/plugin'
import plugin, { authenticator } from './plugin.ts'
import type { Stored } from './stored.ts'
import { softwareAuthenticator, type Doing } from './test/authenticator.ts'
import type { Cbor } from './test/cbor.ts'
import { ada, house, settingsOf, type Given } from './test/world.ts'

const wrongIs = (key: string): Outcome => ({ go: 'retry', errors: { '': { key } } })
const notAdded = wrongIs('webauthn.not-added')

/** What setting up one comes to, of a device that does so. */
const setUp = async (doing: Doing = {}, given: Given = {}, device = softwareAuthenticator()) => {
  const page = await house().open('enrol', { user: ada, ...given })
  return page.submit(device.create(page.options, doing))
}
const addedBy = (outcome: Outcome) => {
  if (outcome.go !== 'pass') assert.fail(JSON.stringify(outcome))
  const [effect, ...more] = outcome.do ?? []
  assert.equal(more.length, 0)
  return (effect as Effect).data as { userId: string; name: string; key: string; data: Record<string, unknown> }
}

const stored: Stored = {
  credential: 'AAAA',
  publicKey: 'AAAA',
  counter: 0,
  transports: [],
  aaguid: '00000000-0000-0000-0000-000000000000',
  deviceType: 'multiDevice',
  backedUp: true,
  userVerified: true,
}
test('meets the contract of authenticators', () =>
  authenticatorContract(authenticator, {
    devices: [aDevice({ data: stored })],
    use: { users: memoryUsers(aUser({ username: 'ada' })), log: { info() {}, warn() {} } },
  }))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('the page asks the browser with all that the settings say, for the user as the directory knows them', async () => {
  const { options, node, screen } = await house().open('enrol', { user: ada, origin: 'https://id.example.com:8443' })
  assert.deepEqual(screen.title, { key: 'webauthn.enrol.title' })
  assert.deepEqual(node && { ...node, options: undefined }, {
    node: 'webauthn',
    name: 'credential',
    does: 'create',
    options: undefined,
    label: { key: 'webauthn.enrol.button' },
  })
  const { challenge, ...rest } = options
  assert.equal(Buffer.from(challenge, 'base64url').length, 32)
  assert.deepEqual(rest, {
    rp: { id: 'id.example.com', name: 'id.example.com' },
    // The 16 bytes of the id, and no name.
    user: { id: 'AZjA3gAAcACAAAAAAAAACg', name: 'ada', displayName: 'Ada Lovelace' },
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
    timeout: 300_000,
    attestation: 'none',
    excludeCredentials: [],
    authenticatorSelection: { residentKey: 'preferred', requireResidentKey: false, userVerification: 'preferred' },
  })
  const settings = {
    residentKey: 'required',
    attachment: 'platform',
    userVerification: 'required',
    attestation: 'direct',
    timeout: 60,
  } as const
  const other = (await house().open('enrol', { user: ada, settings })).options
  assert.deepEqual(other['authenticatorSelection'], {
    residentKey: 'required',
    requireResidentKey: true,
    userVerification: 'required',
    authenticatorAttachment: 'platform',
  })
  assert.equal(other['attestation'], 'direct')
  assert.equal(other['timeout'], 60_000)
})

test('a page that is shown again asks the same; every page of its own asks another', async () => {
  const { open } = house()
  const page = await open('enrol', { user: ada })
  assert.deepEqual(await page.show(), page.screen)
  assert.notEqual((await open('enrol', { user: ada })).options.challenge, page.options.challenge)
})

test('a passkey is kept with all that is needed to know it again', async () => {
  const device = softwareAuthenticator()
  const outcome = await setUp({ counter: 7 }, {}, device)
  assert.equal(outcome.go === 'pass' && outcome.proof, 'passkey')
  const { userId, name, key, data } = addedBy(outcome)
  assert.deepEqual([userId, name, key], [ada.id, '1Password', device.id])
  const { publicKey, ...rest } = data
  assert.equal(Buffer.from(String(publicKey), 'base64url').length, 77)
  assert.deepEqual(rest, {
    credential: device.id,
    counter: 7,
    transports: ['hybrid', 'internal'],
    aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d',
    deviceType: 'multiDevice',
    backedUp: true,
    userVerified: true,
  })
})

test('without a check of who uses it it is a security key, and refused where one is required', async () => {
  const outcome = await setUp({ verified: false, synced: false })
  assert.equal(outcome.go === 'pass' && outcome.proof, 'security-key')
  const required = { settings: { userVerification: 'required' } } as const
  assert.deepEqual(await setUp({ verified: false }, required), wrongIs('webauthn.unverified'))
  assert.equal((await setUp({}, required)).go, 'pass')
})

test('a model that nobody knows has a name all the same', async () => {
  const unknown = softwareAuthenticator({ aaguid: '00000000-0000-0000-0000-000000000000' })
  assert.equal(addedBy(await setUp({}, {}, unknown)).name, 'Passkey')
})

test('what a user has is excluded, so that no device is set up twice', async () => {
  const { open, devices } = house()
  const device = softwareAuthenticator()
  const first = await open('enrol', { user: ada })
  devices.commit(await first.submit(device.create(first.options)))
  const { options } = await open('enrol', { user: ada })
  assert.deepEqual(options['excludeCredentials'], [{ type: 'public-key', id: device.id, transports: ['hybrid', 'internal'] }])
})

test('another origin, host name, challenge or kind of answer is refused, and so is a page in a frame', async () => {
  const attacks: Readonly<Record<string, Doing>> = {
    'another origin': { origin: 'https://id.example.com.evil.example' },
    'a sub-domain': { origin: 'https://evil.id.example.com' },
    'the domain above': { origin: 'https://example.com', rpId: 'example.com' },
    'kept elsewhere, but on one device only': { synced: false, backedUp: true },
    'http instead of https': { origin: 'http://id.example.com' },
    'another port': { origin: 'https://id.example.com:8443' },
    'another host name': { rpId: 'evil.example' },
    'another challenge': { challenge: Buffer.alloc(32).toString('base64url') },
    'no challenge': { challenge: '' },
    'an assertion': { type: 'webauthn.get' },
    'nobody was there': { present: false },
    'a frame': { clientData: { crossOrigin: true } },
    "a frame of another's page": { clientData: { topOrigin: 'https://evil.example' } },
  }
  for (const [name, doing] of Object.entries(attacks)) assert.deepEqual(await setUp(doing), notAdded, name)
})

test('pages of related origins may set passkeys up', async () => {
  const settings = { relatedOrigins: ['https://example.org'] }
  assert.equal((await setUp({ origin: 'https://example.org' }, { settings })).go, 'pass')
  assert.deepEqual(await setUp({ origin: 'https://example.com' }, { settings }), notAdded)
})

test("an answer to another run's page is refused", async () => {
  const { open } = house()
  const [one, other] = [await open('enrol', { user: ada }), await open('enrol', { user: ada })]
  assert.deepEqual(await one.submit(softwareAuthenticator().create(other.options)), notAdded)
})

test('an attestation is checked, and is nothing that the browser can change', async () => {
  assert.equal((await setUp({ attestation: 'self' })).go, 'pass')
  const page = await house().open('enrol', { user: ada })
  const forged = softwareAuthenticator().create(page.options, { attestation: 'self' }, ({ response }) => {
    const bytes = Buffer.from(String(response['attestationObject']), 'base64url')
    // Counted from the end: of the public key, which the signature covers.
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    response['attestationObject'] = bytes.toString('base64url')
  })
  assert.deepEqual(await page.submit(forged), notAdded)
})

test('a key that was not asked for, or that anybody could sign for, is refused', async () => {
  const rsa = (bits: number, publicExponent: number): ReadonlyMap<number, Cbor> => {
    const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({ format: 'jwk' })
    return new Map<number, Cbor>([
      [1, 3],
      [3, -257],
      [-1, Buffer.from(n, 'base64url')],
      [-2, Buffer.from(e, 'base64url')],
    ])
  }
  const ec = (more: readonly (readonly [number, Cbor])[]): ReadonlyMap<number, Cbor> => {
    const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    return new Map<number, Cbor>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')], ...more])
  }
  const good = rsa(2048, 65_537)
  for (const publicKey of [good, ec([])]) assert.equal((await setUp({ publicKey })).go, 'pass')
  const bad: Readonly<Record<string, ReadonlyMap<number, Cbor>>> = {
    'an exponent of 1': new Map([...good, [-2, Buffer.from([1])]]),
    'an exponent of 3': rsa(2048, 3),
    'an even exponent': new Map([...good, [-2, Buffer.from([1, 0, 2])]]),
    'a short modulus': rsa(1024, 65_537),
    'a huge modulus': new Map([...good, [-1, Buffer.alloc(4096, 255)]]),
    'no modulus': new Map([...good, [-1, Buffer.alloc(0)]]),
    'an algorithm that is not offered': ec([[3, -35]]),
    'RSA with SHA-1': new Map([...good, [3, -65_535]]),
    'a point on no curve': ec([[-3, Buffer.alloc(32, 1)]]),
    'another curve': ec([[-1, 2]]),
    'the key of another algorithm': new Map([...good, [3, -7]]),
    'no key of Ed25519': new Map<number, Cbor>([
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, Buffer.alloc(7)],
    ]),
  }
  for (const [name, publicKey] of Object.entries(bad)) assert.deepEqual(await setUp({ publicKey }), notAdded, name)
})

test('ids of credentials have 1 to 1023 bytes', async () => {
  const of = (size: number) => softwareAuthenticator({ id: Buffer.alloc(size, 7) })
  assert.equal((await setUp({}, {}, of(1023))).go, 'pass')
  assert.deepEqual(await setUp({}, {}, of(1024)), notAdded)
  const page = await house().open('enrol', { user: ada })
  const nameless = of(0).create(page.options, {}, (made) => ({ ...made, id: 'AA', rawId: 'AA' }))
  assert.deepEqual(await page.submit(nameless), notAdded)
})

test('only allowed models can be set up, by whatever case the list is in', async () => {
  const given = (aaguid: string): Given => ({ settings: { attestation: 'direct', allowedDevices: [aaguid] } })
  assert.equal((await setUp({}, given('BADA5566-A7AA-401F-BD96-45619A55120D'))).go, 'pass')
  assert.deepEqual(await setUp({}, given('2fc0579f-8113-47ea-b116-bb5a8db9202a')), wrongIs('webauthn.not-allowed'))
})

test('what the settings cannot mean is told', () => {
  const problems = (given: Parameters<typeof settingsOf>[0]) => authenticator.check?.(settingsOf(given)) ?? []
  assert.deepEqual(problems({}), [])
  const allowedDevices = ['2fc0579f-8113-47ea-b116-bb5a8db9202a']
  assert.deepEqual(
    problems({ allowedDevices }).map(({ pointer }) => pointer),
    ['/attestation'],
  )
  assert.deepEqual(problems({ allowedDevices, attestation: 'direct' }), [])
  assert.deepEqual(
    problems({ rootCertificates: ['-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----'] }).map(({ pointer }) => pointer),
    ['/attestation', '/rootCertificates/0'],
  )
  assert.deepEqual(problems({ relatedOrigins: ['https://Example.org', 'https://example.org:443', 'https://example.org:8443'] }), [
    { pointer: '/relatedOrigins/0', message: 'is not how browsers write this origin; write https://example.org' },
    { pointer: '/relatedOrigins/1', message: 'is not how browsers write this origin; write https://example.org' },
  ])
  assert.throws(() => settingsOf({ relatedOrigins: ['https://example.org/path'] }))
})

test('it is offered where browsers know passkeys: by https and a host name, or at localhost', async () => {
  const offered = async (origin: string) => authenticator.offers?.({ request: { origin } } as never)
  for (const origin of ['https://id.example.com', 'http://localhost:9000', 'http://sluice.localhost'])
    assert.equal(await offered(origin), true, origin)
  for (const origin of ['http://id.example.com', 'https://192.0.2.7', 'http://127.0.0.1:9000', 'https://[2001:db8::1]'])
    assert.equal(await offered(origin), false, origin)
  const { screen, node } = await house().open('enrol', { user: ada, origin: 'http://127.0.0.1:9000' })
  assert.equal(node, undefined)
  assert.deepEqual(screen.nodes, [{ node: 'text', tone: 'warn', text: { key: 'webauthn.unusable' } }])
})

test('what it proves rests on what the settings say', () => {
  assert.deepEqual(authenticator.proves(settingsOf()), { passkey: ['possession', 'inherence'], 'security-key': ['possession'] })
  assert.deepEqual(authenticator.proves(settingsOf({ userVerificationCounts: false })), {
    passkey: ['possession'],
    'security-key': ['possession'],
  })
})
