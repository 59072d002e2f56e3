import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readable, startMailServer } from '../../test/kit/smtp.ts'
import type { RequestView } from '../api/index.ts'
import { testDatabase } from '../data/fixture.ts'
import { createUser } from '../identity/write-users.ts'
import { createJobs } from '../jobs/jobs.ts'
import { createSeal } from '../keys/seal.ts'
import { databaseStore } from '../store/database.ts'
import { codeLimits, codeMailing, sendCodes } from './code-mail.ts'
import { createMailer } from './mailer.ts'
import { createTemplates } from './templates.ts'

const request = { locale: 'de' } as RequestView
const origin = 'https://id.example.com'

const setUp = async ({ refuses = 0 } = {}) => {
  const database = await testDatabase()
  const time = { now: Date.UTC(2026, 0, 1) }
  const clock = { now: () => new Date(time.now) }
  let refused = 0
  const server = await startMailServer({
    hideSTARTTLS: true,
    onRcptTo: (_, __, done) => (refused++ < refuses ? done(Object.assign(new Error('later'), { responseCode: 450 })) : done()),
  })
  const email = { host: '127.0.0.1', port: server.port, security: 'none' as const, from: 'sluice@example.com', timeout: 2 }
  const state: { email: typeof email | undefined } = { email }
  const snapshot = () => ({ email: state.email, brandOf: () => undefined })
  const logged: string[] = []
  const write = (fields: object, text: string) => void logged.push(JSON.stringify(fields) + text)
  const log = { debug: write, info: write, warn: write, error: write }
  const store = databaseStore(database, clock)
  const seal = createSeal('a secret key of at least thirty-two characters')
  const jobs = createJobs({ database, clock, log, poll: 5 })
  const mailer = createMailer(() => state.email)
  const templates = createTemplates({ folder: '/nowhere', log })
  sendCodes(jobs, { database, store, seal, mailer, templates, snapshot, origin, clock, backOff: () => 0 })
  const codes = codeMailing({ database, store, seal, jobs, clock, log, snapshot })
  const user = (username: string, mailbox: string) =>
    database.transaction((tx) => createUser(tx, { username, name: 'Ada', email: mailbox }, 1))
  const id = await user('ada', 'ada@example.com')
  /** The digits that were mailed when nothing waits any more. */
  const sent = async () => {
    for (let tries = 0; tries < 1000 && (await database.sql.selectFrom('jobs').select('id').execute()).length > 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 5))
    return server.received.map((mail) => /^(\d{6}|\d{8})\r?$/m.exec(readable(mail))?.[1] ?? '')
  }
  const ask = async (userId = id, to = 'ada@example.com', lifetime = 600) => {
    const outcome = await codes.sendCode(userId, { to, digits: 6, lifetime, request })
    return 'sent' in outcome ? outcome.sent : outcome.refused
  }
  const close = async () => {
    await jobs.drain()
    mailer.close()
    await server.close()
    await database.close()
  }
  return { database, time, state, server, codes, jobs, id, user, ask, sent, logged, close }
}
/** Digits that are not these. */
const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

test('a code is mailed after failures too, in the language of whoever asked, counts once, and stands nowhere but in the mail', async () => {
  const { database, server, codes, jobs, ask, sent, logged, close } = await setUp({ refuses: 2 })
  try {
    const name = await ask()
    const [waiting] = await database.sql.selectFrom('jobs').select('data').execute()
    assert.doesNotMatch(waiting?.data ?? '', /@/)
    assert.equal(await codes.takeCode(name, '123456'), 'gone', 'it is not made yet')
    jobs.start()
    const [code = '', ...more] = await sent()
    assert.deepEqual(more, [])
    assert.match(code, /^\d{6}$/)
    const text = readable(server.received[0]!)
    assert.match(text, /^Subject: Ihr Code\r$/m, 'not where everybody sees it who looks at the telephone')
    assert.match(text, /Er gilt einmal und 10 Minuten lang\./)
    const rows = await database.sql.selectFrom('short_lived').selectAll().execute()
    assert.ok(rows.length > 0)
    for (const kept of [...logged, JSON.stringify(rows), waiting?.data ?? '']) assert.ok(!kept.includes(code), kept)
    assert.equal(await codes.takeCode(name, other(code)), 'wrong')
    assert.equal(await codes.takeCode(name, `${code.slice(0, 3)} ${code.slice(3)} `), 'right')
    assert.equal(await codes.takeCode(name, code), 'gone')
  } finally {
    await close()
  }
})

test('of twenty who type it at the same time one is right', async () => {
  const { codes, jobs, ask, sent, close } = await setUp()
  try {
    jobs.start()
    const name = await ask()
    const [code = ''] = await sent()
    const said = await Promise.all(Array.from({ length: 20 }, () => codes.takeCode(name, code)))
    assert.equal(said.filter((one) => one === 'right').length, 1)
    assert.equal(said.filter((one) => one === 'gone').length, 19)
  } finally {
    await close()
  }
})

test('it is gone after five wrong tries, in parallel too, after its time, and is no other name’s', async () => {
  const { time, codes, jobs, ask, sent, close } = await setUp()
  try {
    jobs.start()
    const first = await ask()
    const [code = ''] = await sent()
    const said = await Promise.all(Array.from({ length: 20 }, () => codes.takeCode(first, other(code))))
    assert.equal(said.filter((one) => one === 'wrong').length, 5)
    assert.equal(await codes.takeCode(first, code), 'gone')

    const [second, third] = [await ask(), await ask()]
    const all = (await sent()).slice(1)
    assert.equal(all.length, 2)
    assert.equal((await Promise.all(all.map((one) => codes.takeCode('another', one)))).join(), 'gone,gone')
    time.now += 599_000
    assert.equal((await Promise.all(all.map((one) => codes.takeCode(second, one)))).includes('right'), true)
    time.now += 2000
    assert.equal((await Promise.all(all.map((one) => codes.takeCode(third, one)))).join(), 'gone,gone')
  } finally {
    await close()
  }
})

test('it goes to nobody but whoever has that address when it is asked for and when it is sent', async () => {
  const { database, state, server, jobs, id, ask, sent, close } = await setUp()
  try {
    assert.equal(await ask(id, 'evil@evil.example'), 'no-address')
    assert.equal(await ask(id, 'ada@example.com, evil@evil.example'), 'no-address')
    assert.equal(await ask('nobody'), 'no-address')
    const { email } = state
    state.email = undefined
    assert.equal(await ask(), 'no-server')
    state.email = email
    await assert.rejects(ask(id, 'ada@example.com', 3601), /a code may not work for 3601 s; 3600 s at most/)
    await ask()
    await database.sql.updateTable('users').set({ email: 'new@example.com' }).execute()
    jobs.start()
    assert.deepEqual(await sent(), [])
    assert.equal(await ask(), 'no-address')
    await database.sql.updateTable('users').set({ enabled: false }).execute()
    assert.equal(await ask(id, 'new@example.com'), 'no-address')
    assert.equal(server.received.length, 0)
  } finally {
    await close()
  }
})

test('nothing is mailed that nobody waits for any more', async () => {
  const { time, jobs, ask, sent, close } = await setUp()
  try {
    await ask()
    time.now += 600_001
    await ask()
    jobs.start()
    assert.equal((await sent()).length, 1)
  } finally {
    await close()
  }
})

test('no mailbox is filled: one user, and one address of several users, get so many and no more, until time has passed', async () => {
  const { time, server, jobs, id, user, ask, sent, logged, close } = await setUp()
  try {
    jobs.start()
    const twin = await user('twin', 'Ada@Example.com')
    const asked = []
    for (let times = 0; times < codeLimits.most; times++) asked.push(await ask())
    assert.ok(!asked.includes('too-many'))
    assert.equal(await ask(), 'too-many')
    assert.equal(await ask(twin, 'Ada@Example.com'), 'too-many')
    await sent()
    assert.equal(server.received.length, codeLimits.most)
    assert.ok(logged.some((line) => line.includes('no further code is mailed') && line.includes(id)))
    time.now += codeLimits.window * 1000 + 1
    assert.notEqual(await ask(), 'too-many')
  } finally {
    await close()
  }
})
