import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Doing, softwareAuthenticator, type Options } from '../../plugins/authenticators/webauthn/test/authenticator.ts'
import { adminToken, apiOf, applyTo } from '../kit/api.ts'
import { Client, isSignedIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { answerTo } from '../kit/socket.ts'

const pia = { username: 'pia', password: 'the password of pia' }
const leo = { username: 'leo', password: 'the password of leo' }
const max = { username: 'max', password: 'the password of max' }
const cleo = { username: 'cleo', password: 'the long password of cleo' }
let server: TestServer
before(async () => {
  const none = (type: string) => ({ type, enabled: false })
  server = await startServer({
    apply: configuration({
      users: {
        pia: { password: pia.password },
        leo: { password: leo.password },
        max: { password: max.password },
        cleo: { password: cleo.password },
      },
      settings: { mfa: { require: true } },
      authenticators: { webauthn: { type: 'webauthn' }, totp: none('totp'), 'recovery-codes': none('recovery-codes') },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
})
after(() => server?.stop())

type Step = {
  readonly status: number
  readonly run: string
  readonly challenge: string
  readonly errors: Readonly<Record<string, { readonly text: string }>>
  readonly screen: { readonly nodes: readonly { readonly node: string; readonly options?: Options }[] }
  readonly done?: true
}

const ask = async (client: Client, json: object): Promise<Step> => {
  const page = await client.ask('/api/v1/flows/default-authentication/run', { json })
  return { status: page.status, ...page.json() }
}
const answer = (client: Client, { run, challenge }: Pick<Step, 'run' | 'challenge'>, given: object) =>
  ask(client, { run, challenge, answer: given })

/** Signs in by password, up to the page that asks the browser for a passkey. */
const atPasskey = async ({ username, password }: { readonly username: string; readonly password: string }) => {
  const client = new Client(server.url)
  const first = await ask(client, {})
  const second = await answer(client, first, { identifier: username })
  const step = await answer(client, second, { password })
  const options = step.screen.nodes.find(({ node }) => node === 'webauthn')?.options ?? assert.fail(JSON.stringify(step))
  return { client, step, options }
}
const newDevice = (id?: Buffer<ArrayBuffer>) => softwareAuthenticator({ origin: server.url, ...(id && { id }) })

test('of a passkey: an answer replayed in another run, or twenty times at once, signs in once; a copy and a stranger never', async () => {
  const device = newDevice()
  const setUp = await atPasskey(people.ada)
  const done = await answer(setUp.client, setUp.step, { credential: device.create(setUp.options, { counter: 1 }) })
  assert.equal(done.done, true, JSON.stringify(done))
  assert.ok(await isSignedIn(setUp.client))

  const [one, other] = [await atPasskey(people.ada), await atPasskey(people.ada)]
  assert.notEqual(one.options.challenge, other.options.challenge)
  const proof = device.get(one.options, { counter: 2 })
  const replayed = await answer(other.client, other.step, { credential: proof })
  assert.equal(replayed.status, 422, 'in another run')
  assert.equal((await answer(one.client, one.step, { credential: proof })).done, true)
  assert.ok(await isSignedIn(one.client))
  const again = await answer(other.client, replayed, { credential: proof })
  assert.equal(again.status, 422, 'after it was used')

  const copied = await answer(other.client, again, { credential: device.get(other.options, { counter: 2 }) })
  assert.equal(copied.status, 422)
  assert.match(copied.errors['']?.text ?? '', /there seems to be a copy of it/)
  const strangers = await answer(other.client, copied, { credential: newDevice().get(other.options, { userHandle: null }) })
  assert.equal(strangers.status, 422)
  assert.ok(!(await isSignedIn(other.client)))

  // Last: those that come too late are wrong tries, which are limited.
  const burst = await atPasskey(people.ada)
  const late = device.get(burst.options, { counter: 3 })
  const all = await Promise.all(Array.from({ length: 20 }, () => answer(burst.client, burst.step, { credential: late })))
  assert.equal(all.filter(({ done }) => done).length, 1)
  assert.ok(await isSignedIn(burst.client))
})

test('of a passkey: one that somebody has is nobody else’s, and another site’s answer is none', async () => {
  const id = Buffer.alloc(32, 5)
  const [first, second] = [await atPasskey(people.bob), await atPasskey(people.bob)]
  const elsewhere = newDevice(id).create(first.options, { origin: 'https://evil.example', rpId: 'evil.example' })
  const refused = await answer(first.client, first.step, { credential: elsewhere })
  assert.equal(refused.status, 422)
  assert.equal((await answer(first.client, refused, { credential: newDevice(id).create(first.options) })).done, true)
  // The same id with another key, as whoever wants to be found in place of the first.
  const taken = await answer(second.client, second.step, { credential: newDevice(id).create(second.options) })
  assert.notEqual(taken.done, true)
  assert.ok(!(await isSignedIn(second.client)))
})

test('of a passkey: the well-known document lists only configured origins', async () => {
  const document = (headers: Record<string, string> = {}) =>
    new Client(server.url).ask('/.well-known/webauthn', { headers: { accept: 'application/json', ...headers } })
  const none = await document()
  assert.deepEqual([none.status, none.json().code], [404, 'not-found'])
  assert.match(none.headers.get('content-type') ?? '', /^application\/problem\+json/)

  const api = apiOf(server.url, adminToken)
  const listed = async (expected: readonly string[], headers?: Record<string, string>) => {
    const found = await document(headers)
    assert.equal(found.status, 200)
    assert.match(found.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(found.headers.get('access-control-allow-origin'), null, 'no page of another site reads it')
    assert.equal(found.headers.get('set-cookie'), null)
    assert.deepEqual(found.json(), { origins: expected })
  }
  const related = ['https://example.org', 'https://example.net:8443']
  const change = (spec: object) => api('PATCH', '/authenticators/webauthn', { body: { spec }, headers: { 'if-match': '*' } })
  assert.equal((await change({ with: { relatedOrigins: related } })).status, 200)
  await listed([server.url, ...related])
  await listed([server.url, ...related], { origin: 'https://evil.example' })
  const strange = await answerTo(server.url, 'GET /.well-known/webauthn HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n')
  assert.deepEqual(strange.statuses(), [421], 'another name has no document')

  for (const origin of ['http://example.org', 'https://example.org/', 'https://example.org:443', 'null', 'https://user@example.org']) {
    const refused = await change({ with: { relatedOrigins: [origin] } })
    assert.equal(refused.status, 422, origin)
    assert.match(refused.text, /relatedOrigins\/0/)
  }
  await listed([server.url, ...related])

  // Those that are listed, and no others, count at a proof.
  const device = newDevice()
  const setUp = await atPasskey(cleo)
  const elsewhere = await answer(setUp.client, setUp.step, { credential: device.create(setUp.options, { origin: 'https://example.com' }) })
  assert.equal(elsewhere.status, 422)
  const listedOne = device.create(setUp.options, { origin: 'https://example.net:8443' })
  assert.equal((await answer(setUp.client, elsewhere, { credential: listedOne })).done, true)

  await change({ enabled: false })
  assert.equal((await document()).status, 404)
  await change({ enabled: true, with: { relatedOrigins: [] } })
  assert.equal((await document()).status, 404)
})

test('of a passkey: megabytes, odd types and prototypes are wrong answers', async () => {
  const { client, step } = await atPasskey(people.bob)
  let now = step
  for (const credential of ['', '{}', '{"__proto__":{}}', '['.repeat(20_000), 7, null, ['x'], { id: 'x' }]) {
    now = await answer(client, now, { credential })
    assert.equal(now.status, 422, JSON.stringify(credential).slice(0, 30))
  }
  assert.ok(!(await isSignedIn(client)))
})

/** Somebody whom nobody knows, where passkeys are offered. */
const atFirstPage = async () => {
  const client = new Client(server.url)
  const step = await ask(client, {})
  const options = step.screen.nodes.find(({ node }) => node === 'webauthn')?.options ?? assert.fail(JSON.stringify(step))
  return { client, step, options }
}
/** Sets a passkey up for somebody, and gives how its device knows them. */
const setUp = async (person: typeof pia, doing: Doing = {}) => {
  const device = newDevice()
  const { client, step, options } = await atPasskey(person)
  assert.equal((await answer(client, step, { credential: device.create(options, doing) })).done, true)
  return { device, handle: (options as unknown as { readonly user: { readonly id: string } }).user.id }
}

test('of a passkey, without a user name: another site, frame, page, user or a copy signs nobody in', async () => {
  const [hers, his] = [await setUp(pia, { counter: 1 }), await setUp(leo)]
  const { port } = new URL(server.url)
  const elsewhere = await atFirstPage()
  const attacks: Readonly<Record<string, Doing>> = {
    'another site': { origin: 'https://evil.example', rpId: 'evil.example' },
    'a sub-domain': { origin: `http://evil.localhost:${port}` },
    'another port': { origin: 'http://localhost:1' },
    'another host name': { rpId: 'evil.localhost' },
    'a frame': { clientData: { crossOrigin: true } },
    "a frame of another's page": { clientData: { topOrigin: 'https://evil.example' } },
    'the answer of setting up': { type: 'webauthn.create' },
    'the challenge of another browser': { challenge: elsewhere.options.challenge },
    "another user's handle": { userHandle: his.handle },
    'nobody said': { userHandle: null },
    'nobody there': { present: false },
    'a counter that stands still': { counter: 1 },
    'a counter that went back to nothing': { counter: 0 },
    'another kind of passkey': { synced: false },
  }
  for (const [name, doing] of Object.entries(attacks)) {
    const { client, step, options } = await atFirstPage()
    const refused = await answer(client, step, { credential: hers.device.get(options, { counter: 7, ...doing }) })
    assert.deepEqual([refused.status, await isSignedIn(client)], [422, false], name)
  }
  const { client, step, options } = await atFirstPage()
  const proof = hers.device.get(options, { counter: 7 })
  assert.equal((await answer(client, step, { credential: proof })).done, true, 'none of it has counted')
  assert.match((await client.open('/')).text, /signed in as pia/)
  const late = await answer(elsewhere.client, elsewhere.step, { credential: proof })
  assert.deepEqual([late.status, await isSignedIn(elsewhere.client)], [422, false], 'what was used is used up')
})

test('of a passkey: where a check of who uses it is required, an answer without one is refused', async () => {
  const { device } = await setUp(max)
  await applyTo(server, { version: 1, authenticators: { webauthn: { type: 'webauthn', with: { userVerification: 'required' } } } })
  const { client, step, options } = await atFirstPage()
  const refused = await answer(client, step, { credential: device.get(options, { verified: false }) })
  assert.deepEqual([refused.status, await isSignedIn(client)], [422, false])
  assert.match(refused.errors['']?.text ?? '', /has not checked that it is you/)
  assert.equal((await answer(client, refused, { credential: device.get(options) })).done, true)
})
