import assert from 'node:assert/strict'
import test from 'node:test'
import type { Outcome } from 'sluice/plugin'
import type { Settings } from './settings.ts'
import { softwareAuthenticator, type Doing, type Maker } from './test/authenticator.ts'
import { certified, deviceName, type Certified } from './test/certificates.ts'
import { ada, house } from './test/world.ts'

const root = certified({ CN: 'A root' }, { isAuthority: true })
const between = certified({ CN: 'Between' }, { issuer: root, isAuthority: true })
const device = certified(deviceName, { issuer: between })

const notAllowed: Outcome = { go: 'retry', errors: { '': { key: 'webauthn.not-allowed' } } }
const notAdded: Outcome = { go: 'retry', errors: { '': { key: 'webauthn.not-added' } } }
const by = (...chain: readonly [Certified, ...Certified[]]): Maker => ({ x5c: chain.map(({ raw }) => raw), key: chain[0].key })

/** What setting up comes to where attestations must lead to these roots. */
const setUp = async (
  attestation: NonNullable<Doing['attestation']>,
  roots: readonly Certified[] = [root],
  at = new Date('2026-01-01T00:00:00Z'),
) => {
  const settings: Partial<Settings> = { attestation: 'direct', rootCertificates: roots.map(({ pem }) => pem) }
  const page = await house().open('enrol', { user: ada, settings, at })
  return page.submit(softwareAuthenticator().create(page.options, { attestation }))
}

test('an attestation that leads to a root is allowed, whether the root is sent along or not', async () => {
  assert.equal((await setUp(by(device, between))).go, 'pass')
  assert.equal((await setUp(by(device, between, root))).go, 'pass')
  const other = certified({ CN: 'Another root' }, { isAuthority: true })
  assert.equal((await setUp(by(device, between), [other, root])).go, 'pass')
})

test('many devices share one certificate, as makers do so that nobody is followed by it', async () => {
  const shared = by(device, between)
  assert.deepEqual([(await setUp(shared)).go, (await setUp(shared)).go], ['pass', 'pass'])
  const at = house()
  for (let times = 0; times < 2; times++) {
    const page = await at.open('enrol', { user: ada, settings: { attestation: 'direct', rootCertificates: [root.pem] } })
    at.devices.commit(await page.submit(softwareAuthenticator().create(page.options, { attestation: shared })))
  }
  assert.equal(at.devices.all.length, 2, 'also of one user')
})

test('a maker may name the certificate of one model as the root', async () => {
  assert.equal((await setUp(by(device), [device])).go, 'pass')
  assert.equal((await setUp(by(device), [between])).go, 'pass')
})

test('an attestation that leads to none is refused', async () => {
  const stranger = certified({ CN: 'A root' }, { isAuthority: true })
  assert.deepEqual(await setUp(by(device, between), [stranger]), notAllowed, 'a root of the same name')
  assert.deepEqual(await setUp(by(device)), notAllowed, 'nothing in between')
  assert.deepEqual(await setUp(by(device, root)), notAllowed, 'the wrong one in between')
  assert.deepEqual(await setUp(by(certified(deviceName))), notAllowed, 'signed by itself')
  const forged = certified(deviceName, { issuer: stranger })
  assert.deepEqual(await setUp(by(forged, root)), notAllowed, 'the root sent along, which has not signed it')
})

test('without certificates there is nothing that leads anywhere', async () => {
  assert.deepEqual(await setUp('none'), notAllowed)
  assert.deepEqual(await setUp('self'), notAllowed)
})

test('what is no authority signs for nobody', async () => {
  const misused = certified(deviceName, { issuer: device })
  assert.deepEqual(await setUp(by(misused, device, between)), notAllowed)
  const leaf = certified({ CN: 'No authority' })
  assert.deepEqual(await setUp(by(certified(deviceName, { issuer: leaf })), [leaf]), notAllowed)
})

test('certificates count only while they are valid', async () => {
  const past = { from: new Date('2020-01-01T00:00:00Z'), until: new Date('2021-01-01T00:00:00Z') }
  const old = certified({ CN: 'Old' }, { issuer: root, isAuthority: true, ...past })
  assert.deepEqual(await setUp(by(certified(deviceName, { issuer: old }), old)), notAllowed)
  const oldRoot = certified({ CN: 'Old root' }, { isAuthority: true, ...past })
  assert.deepEqual(await setUp(by(certified(deviceName, { issuer: oldRoot })), [oldRoot]), notAllowed)
  assert.deepEqual(await setUp(by(device, between), [root], new Date('2041-01-01T00:00:00Z')), notAllowed)
})

test('an attestation that another key has signed is none at all', async () => {
  assert.deepEqual(await setUp({ ...by(device, between), key: between.key }), notAdded)
})
