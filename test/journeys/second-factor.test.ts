import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, isSignedIn, landing, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { backupCodesOn as codesOn, chooseApp, secretOn } from '../kit/second-factor.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: configuration({ settings: { mfa: { require: true } } }) })
})
after(() => server?.stop())

test('where all users need a second factor, whoever has none sets up an app and backup codes first, and is asked from then on', async () => {
  const client = new Client(server.url)
  const choice = await signIn(client, people.ada)
  assert.equal(choice.heading, 'Set up another way to show that it is you')
  const setUp = await chooseApp(client, choice)
  assert.equal(setUp.heading, 'Set up an authenticator app')
  assert.ok(!(await isSignedIn(client)), 'nobody is signed in before that')
  const wrong = await client.submit(setUp, { code: '000000' })
  assert.equal(wrong.status, 422)
  const secret = secretOn(wrong)
  assert.equal(secretOn(setUp), secret, 'the key stays')
  const codes = await client.submit(wrong, { code: codeOf(secret) })
  assert.equal(codes.heading, 'Save your backup codes')
  const backup = codesOn(codes)
  assert.equal(backup.length, 10)
  assert.ok(!(await isSignedIn(client)))
  const hasty = await client.submit(codes, {})
  assert.equal(hasty.status, 422)
  assert.deepEqual(codesOn(hasty), backup)
  const done = await client.submit(hasty, { saved: 'on' })
  assert.equal(done.url.pathname, landing)
  assert.ok(await isSignedIn(client))

  const again = new Client(server.url)
  const asked = await signIn(again, people.ada)
  assert.equal(asked.heading, 'Enter the code of your app')
  const replayed = await again.submit(asked, { code: codeOf(secret) })
  assert.equal(replayed.status, 422, 'the code that set it up is used up')
  const byCode = await again.submit(replayed, { code: codeOf(secret, 1) })
  assert.equal(byCode.url.pathname, landing)

  const without = new Client(server.url)
  const other = await without.submit(await signIn(without, people.ada), {}, 'Use another way')
  assert.equal(other.heading, 'How do you want to show that it is you?')
  const emergency = await without.submit(other, {}, 'Backup codes')
  assert.equal(emergency.heading, 'Enter a backup code')
  const [first = ''] = backup
  const in1 = await without.submit(emergency, { code: ` ${first.toLowerCase()} ` })
  assert.equal(in1.url.pathname, landing)
  const twice = new Client(server.url)
  const page = await twice.submit(await twice.submit(await signIn(twice, people.ada), {}, 'Use another way'), {}, 'Backup codes')
  assert.equal((await twice.submit(page, { code: first })).status, 422, 'each backup code works once')
})
