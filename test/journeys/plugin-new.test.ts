import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { command, startServer, temporaryDirectory } from '../kit/server.ts'

describe('sluice plugin new', () => {
  for (const family of ['stage', 'authenticator', 'policy', 'protocol', 'sink'] as const) {
    test(`makes a ${family} that passes its own tests and is in use`, async () => {
      const directory = temporaryDirectory()
      const sluice = (...args: readonly string[]) => command(args, { directory }).ended
      assert.equal((await sluice('plugin', 'new', 'acme-word', `--${family}`)).code, 0)
      const tested = await sluice('plugin', 'test', 'acme-word')
      assert.equal(tested.code, 0, tested.out + tested.err)
      const doctor = await command(['doctor', '--json'], { directory, env: { SLUICE_PLUGINS: join(directory, 'acme-word') } }).ended
      const findings = JSON.parse(doctor.out) as { subject: string; text: string }[]
      assert.deepEqual(
        findings.filter(({ subject, text }) => subject === 'plugins' && text.startsWith('disabled')),
        [],
      )
      const again = await sluice('plugin', 'new', 'acme-word')
      assert.deepEqual([again.code, /is there already and not empty/.test(again.err)], [1, true])
    })
  }

  test('makes a sink that a server delivers events by', async () => {
    const directory = temporaryDirectory()
    assert.equal((await command(['plugin', 'new', '--sink', 'acme-chat'], { directory }).ended).code, 0)
    const received: { readonly id: string; readonly text: string }[] = []
    const chat = createServer((request, response) => {
      void request.toArray().then((parts) => {
        received.push(JSON.parse(Buffer.concat(parts).toString()))
        response.writeHead(204).end()
      })
    })
    await once(chat.listen(0, '127.0.0.1'), 'listening')
    const { port } = chat.address() as AddressInfo
    const server = await startServer({
      apply: configuration({ sinks: { chat: { type: 'acme-chat', on: ['group.*'], with: { url: `http://127.0.0.1:${port}/` } } } }),
      env: {
        SLUICE_PLUGINS: join(directory, 'acme-chat'),
        SLUICE_OUTGOING_ALLOW: '127.0.0.1/32',
        SLUICE_BOOTSTRAP_TOKEN: adminToken,
      },
    })
    try {
      const api = apiOf(server.url, adminToken)
      const { items } = await api.must('GET', '/plugins')
      const { sinks } = items.find(({ id }: any) => id === 'acme-chat')
      assert.deepEqual(
        sinks.map(({ kind, ports }: any) => [kind, ports]),
        [['acme-chat', ['http']]],
      )
      const tried = await api.must('POST', '/sinks/chat/test')
      assert.deepEqual([tried.delivered, tried.said], [true, 'the receiver answered 204'])
      await api.must('POST', '/groups', { slug: 'crew' })
      for (let tries = 0; received.length < 2 && tries < 200; tries++) await delay(50)
      assert.match(received[0]?.text ?? '', /^sink\.test\b/)
      assert.match(received[1]?.text ?? '', /^group\.created\b/)
    } finally {
      await server.stop()
      chat.close()
    }
  })

  test('makes an authenticator that people set up, which is no second factor beside a password', async () => {
    const directory = temporaryDirectory()
    assert.equal((await command(['plugin', 'new', '--authenticator', 'acme-question'], { directory }).ended).code, 0)
    const steps = [
      { type: 'identification' },
      { type: 'password' },
      { type: 'authenticator-setup', with: { authenticators: ['acme-question'], ask: 'missing' } },
      { type: 'second-factor', with: { require: 'always' } },
    ]
    const server = await startServer({
      apply: configuration({
        authenticators: { 'acme-question': { type: 'acme-question' } },
        flows: {
          asks: { title: 'Sign in', designation: 'authentication', steps: steps.slice(0, 3) },
          'asks-for-two': { title: 'Sign in', designation: 'authentication', steps: [...steps.slice(0, 2), steps[3]] },
        },
      }),
      env: { SLUICE_PLUGINS: join(directory, 'acme-question') },
    })
    try {
      const client = new Client(server.url, { 'accept-language': 'de' })
      const page = await signIn(client, people.ada, '/if/flow/asks/')
      assert.deepEqual([page.heading, /What was your first pet called\?/.test(page.text)], ['Wählen Sie Ihre Antwort', true])
      assert.equal((await client.submit(page, { answer: 'x' })).status, 422)
      await client.submit(await client.open(page.url), { answer: 'Fluffy' })
      assert.equal((await client.ask('/')).status, 200)
      const once = new Client(server.url)
      await signIn(once, people.ada, '/if/flow/asks/')
      assert.equal((await once.ask('/')).status, 200, 'who has it is not asked to set it up again')

      const two = new Client(server.url)
      const refused = await signIn(two, people.ada, '/if/flow/asks-for-two/')
      assert.equal(refused.status, 403, refused.text)
      const other = await signIn(new Client(server.url), people.bob, '/if/flow/asks-for-two/')
      assert.equal(other.heading, 'Set up another way to show that it is you', other.text)
    } finally {
      await server.stop()
    }
  })

  test('makes one thing at a time', async () => {
    const { code, err } = await command(['plugin', 'new', 'acme-word', '--policy', '--sink'], { directory: temporaryDirectory() }).ended
    assert.deepEqual([code, /--policy and --sink exclude each other/.test(err)], [2, true])
  })

  test('takes only what can be a name', async () => {
    for (const name of ['Acme', '1st', 'a b', '../x', 'core']) {
      assert.equal((await command(['plugin', 'new', name], { directory: temporaryDirectory() }).ended).code, 2, name)
    }
  })
})
