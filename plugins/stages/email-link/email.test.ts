import assert from 'node:assert/strict'
import test from 'node:test'
import { facts, know, type MailedLink, type Node, type Outcome } from 'sluice/plugin'
import { drive, messagesContract, screenOf, stageContract, testClock } from 'sluice/kit'
import plugin, { fromNetwork, stage } from './plugin.ts'

const settings = { flow: 'recovery-by-email' }
const ada = know(facts.user, { id: 'u1', username: 'ada' })
const login = (identifier: string) => know(facts.login, { identifier })

/** Counters that end, and a mail server, if there is one. */
const house = ({ hasServer = true } = {}) => {
  const clock = testClock()
  const counts = new Map<string, { count: number; until: number }>()
  const sent: { readonly userId: string | undefined; readonly link: Pick<MailedLink, 'flow' | 'lifetime'> }[] = []
  const use = {
    store: {
      async increment(key: string, ttl: number) {
        const now = clock.now().getTime()
        const entry = counts.get(key)
        const next = entry && entry.until > now ? { ...entry, count: entry.count + 1 } : { count: 1, until: now + ttl * 1000 }
        counts.set(key, next)
        return next.count
      },
    },
    mail: {
      async sendLink(userId: string | undefined, { flow, lifetime }: MailedLink) {
        sent.push({ userId, link: { flow, lifetime } })
        return hasServer
      },
    },
  }
  const at = (identifier: string, user?: typeof ada, more: { readonly ip?: string; readonly settings?: object } = {}) =>
    drive(
      stage,
      { ...settings, ...more.settings },
      { use, know: [login(identifier), ...(user ? [user] : [])], request: { ip: more.ip ?? '192.0.2.1' } },
    )
  return { clock, sent, at, use }
}
const textsOf = (outcome: Outcome): readonly unknown[] =>
  screenOf(outcome).nodes.flatMap((node: Node) => (node.node === 'text' && 'key' in node.text ? [node.text.key] : []))

test('meets the stage contract', () => stageContract(stage, settings, { use: house().use, know: [login('ada'), ada] }))
test('meets the stage contract for somebody unknown', () => stageContract(stage, settings, { use: house().use, know: [login('eve')] }))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('the link is sent once, however often the page is shown, and to whom the directory says', async () => {
  const { at, sent } = house()
  const page = at('ada', ada, { settings: { lifetime: '2h' } })
  for (let times = 0; times < 3; times++) await page.show()
  assert.deepEqual(sent, [{ userId: 'u1', link: { flow: 'recovery-by-email', lifetime: 7200 } }])
})

test('somebody unknown sees what everybody sees, for the same work', async () => {
  const { at, sent } = house()
  const [known, unknown] = [at('ada', ada), at('eve')]
  const seen = await known.show()
  assert.deepEqual(await unknown.show(), seen)
  assert.deepEqual(
    sent.map(({ userId }) => userId),
    ['u1', undefined],
  )
})

test('whoever asks again too soon is told to wait, by the name that was typed, and nothing is sent', async () => {
  const { at, sent, clock } = house()
  const page = at('ada', ada)
  assert.equal(textsOf(await page.show())[0], 'email-link.sent')
  assert.equal(textsOf(await page.submit({}))[0], 'email-link.wait')
  for (const other of [at('ADA', ada), at('\uff41da', ada)]) assert.equal(textsOf(await other.show())[0], 'email-link.wait')
  assert.equal(sent.length, 1)
  assert.equal(
    textsOf(await at('ada@example.com', ada).show())[0],
    'email-link.sent',
    'no refusal tells that another name is the same account',
  )
  clock.advance(61)
  assert.equal(textsOf(await page.submit({ to: 'eve@example.com', email: 'eve@example.com' }))[0], 'email-link.again')
  assert.deepEqual(
    sent.map(({ userId }) => userId),
    ['u1', 'u1', 'u1'],
  )
})

test('one network asks for so many, whoever they are for', async () => {
  const { at, sent, clock } = house()
  for (let times = 0; times < fromNetwork.most; times++) await at(`user ${times}`, undefined, { ip: '2001:db8::1' }).show()
  assert.equal(textsOf(await at('ada', ada, { ip: '2001:db8::2' }).show())[0], 'email-link.too-many')
  assert.equal(sent.length, fromNetwork.most)
  assert.equal(textsOf(await at('ada', ada, { ip: '2001:db8:0:1::2' }).show())[0], 'email-link.sent')
  clock.advance(fromNetwork.window + 1)
  assert.equal(textsOf(await at('bob', undefined, { ip: '2001:db8::2' }).show())[0], 'email-link.sent')
})

test('where no mail can be sent, that is said', async () => {
  const { at } = house({ hasServer: false })
  assert.deepEqual(await at('ada', ada).show(), { go: 'deny', why: { key: 'email-link.no-server' } })
})

test('a link that works for weeks, and a pause of hours, are refused', () => {
  const pointers = (more: object) => stage.check?.({ ...settings, lifetime: '30m', resend: '1m', ...more }).map(({ pointer }) => pointer)
  assert.deepEqual(pointers({}), [])
  assert.deepEqual(pointers({ lifetime: '1d', resend: '1h' }), [])
  assert.deepEqual(pointers({ lifetime: '2d', resend: '2h' }), ['/lifetime', '/resend'])
})
