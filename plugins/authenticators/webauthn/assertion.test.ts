import assert from 'node:assert/strict'
import test from 'node:test'
import { facts, know, type Outcome, type User } from 'sluice/plugin'
import { authenticator } from './plugin.ts'
import type { Settings } from './settings.ts'
import { softwareAuthenticator, type Doing } from './test/authenticator.ts'
import { ada, eve, house } from './test/world.ts'

const wrongIs = (key: string): Outcome => ({ go: 'retry', errors: { '': { key } } })
const wrong = wrongIs('webauthn.wrong')
const required: { readonly settings: Partial<Settings> } = { settings: { userVerification: 'required' } }

type House = ReturnType<typeof house>
/** Sets a passkey up for a user. */
const enrolled = async (at: House, user: User, doing: Doing = {}, device = softwareAuthenticator()) => {
  const page = await at.open('enrol', { user })
  at.devices.commit(await page.submit(device.create(page.options, doing)))
  return device
}
/** A house where Ada has a passkey. */
const withPasskey = async (doing: Doing = {}) => {
  const at = house()
  return { ...at, device: await enrolled(at, ada, doing) }
}

/** Both ways of asking for a passkey: of a user who is known, and of whoever comes. */
const ways = [
  { name: 'verify', given: { user: ada }, passed: {} },
  {
    name: 'identify',
    given: {},
    passed: { know: [know(facts.login, { identifier: 'ada' }), know(facts.user, { id: ada.id, username: 'ada' })] },
  },
] as const

for (const { name, given, passed } of ways) {
  const of = (what: string) => `${name}: ${what}`

  test(of('a passkey proves by what its device has checked'), async () => {
    const { open, device } = await withPasskey()
    const page = await open(name, given)
    assert.deepEqual(await page.submit(device.get(page.options)), { go: 'pass', proof: 'passkey', ...passed })
    const again = await open(name, given)
    const unverified = device.get(again.options, { verified: false })
    assert.deepEqual(await again.submit(unverified), { go: 'pass', proof: 'security-key', ...passed })
  })

  test(of('where a check is required, none is refused'), async () => {
    const { open, device, devices } = await withPasskey()
    const page = await open(name, { ...given, ...required })
    assert.equal(page.options['userVerification'], 'required')
    assert.deepEqual(await page.submit(device.get(page.options, { verified: false })), wrongIs('webauthn.unverified'))
    assert.equal(devices.first().version, 1, 'a refused answer is no use')
    assert.equal((await page.submit(device.get(page.options))).go, 'pass')
  })

  test(of('another origin, host name, challenge or kind of answer is refused, and so is a page in a frame'), async () => {
    const { open, device, devices } = await withPasskey()
    const attacks: Readonly<Record<string, Doing>> = {
      'another origin': { origin: 'https://id.example.com.evil.example' },
      'a sub-domain': { origin: 'https://evil.id.example.com' },
      'the domain above': { origin: 'https://example.com', rpId: 'example.com' },
      'http instead of https': { origin: 'http://id.example.com' },
      'another port': { origin: 'https://id.example.com:8443' },
      'another host name': { rpId: 'evil.example' },
      'another challenge': { challenge: Buffer.alloc(32).toString('base64url') },
      'a registration': { type: 'webauthn.create' },
      'nobody was there': { present: false },
      'a frame': { clientData: { crossOrigin: true } },
      "a frame of another's page": { clientData: { topOrigin: 'https://evil.example' } },
      "another user's handle": { userHandle: Buffer.from(eve.id.replaceAll('-', ''), 'hex').toString('base64url') },
    }
    for (const [attack, doing] of Object.entries(attacks)) {
      const page = await open(name, given)
      assert.deepEqual(await page.submit(device.get(page.options, doing)), wrong, attack)
    }
    assert.equal(devices.first().version, 1)
  })

  test(of('what is signed cannot be changed, nor the signature'), async () => {
    const { open, device } = await withPasskey({ verified: false })
    const page = await open(name, given)
    const flipped = (field: string, at: number, bits: number) =>
      device.get(page.options, { verified: false }, ({ response }) => {
        const bytes = Buffer.from(String(response[field]), 'base64url')
        bytes.writeUInt8(bytes.readUInt8(at) ^ bits, at)
        response[field] = bytes.toString('base64url')
      })
    assert.deepEqual(await page.submit(flipped('signature', 20, 1)), wrong)
    // The device's word that it has checked who uses it.
    assert.deepEqual(await page.submit(flipped('authenticatorData', 32, 0x04)), wrong)
    assert.deepEqual(await page.submit(flipped('authenticatorData', 36, 1)), wrong)
  })

  test(of("an answer to another run's page is refused"), async () => {
    const { open, device } = await withPasskey()
    const [one, other] = [await open(name, given), await open(name, given)]
    assert.notEqual(one.options.challenge, other.options.challenge)
    assert.equal(Buffer.from(one.options.challenge, 'base64url').length, 32)
    assert.deepEqual(await one.submit(device.get(other.options)), wrong)
  })

  test(of('of one answer that is sent twenty times at once, one is right'), async () => {
    const { open, device, devices } = await withPasskey()
    const page = await open(name, given)
    const answer = device.get(page.options)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => page.submit(answer)))
    assert.deepEqual(outcomes.map(({ go }) => go).toSorted(), ['pass', ...Array.from({ length: 19 }, () => 'retry')])
    assert.equal(devices.first().version, 2)
  })

  test(of('a counter may not go back or stand still: the passkey was copied'), async () => {
    const { open, device, devices, logged } = await withPasskey({ counter: 5 })
    const answered = async (counter: number) => {
      const page = await open(name, given)
      return page.submit(device.get(page.options, { counter }))
    }
    for (const counter of [5, 4, 0]) assert.deepEqual(await answered(counter), wrongIs('webauthn.copied'), String(counter))
    assert.deepEqual(
      logged.map(({ level, user }) => [level, user]),
      [5, 4, 0].map(() => ['warn', ada.id]),
    )
    assert.equal((await answered(6)).go, 'pass')
    assert.equal(devices.first().data.counter, 6)
    assert.deepEqual(await answered(6), wrongIs('webauthn.copied'))
  })

  test(of('nobody who has no key can say that a passkey was copied'), async () => {
    const { open, device, logged } = await withPasskey({ counter: 5 })
    const page = await open(name, given)
    const unsigned = device.get(page.options, { counter: 1 }, ({ response }) => {
      response['signature'] = 'MEUCIQ'
    })
    assert.deepEqual(await page.submit(unsigned), wrong)
    assert.deepEqual(logged, [])
  })

  test(of('what the device says of itself is kept'), async () => {
    const { open, device, devices } = await withPasskey({ verified: false, backedUp: false })
    const page = await open(name, given)
    await page.submit(device.get(page.options, { counter: 9 }))
    const { counter, deviceType, backedUp, userVerified } = devices.first().data
    assert.deepEqual([counter, deviceType, backedUp, userVerified], [9, 'multiDevice', true, true])
  })

  test(of('whether a passkey may be copied never changes; that it was, and is no more, may'), async () => {
    for (const synced of [true, false]) {
      const { open, device, devices, logged } = await withPasskey({ synced })
      const answered = async (doing: Doing) => {
        const page = await open(name, given)
        return page.submit(device.get(page.options, doing))
      }
      assert.deepEqual(await answered({ synced: !synced }), wrongIs('webauthn.copied'))
      assert.deepEqual(
        logged.map(({ level, user }) => [level, user]),
        [['warn', ada.id]],
      )
      assert.equal(devices.first().version, 1, 'a refused answer is no use')
      assert.deepEqual(await answered({ synced: false, backedUp: true }), wrong, 'kept elsewhere, but on one device only')
      assert.equal((await answered({ synced })).go, 'pass')
      if (synced) assert.equal((await answered({ backedUp: false })).go, 'pass')
    }
  })

  test(of('pages of related origins may ask for it'), async () => {
    const { open, device } = await withPasskey()
    const page = await open(name, { ...given, settings: { relatedOrigins: ['https://example.org'] } })
    assert.deepEqual(await page.submit(device.get(page.options, { origin: 'https://example.com' })), wrong)
    assert.equal((await page.submit(device.get(page.options, { origin: 'https://example.org' }))).go, 'pass')
  })

  test(of('a page that is shown again asks the same'), async () => {
    const { open } = await withPasskey()
    const page = await open(name, given)
    assert.deepEqual(await page.show(), page.screen)
  })
}

test('verify: asks for what the user has, at once', async () => {
  const { open, device } = await withPasskey()
  const { node, options } = await open('verify', { user: ada, settings: { timeout: 60 } })
  assert.deepEqual(node && { ...node, options: undefined }, {
    node: 'webauthn',
    name: 'credential',
    does: 'get',
    options: undefined,
    label: { key: 'webauthn.verify.button' },
    start: true,
  })
  assert.deepEqual(
    { ...options, challenge: undefined },
    {
      challenge: undefined,
      rpId: 'id.example.com',
      timeout: 60_000,
      userVerification: 'preferred',
      allowCredentials: [{ type: 'public-key', id: device.id, transports: ['hybrid', 'internal'] }],
    },
  )
})

test("verify: another user's passkey proves nothing", async () => {
  const at = await withPasskey()
  const hers = await enrolled(at, eve)
  const page = await at.open('verify', { user: ada })
  assert.deepEqual(await page.submit(hers.get(page.options)), wrong)
  assert.deepEqual(await page.submit(hers.get(page.options, { userHandle: null })), wrong)
  // Nor does hers under the name of Ada's.
  const renamed = hers.get(page.options, {}, (made) => ({ ...made, id: at.device.id, rawId: at.device.id }))
  assert.deepEqual(await page.submit(renamed), wrong)
})

test('verify: a security key that knows of no user will do', async () => {
  const { open, device } = await withPasskey()
  const page = await open('verify', { user: ada })
  assert.equal((await page.submit(device.get(page.options, { userHandle: null }))).go, 'pass')
})

test('identify: whoever comes is offered passkeys in autofill, unless the settings say no', async () => {
  const { open } = await withPasskey()
  const { node, options } = await open('identify')
  assert.equal(node?.conditional, true)
  assert.equal(node?.start, undefined)
  assert.deepEqual(options['allowCredentials'], [])
  assert.equal((await open('identify', { settings: { conditional: false } })).node?.conditional, false)
  assert.deepEqual((await open('identify', { origin: 'http://127.0.0.1:9000' })).screen.nodes, [])
})

test('identify: a passkey must say whose it is', async () => {
  const { open, device } = await withPasskey()
  const page = await open('identify')
  assert.deepEqual(await page.submit(device.get(page.options, { userHandle: null })), wrong)
})

test('identify: of an unknown passkey, one of somebody disabled and a bad signature the same is said', async () => {
  const disabled = { ...eve, enabled: false }
  const at = house(ada, disabled)
  const [known, hers] = [await enrolled(at, ada), await enrolled(at, disabled)]
  const page = await at.open('identify')
  const stranger = softwareAuthenticator()
  stranger.create((await at.open('enrol', { user: ada })).options)
  for (const answer of [
    stranger.get(page.options),
    hers.get(page.options),
    known.get(page.options, {}, ({ response }) => {
      response['signature'] = 'MEUCIQ'
    }),
  ])
    assert.deepEqual(await page.submit(answer), wrong)
  assert.deepEqual(
    at.devices.all.map(({ version }) => version),
    [1, 1],
  )
  assert.deepEqual(at.logged, [])
})

test("identify: the key that strangers' answers are checked with signs nobody in", async () => {
  const at = house()
  const page = await at.open('identify')
  // Its secret is 1, as everybody knows.
  const device = softwareAuthenticator({ secret: Buffer.from('1'.padStart(64, '0'), 'hex') })
  device.create((await at.open('enrol', { user: ada })).options)
  assert.deepEqual(await page.submit(device.get(page.options)), wrong)
})

test('lists tell where a passkey is', () => {
  const said = (aaguid: string, backedUp: boolean) => authenticator.describe?.({ data: { aaguid, backedUp } } as never)
  const nobody = '00000000-0000-0000-0000-000000000000'
  assert.deepEqual(said(nobody, true), { key: 'webauthn.device.synced' })
  assert.deepEqual(said(nobody, false), { key: 'webauthn.device.bound' })
  assert.deepEqual(said('fbfc3007-154e-4ecc-8c0b-6e020557d7bd', true), {
    key: 'webauthn.device.synced-by',
    params: { model: 'iCloud Keychain' },
  })
  assert.deepEqual(said('2fc0579f-8113-47ea-b116-bb5a8db9202a', false), {
    key: 'webauthn.device.bound-to',
    params: { model: 'YubiKey 5 NFC' },
  })
})
