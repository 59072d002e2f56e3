import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startMailServer } from '../../test/kit/smtp.ts'
import { passwordEffects } from '../access/passwords.ts'
import { testDatabase } from '../data/fixture.ts'
import { createUser, updateUser } from '../identity/write-users.ts'
import { createJobs } from '../jobs/jobs.ts'
import { createMailer } from './mailer.ts'
import { createNotices, withNotices } from './notices.ts'
import { sendNotices } from './send-notices.ts'
import { createTemplates } from './templates.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const clock = { now: () => new Date() }

test('people are told of changes in their language, at the address from before, after a failure too, and of nothing that was undone', async () => {
  const database = await testDatabase()
  let refused = 0
  const server = await startMailServer({
    hideSTARTTLS: true,
    onRcptTo: (_, __, done) => (refused++ === 0 ? done(Object.assign(new Error('later'), { responseCode: 450 })) : done()),
  })
  const settings = { host: '127.0.0.1', port: server.port, security: 'none' as const, from: 'sluice@example.com', timeout: 2 }
  let email: typeof settings | undefined = undefined
  const jobs = createJobs({ database, clock, log, poll: 5 })
  const mailer = createMailer(() => email)
  const notices = createNotices({ jobs, clock, current: () => email })
  const effects = withNotices(passwordEffects, notices)
  const snapshot = () => ({ email, brandOf: () => undefined })
  const templates = createTemplates({ folder: '/nowhere', log })
  sendNotices(jobs, {
    database,
    mailer,
    templates,
    snapshot,
    origin: 'https://id.example.com',
    labelOf: (kind) => kind,
    log,
    backOff: () => 0,
  })
  const user = { username: 'ada', name: 'www.evil.example', email: 'ada@example.com', attributes: { locale: 'de' } }
  const id = await database.transaction((tx) => createUser(tx, user, 1))
  const waiting = () => database.sql.selectFrom('jobs').select('data').execute()
  const set = (hash: string) => database.transaction(async (tx) => effects['passwords.set']?.(tx, { userId: id, hash }, 1))
  await set('first')
  await set('second')
  assert.deepEqual(await waiting(), [], 'there is no mail server')
  email = settings
  await assert.rejects(
    database.transaction(async (tx) => {
      await notices.tell(tx, 'token-created', id)
      throw new Error('undone')
    }),
  )
  assert.deepEqual(await waiting(), [])
  await set('canary')
  await database.transaction((tx) => notices.watch(tx, id, () => updateUser(tx, id, { email: 'eve@example.com', enabled: false }, 2)))
  assert.equal((await waiting()).length, 3)
  jobs.start()
  for (let tries = 0; tries < 1000 && (await waiting()).length > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
  await jobs.drain()
  mailer.close()
  await server.close()
  await database.close()
  assert.equal(refused, 4)
  assert.deepEqual(
    server.received.map(({ to }) => to.join()),
    Array.from({ length: 3 }, () => 'ada@example.com'),
  )
  for (const { text } of server.received) assert.doesNotMatch(text, /canary|evil|eve@|Hello/)
  assert.ok(server.received.every(({ text }) => /Guten Tag/.test(text)))
})
