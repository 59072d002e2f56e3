import assert from 'node:assert/strict'
import test from 'node:test'
import type { Signal } from 'sluice/plugin'
import { authenticator } from './plugin.ts'
import { softwareAuthenticator } from './test/authenticator.ts'
import { ada, eve, house, settingsOf } from './test/world.ts'

const unknown = (credentialId: string): Signal => ({ call: 'unknown-credential', options: { rpId: 'id.example.com', credentialId } })
const idIn = (credential: string): string => JSON.parse(credential).id

for (const name of ['identify', 'verify'] as const)
  test(`${name}: a passkey that nobody has is signalled as unknown; one of somebody else, or of nobody who may sign in, is not`, async () => {
    const disabled = { ...eve, enabled: false }
    const at = house(ada, disabled)
    const [hers, known] = [softwareAuthenticator(), softwareAuthenticator()]
    for (const [user, device] of [
      [disabled, hers],
      [ada, known],
    ] as const) {
      const page = await at.open('enrol', { user })
      at.devices.commit(await page.submit(device.create(page.options)))
    }
    const page = await at.open(name, { user: name === 'verify' ? ada : undefined })
    await page.submit(hers.get(page.options))
    await page.submit(known.get(page.options, { origin: 'https://evil.example' }))
    for (const odd of ['{}', JSON.stringify({ id: 'x', rawId: 'x', type: 'public-key', response: {} })]) await page.submit(odd)
    assert.deepEqual(at.signalled, [])

    const stranger = softwareAuthenticator()
    stranger.create((await at.open('enrol', { user: ada })).options)
    const answer = stranger.get(page.options, { userHandle: null })
    await page.submit(answer)
    assert.deepEqual(at.signalled, [unknown(idIn(answer))])
  })

test('a passkey that was made and is not accepted is signalled, unless it is there all the same', async () => {
  const at = house()
  const device = softwareAuthenticator()
  const first = await at.open('enrol', { user: ada, settings: { userVerification: 'required' } })
  const refused = device.create(first.options, { verified: false })
  assert.equal((await first.submit(refused)).go, 'retry')
  assert.deepEqual(at.signalled, [unknown(idIn(refused))])

  const second = await at.open('enrol', { user: ada })
  at.devices.commit(await second.submit(device.create(second.options)))
  const third = await at.open('enrol', { user: ada })
  assert.equal((await third.submit(device.create(third.options, { origin: 'https://evil.example' }))).go, 'retry')
  assert.equal(at.signalled.length, 1)
})

test('the portal tells which passkeys are accepted, and how their owner is called; nothing where browsers know none', async () => {
  const at = house()
  const told = (origin: string, user = ada) =>
    authenticator.signals?.({
      settings: settingsOf(),
      request: { origin, id: '', ip: '', userAgent: '', locale: 'en', at: new Date() },
      user,
      devices: at.devices.all,
    })
  const whose = { rpId: 'id.example.com', userId: Buffer.from(ada.id.replaceAll('-', ''), 'hex').toString('base64url') }
  const details = { call: 'current-user-details', options: { ...whose, name: 'ada', displayName: 'Ada Lovelace' } }
  const accepted = (...ids: readonly string[]) => ({
    call: 'all-accepted-credentials',
    options: { ...whose, allAcceptedCredentialIds: ids },
  })
  assert.deepEqual(told('https://id.example.com:8443'), [accepted(), details])
  const page = await at.open('enrol', { user: ada })
  at.devices.commit(await page.submit(softwareAuthenticator().create(page.options)))
  assert.deepEqual(told('https://id.example.com'), [accepted(at.devices.first().data.credential), details])
  assert.equal(told('https://id.example.com', { ...ada, name: '' })?.[1]?.options['displayName'], 'ada')
  assert.deepEqual(told('http://127.0.0.1:9000'), [])
})
