import assert from 'node:assert/strict'
import test from 'node:test'
import { anEvent, messagesContract, sinkContract } from 'sluice/kit'
import type { Mailing, Store } from 'sluice/plugin'
import plugin, { sink } from './plugin.ts'

/** A store that forgets nothing, and a mail server that takes what `refuses` does not name. */
const given = () => {
  const kept = new Map<string, unknown>()
  const sent: string[] = []
  const refuses = new Set<string>()
  const store = {
    put: async (key: string, value: unknown) => void kept.set(key, value),
    get: async (key: string) => (kept.has(key) ? { value: kept.get(key), version: 1 } : undefined),
    async increment(key: string) {
      kept.set(key, Number(kept.get(key) ?? 0) + 1)
      return Number(kept.get(key))
    },
  } as unknown as Store
  const groups: Readonly<Record<string, readonly string[]>> = { staff: ['a@example.com', 'b@example.com'], empty: [] }
  const mail: Mailing = {
    ofGroup: async (slug) => groups[slug],
    async sendEvent(to, { id }, { held }) {
      if (refuses.has(to)) throw new Error('the mail server did not take it')
      sent.push(`${to} ${id}${held ? ' held' : ''}`)
    },
    sendLink: async () => false,
    canSend: () => true,
    sendCode: async () => ({ refused: 'no-server' }),
    takeCode: async () => 'gone',
  }
  const deliver = (id: string, settings: object) =>
    sink.deliver(anEvent({ id }), {
      slug: 'mail',
      settings: { language: 'en', perHour: 60, ...settings },
      use: { mail, store },
      attempt: 1,
      signal: AbortSignal.timeout(1000),
    })
  return { sent, refuses, deliver, use: { mail, store } }
}

test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('meets the contract of sinks', () => sinkContract(sink, { to: ['a@example.com'] }, { use: given().use }))

test('writes to addresses and to members of a group, each once', async () => {
  const { sent, deliver } = given()
  const settings = { to: ['a@example.com', 'c@example.com'], group: 'staff' }
  assert.equal((await deliver('1', settings)).outcome, 'delivered')
  assert.deepEqual(sent, ['a@example.com 1', 'c@example.com 1', 'b@example.com 1'])
})

test('where one is not reached, the others are not written to again', async () => {
  const { sent, refuses, deliver } = given()
  const settings = { to: ['a@example.com', 'b@example.com'] }
  refuses.add('b@example.com')
  const failed = await deliver('1', settings)
  assert.deepEqual([failed.outcome, failed.said], ['again', 'the mail server did not take it'])
  refuses.clear()
  assert.equal((await deliver('1', settings)).outcome, 'delivered')
  assert.deepEqual(sent, ['a@example.com 1', 'b@example.com 1'])
})

test('no more than so many an hour; the last one says so, and a try again counts for nothing', async () => {
  const { sent, refuses, deliver } = given()
  const settings = { to: ['a@example.com'], perHour: 2 }
  refuses.add('a@example.com')
  for (let tries = 0; tries < 3; tries++) assert.equal((await deliver('1', settings)).outcome, 'again')
  refuses.clear()
  for (const id of ['1', '2', '3', '4']) assert.equal((await deliver(id, settings)).outcome, 'delivered')
  assert.deepEqual(sent, ['a@example.com 1', 'a@example.com 2 held'])
})

test('nobody to write to is said at its place, and a group that is gone gives up', async () => {
  const { deliver } = given()
  const bare = { language: 'en', perHour: 60 } as const
  assert.deepEqual(
    sink.check?.(bare)?.map(({ pointer }) => pointer),
    ['/to'],
  )
  assert.deepEqual(sink.check?.({ ...bare, group: 'staff' }), [])
  assert.equal((await deliver('1', { group: 'gone' })).outcome, 'given-up')
  assert.equal((await deliver('2', { group: 'empty' })).outcome, 'given-up')
})
