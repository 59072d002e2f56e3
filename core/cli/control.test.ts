import assert from 'node:assert/strict'
import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { callServer } from './client.ts'
import { type ControlHandlers, listenControl, Refused } from './control.ts'

const unasked = () => Promise.reject(new Error('no test asks for it'))
const handlers: ControlHandlers = {
  apply: unasked,
  export: unasked,
  history: unasked,
  diff: unasked,
  rollback: unasked,
  broken: unasked,
  jobs: unasked,
  'create-superuser': async ({ username }) => ({ id: '1', username }),
  'recovery-link': async ({ user }) => {
    if (user === 'nobody') throw new Refused('there is no user "nobody"')
    throw new Error('a password of the database')
  },
  simulate: () => assert.fail('not simulated here'),
  'set-password': async ({ user }) => ({ id: '1', username: user }),
  'test-email': unasked,
  'test-sink': unasked,
  'verify-audit': unasked,
  'list-keys': unasked,
  'rotate-keys': unasked,
  reseal: unasked,
  'create-token': async ({ user }) => ({ id: '1', username: user, token: 'x', expiresAt: null }),
  status: async () => ({ version: '1', pid: 2, address: 'x' }),
}
const socketPath = () => join(mkdtempSync(join(tmpdir(), 'sluice-control-')), 'sluice.sock')
const listening = async (context: TestContext) => {
  const path = socketPath()
  const logged: string[] = []
  const log = (_: object, text: string) => void logged.push(text)
  const control = await listenControl(path, handlers, { log: { debug: log, info: log, warn: log, error: log } })
  context.after(() => control.close())
  return { path, logged, control }
}

test('commands go through a socket that only its owner may use', async (context) => {
  const { path } = await listening(context)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(await callServer(path, 'status', {}), { version: '1', pid: 2, address: 'x' })
  assert.deepEqual(await callServer(path, 'create-superuser', { username: 'ada', password: 'x' }), { id: '1', username: 'ada' })
})

test('a refusal reaches the person, an error only the log', async (context) => {
  const { path, logged } = await listening(context)
  await assert.rejects(callServer(path, 'recovery-link', { user: 'nobody' }), { message: 'there is no user "nobody"', exitCode: 1 })
  assert.deepEqual(logged, [])
  await assert.rejects(callServer(path, 'recovery-link', { user: 'x' }), { message: 'the server could not do it; its log says why' })
  assert.deepEqual(logged, ['a local command failed'])
})

test('without a server there is no answer, also where one has left its socket', async (context) => {
  const { path, control } = await listening(context)
  await control.close()
  assert.equal(await callServer(path, 'status', {}), undefined)
  writeFileSync(path, '')
  assert.equal(await callServer(path, 'status', {}), undefined)
  const next = await listenControl(path, handlers)
  context.after(() => next.close())
  assert.equal((await callServer(path, 'status', {}))?.pid, 2)
})

test('what is no command is refused, and nothing brings the server down', async (context) => {
  const { path } = await listening(context)
  await assert.rejects(callServer(path, 'toString' as 'status', {}), /does not know the command "toString"; restart it/)
  const send = (method: string, body: string) =>
    new Promise<number>((resolve, reject) => {
      const sent = request({ socketPath: path, path: '/status', method }, (response) => resolve(response.resume().statusCode ?? 0))
      sent.on('error', reject)
      sent.end(body)
    })
  assert.equal(await send('GET', ''), 404)
  assert.equal(await send('POST', 'no json'), 500)
  assert.equal(await send('POST', `"${'x'.repeat(100_000)}"`), 422)
  assert.equal(await send('POST', '{}'), 200)
})

test('a path that no socket can have is refused with the option to change', async () => {
  await assert.rejects(listenControl(`/tmp/${'x'.repeat(120)}`, handlers), /longer than the 107 bytes .* SLUICE_DATA_DIR/)
})

test('a server that hangs up is an error, not silence', async (context) => {
  const path = socketPath()
  const server = createServer((socket) => socket.destroy()).listen(path)
  context.after(() => server.close())
  await assert.rejects(callServer(path, 'status', {}), /the running server could not be asked: /)
})
