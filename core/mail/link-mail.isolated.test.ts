import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readable, startMailServer } from '../../test/kit/smtp.ts'
import { createLinks } from '../access/links.ts'
import type { RequestView } from '../api/index.ts'
import { testDatabase } from '../data/fixture.ts'
import type { Program } from '../engine/program.ts'
import { createUser } from '../identity/write-users.ts'
import { createJobs } from '../jobs/jobs.ts'
import { databaseStore } from '../store/database.ts'
import { linkMailing, sendLinks } from './link-mail.ts'
import { createMailer } from './mailer.ts'
import { createTemplates } from './templates.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const request = { locale: 'de' } as RequestView
const origin = 'https://id.example.com'
const opens = { byLink: true, designation: 'recovery' } as Program

const setUp = async (refuses: number) => {
  const database = await testDatabase()
  const time = { now: Date.UTC(2026, 0, 1) }
  const clock = { now: () => new Date(time.now) }
  let refused = 0
  const server = await startMailServer({
    hideSTARTTLS: true,
    onRcptTo: (_, __, done) => (refused++ < refuses ? done(Object.assign(new Error('later'), { responseCode: 450 })) : done()),
  })
  const email = { host: '127.0.0.1', port: server.port, security: 'none' as const, from: 'sluice@example.com', timeout: 2 }
  const flows: ReadonlyMap<string, Program> = new Map([
    ['f', opens],
    ['setup', { ...opens, designation: 'authentication' }],
    ['open', { ...opens, byLink: false }],
  ])
  const state: { email: typeof email | undefined } = { email }
  const snapshot = () => ({ email: state.email, flows, brandOf: () => undefined })
  const store = databaseStore(database, clock)
  const links = createLinks(store, database)
  const jobs = createJobs({ database, clock, log, poll: 5 })
  const mailer = createMailer(() => state.email)
  const recorded: unknown[] = []
  const events = {
    record: async ({ action, userId }: { action: string; userId?: string | undefined }) => void recorded.push([action, userId]),
  }
  const templates = createTemplates({ folder: '/nowhere', log })
  sendLinks(jobs, { database, store, links, mailer, templates, snapshot, events, origin, clock, log, backOff: () => 0 })
  const sendLink = linkMailing({ jobs, events, clock, snapshot })
  const id = await database.transaction((tx) => createUser(tx, { username: 'ada', name: 'www.evil.example', email: 'ada@example.com' }, 1))
  jobs.start()
  /** The links that were mailed when nothing waits any more. */
  const sent = async () => {
    time.now += 1100
    for (let tries = 0; tries < 1000 && (await database.sql.selectFrom('jobs').select('id').execute()).length > 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 5))
    return server.received.map((mail) => /\?link=([\w-]+)/.exec(readable(mail))?.[1] ?? '')
  }
  const close = async () => {
    await jobs.drain()
    mailer.close()
    await server.close()
    await database.close()
  }
  return { database, time, state, server, links, sendLink, id, recorded, sent, close }
}

test('a link is mailed after failures too, which are not counted, in the language of whoever asked, and the last one made works', async () => {
  const { time, server, links, sendLink, id, recorded, sent, close } = await setUp(6)
  try {
    assert.equal(await sendLink(id, { flow: 'f', lifetime: 600, request }), true)
    const [token = '', ...more] = await sent()
    assert.deepEqual(more, [])
    assert.deepEqual((await links.read(token))?.facts, { user: { id, username: 'ada' } })
    const text = readable(server.received[0]!)
    assert.match(text, /Guten Tag,\r\n/, 'a name that mail programs make a link of is left out')
    assert.ok(text.includes(`${origin}/if/flow/f/?link=${token}`))
    assert.match(text, /Er gilt einmal und 10 Minuten lang\./)
    for (let times = 0; times < 6; times++) {
      await sendLink(id, { flow: 'f', lifetime: 600, request })
      await sent()
    }
    const all = await sent()
    assert.equal(all.length, 5)
    assert.deepEqual(
      (await Promise.all(all.map((one) => links.read(one)))).map((opened) => opened !== undefined),
      [false, false, false, false, true],
    )
    time.now += 1800_000
    await sendLink(id, { flow: 'f', lifetime: 600, request })
    assert.equal((await sent()).length, 6)
    assert.deepEqual(recorded.slice(0, 2), [
      ['recovery.requested', id],
      ['recovery.mail-sent', id],
    ])
  } finally {
    await close()
  }
})

test('nothing is mailed of what nobody waits for any more, without a server, to nobody, or to what no mail may open', async () => {
  const { database, time, state, server, sendLink, id, sent, close } = await setUp(0)
  try {
    for (const flow of ['setup', 'open', 'gone'])
      await assert.rejects(
        sendLink(id, { flow, lifetime: 600, request }),
        /no link to the flow .* can be mailed; it has to be for recovery/,
      )
    const { email } = state
    state.email = undefined
    assert.equal(await sendLink(id, { flow: 'f', lifetime: 600, request }), false)
    state.email = email
    assert.equal(await sendLink(undefined, { flow: 'f', lifetime: 600, request }), true)
    await sendLink(id, { flow: 'f', lifetime: 600, request })
    time.now += 600_000
    await sent()
    await sendLink(id, { flow: 'f', lifetime: 600, request })
    await database.sql.updateTable('users').set({ enabled: false }).execute()
    await sent()
    assert.equal(server.received.length, 0)
  } finally {
    await close()
  }
})
