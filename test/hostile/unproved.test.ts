import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const fields = [{ key: 'password', type: 'password', required: true }]
const choosing = [
  { type: 'prompt', with: { title: 'Choose a password', fields } },
  { type: 'user-write', with: { mode: 'update' } },
]
/** Flows that somebody wrote who forgot the proof, one of them hiding it behind a sign-in as somebody else. */
const flows = {
  careless: { title: 'New password', designation: 'recovery', steps: [{ type: 'identification' }, ...choosing] },
  nested: {
    title: 'New password, in parts',
    designation: 'recovery',
    steps: [{ flow: 'asking' }, { choose: [{ steps: [{ flow: 'choosing' }] }] }],
  },
  asking: { title: 'Who', designation: 'recovery', entry: 'call', steps: [{ type: 'identification' }] },
  choosing: { title: 'New password', designation: 'recovery', entry: 'call', steps: choosing },
  /** One that somebody wrote who did not forget it. */
  careful: {
    title: 'New password, proved',
    designation: 'recovery',
    steps: [{ type: 'identification' }, { type: 'password' }, ...choosing],
  },
  naming: {
    title: 'New name',
    designation: 'recovery',
    steps: [
      { type: 'identification' },
      { type: 'prompt', with: { title: 'Choose a name', fields: [{ key: 'name', type: 'text', required: true }] } },
      { type: 'user-write', with: { mode: 'update' } },
    ],
  },
  /** The proof of before the restart is not that of who is named after it. */
  restarted: {
    title: 'New password, second try',
    designation: 'recovery',
    steps: [
      { type: 'identification' },
      { id: 'first', type: 'password' },
      { id: 'again', type: 'identification' },
      { id: 'second', type: 'password', onInvalid: 'restart-with-facts' },
      ...choosing,
    ],
  },
  swapped: {
    title: 'New password, then sign in',
    designation: 'authentication',
    steps: [{ type: 'identification' }, ...choosing, { id: 'again', type: 'identification' }, { type: 'password' }],
  },
  enrol: {
    title: 'Join',
    designation: 'enrollment',
    steps: [
      {
        type: 'prompt',
        with: { title: 'Join', fields: [{ key: 'username', type: 'username', required: true }, ...fields] },
      },
      { type: 'user-write', with: { mode: 'create' } },
    ],
  },
}

let server: TestServer
before(async () => (server = await startServer({ apply: configuration({ flows }) })))
after(() => server.stop())

const chosen = { password: 'chosen by an attacker', 'password-repeat': 'chosen by an attacker' }
const isIn = async (credentials: { readonly username: string; readonly password: string }) =>
  (await signIn(new Client(server.url), credentials)).heading === 'Your applications'

test('no flow changes a user of whom nothing was proved, however it was written', async () => {
  const eve = new Client(server.url)
  const named = await eve.submit(await eve.open('/if/flow/careless/'), { identifier: 'ada' })
  const denied = await eve.submit(named, chosen)
  assert.equal(denied.status, 403)
  assert.match(denied.text, /Nothing proved who you are, so nothing was changed/)

  const inParts = await eve.submit(await eve.submit(await eve.open('/if/flow/nested/'), { identifier: 'ada' }), chosen)
  assert.deepEqual([inParts.status, (await eve.ask('/if/flow/choosing/')).status], [403, 404])

  let page = await eve.submit(await eve.open('/if/flow/restarted/'), { identifier: 'bob' })
  page = await eve.submit(await eve.submit(page, { password: people.bob.password }), { identifier: 'ada' })
  const restarted = await eve.submit(page, { password: 'a guess' })
  assert.equal(
    restarted.forms.some(({ fields }) => 'identifier' in fields),
    true,
    'the flow begins again',
  )
  page = await eve.submit(await eve.submit(restarted, { identifier: 'ada' }), { password: people.bob.password })
  assert.equal(page.status, 422, 'and nothing of before is proved')

  const swapping = await eve.submit(await eve.open('/if/flow/swapped/'), { identifier: 'ada' })
  const again = await eve.submit(swapping, chosen)
  const asBob = await eve.submit(again, { identifier: 'bob' })
  assert.equal((await eve.submit(asBob, { password: people.bob.password })).status, 403)

  assert.equal(await isIn({ username: 'ada', password: chosen.password }), false)
  assert.equal(await isIn(people.ada), true)
})

test('a session is enough to change oneself, but not the password that is there', async () => {
  const renaming = new Client(server.url)
  await signIn(renaming, people.bob)
  const renamed = await renaming.submit(await renaming.submit(await renaming.open('/if/flow/naming/'), { identifier: 'bob' }), {
    name: 'Bobby',
  })
  assert.equal(renamed.status, 200, renamed.text)

  const bob = new Client(server.url)
  await signIn(bob, people.bob)
  const named = await bob.submit(await bob.open('/if/flow/careless/'), { identifier: 'bob' })
  const own = { password: 'a new one of my own', 'password-repeat': 'a new one of my own' }
  const refused = await bob.submit(named, own)
  assert.equal(refused.status, 403)
  assert.match(refused.text, /Nothing proved who you are, so nothing was changed/)
  assert.equal(await isIn({ username: 'bob', password: own.password }), false)

  const proving = await bob.submit(await bob.open('/if/flow/careful/'), { identifier: 'bob' })
  assert.equal((await bob.submit(await bob.submit(proving, { password: people.bob.password }), own)).status, 200)
  assert.equal(await isIn({ username: 'bob', password: own.password }), true)
})

test('a new user is nobody that was there', async () => {
  const own = { password: 'a new one of my own', 'password-repeat': 'a new one of my own' }
  const newcomer = new Client(server.url)
  const joined = await newcomer.submit(await newcomer.open('/if/flow/enrol/'), { username: 'carol', ...own })
  assert.equal(joined.status, 200)
  assert.equal(await isIn({ username: 'carol', password: own.password }), true)
})
