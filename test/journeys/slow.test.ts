import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: configuration(), env: { SLUICE_SLOW_RUN: '1ms' } })
})
after(() => server?.stop())

type Line = {
  readonly flow: string
  readonly ended: string
  readonly ms: number
  readonly steps: Readonly<Record<string, number>>
  readonly parts: Readonly<Record<string, number>>
}
const slowLines = (): readonly Line[] =>
  server
    .logs()
    .split('\n')
    .filter((line) => line.includes('"flow.run: slow"'))
    .map((line) => JSON.parse(line))

test('a sign-in that is slow is one line of the log, with where its time went over all its requests', async () => {
  await signIn(new Client(server.url), people.ada)
  const [line, ...more] = slowLines().filter(({ flow }) => flow === 'default-authentication')
  assert.ok(line, server.logs())
  assert.deepEqual(more, [])
  assert.equal(line.ended, 'closed')
  assert.deepEqual(
    Object.keys(line.steps)
      .map((step) => step.replace(/-\d+$/, ''))
      .toSorted(),
    ['backup-codes', 'close', 'identification', 'password', 'second-factor'],
  )
  const { hash = 0, database = 0, store = 0, hashWait = -1 } = line.parts
  assert.ok(hash > 1 && database > 0 && store > 0 && hashWait >= 0, JSON.stringify(line))
  const [, password = 0] = Object.entries(line.steps).find(([step]) => step.startsWith('password')) ?? []
  assert.ok(password >= hash, 'the hash is in its step')
  assert.ok(line.ms >= hash, 'and in the whole')
  assert.ok(!JSON.stringify(line).includes(people.ada.username) && !JSON.stringify(line).includes(people.ada.password))
})

test('what is fast enough is not told', async () => {
  await server.restart({ env: { SLUICE_SLOW_RUN: '60s' } })
  const before = slowLines().length
  await signIn(new Client(server.url), people.ada)
  assert.equal(slowLines().length, before)
})
