import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Client, type Page, signIn } from '../kit/client.ts'
import { freePort } from '../kit/server.ts'
import { people } from '../demo/configuration.ts'
import { root } from '../tools/sources.ts'

const start = (args: readonly string[]) => {
  const child = spawn(process.execPath, [join(root, 'test/demo/run.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const written = { text: '' }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (written.text += String(text)))
  return { child, written, ended: once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]> }
}

/** Waits until the demo says how it is ended. */
const untilReady = ({ child, written }: { child: ChildProcess; written: { text: string } }) =>
  new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => written.text.includes('Ctrl-C') && resolve())
    child.once('close', () => reject(new Error(`the demo ended:\n${written.text}`)))
  })

describe('the demo', () => {
  let running: ReturnType<typeof start>
  let app: Client
  let sluice: Client
  before(async () => {
    const [port, appPort] = [await freePort(), await freePort()]
    app = new Client(`http://127.0.0.1:${appPort}`)
    sluice = new Client(`http://localhost:${port}`)
    running = start(['--port', String(port), '--app-port', String(appPort)])
    await untilReady(running)
  })
  after(() => running.child.kill('SIGKILL'))

  /** Where the page leads, opened at whom it leads to. */
  const onward = (page: Page): Promise<Page> => {
    const to = page.to ?? assert.fail(`leads nowhere: ${page.text}`)
    return (to.origin === app.origin ? app : sluice).open(to)
  }

  test('signs ada in, after asking whether the application may know who she is', async () => {
    const begun = await app.open('/sign-in')
    const consent = await signIn(sluice, people.ada, begun.to)
    assert.match(consent.text, /Demo application/)
    const home = await onward(await sluice.submit(consent))
    assert.equal(home.heading, 'Hello, Ada Lovelace')
    assert.match(home.text, /ada@example\.com/)
    assert.match(home.text, /staff/)
    assert.match(home.text, /"amr": \[\s*"pwd"/)
  })

  test('refreshes the tokens', async () => {
    const [refresh] = (await app.open('/')).forms
    assert.match((await app.open(refresh?.action ?? '', { method: 'POST' })).text, /Refreshed once/)
  })

  test('asks silently, and is told that nobody is there once ada has signed out', async () => {
    assert.equal((await onward(await sluice.open((await app.ask('/sign-in?prompt=none')).to ?? '/'))).heading, 'Hello, Ada Lovelace')
    const left = await sluice.open((await app.ask('/sign-out', { method: 'POST' })).to ?? '/')
    assert.equal((await onward(left)).heading, 'Welcome')
    const refused = await onward(await sluice.open((await app.ask('/sign-in?prompt=none')).to ?? '/'))
    assert.match(refused.alert || refused.text, /login_required/)
  })

  test('ends by Ctrl-C, however many processes hand it on, and its data are gone', async () => {
    const file = /SLUICE_CONFIG=(\S+)/.exec(running.written.text)?.[1] ?? assert.fail(running.written.text)
    assert.ok(existsSync(file))
    running.child.kill('SIGINT')
    await wait(10)
    running.child.kill('SIGINT')
    assert.deepEqual(await running.ended, [0, null])
    assert.ok(!existsSync(dirname(file)))
    await assert.rejects(fetch(sluice.origin))
  })
})

test('a port that is taken is named, with the flag that chooses another', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const { written, ended } = start(['--port', String(port)])
  assert.deepEqual(await ended, [1, null])
  server.close()
  assert.equal(written.text, `Port ${port} is taken by another program. Choose another one: npm run demo -- --port ${port + 100}\n`)
})
