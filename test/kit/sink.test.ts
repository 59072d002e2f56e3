import assert from 'node:assert/strict'
import test from 'node:test'
import { defineSink, delivered, giveUp, ports, secret, type Secret, type Sink, Type } from '../../core/api/index.ts'
import { anEvent, deliver, sinkContract } from './sink.ts'

const settings = { to: 'desk', key: 'a key that nobody is told' }
const use = { clock: { now: () => new Date(0) } }

/** A sink that does everything right, but for what a test changes. */
const sinkWith = (changes: object): Sink => ({
  ...defineSink({
    kind: 'desk',
    settings: Type.Object({
      to: Type.String({ title: 'To', description: 'Whom it goes to.' }),
      key: secret({ title: 'Key', description: 'What opens it.' }),
      sign: Type.String({ title: 'Sign', description: 'What stands before it.', default: '!' }),
    }),
    use: { clock: ports.clock },
    check: ({ key }) => (key.reveal().length > 8 ? [] : [{ pointer: '/key', message: 'is too short' }]),
    deliver: async ({ action }, { settings: { to, sign }, use: { clock } }) =>
      delivered(`${sign} ${action} to ${to} ${clock.now().getTime()}`),
  }),
  ...changes,
})

test('the contract is met by a sink that does everything right', () => sinkContract(sinkWith({}), settings, { use }))

const broken: Readonly<Record<string, readonly [changes: object, complaint: RegExp]>> = {
  'a kind that is no slug': [{ kind: 'Desk' }, /lower-case slug/],
  'a setting without description': [{ settings: Type.Object({ to: Type.String({ title: 'To' }) }), check: undefined }, /no description/],
  'a delivery that fails': [{ deliver: async () => giveUp('nobody is there') }, /did not deliver user\.created: nobody is there/],
  'a throw where little is known': [
    { deliver: async ({ userName }: { userName: string | null }) => delivered(userName?.toUpperCase() ?? assert.fail('nobody')) },
    /did not deliver sink\.test: nobody/,
  ],
  'an end of which nothing is said': [{ deliver: async () => delivered(' ') }, /says nothing/],
  'a secret that is told': [
    { deliver: async (_: never, { settings: { key } }: { settings: { key: Secret } }) => delivered(`sent with ${key.reveal()}`) },
    /tells a secret/,
  ],
}
for (const [what, [changes, complaint]] of Object.entries(broken)) {
  test(`the contract complains about ${what}`, () => assert.rejects(sinkContract(sinkWith(changes), settings, { use }), complaint))
}

test('a sink gets its settings with defaults and secrets, and reaches only ports that it declares', async () => {
  const { said } = await deliver(sinkWith({}), settings, { use, event: anEvent({ action: 'group.created' }) })
  assert.equal(said, '! group.created to desk 0')
  await assert.rejects(deliver(sinkWith({}), settings), /uses the port "clock": give one in `use`/)
  await assert.rejects(deliver(sinkWith({}), { ...settings, key: 'short' }, { use }), /settings of desk: \/key is too short/)
  const inner = async (_: never, { use: given }: { use: object }) => delivered(Object.keys(given).join())
  assert.equal((await deliver(sinkWith({ deliver: inner }), settings, { use: { ...use, mail: {} } })).said, 'clock')
})

test('a throw counts as one that may arrive later', async () => {
  const thrower = sinkWith({
    deliver: async () => {
      throw new Error('no such host')
    },
  })
  assert.deepEqual(await deliver(thrower, settings, { use }), {
    outcome: 'again',
    said: 'no such host',
    status: undefined,
    after: undefined,
  })
})
