import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { closeBrowser, visit } from '../../kit/browser.ts'
import { people } from '../../kit/configuration.ts'
import { freePort, startServer, temporaryDirectory, type TestServer } from '../../kit/server.ts'
import { type Block, blocksOf } from '../../tools/markdown.ts'
import { root } from '../../tools/sources.ts'
import { type Peer, startPeer } from '../process.ts'
import { typeCredentials } from '../typing.ts'

const secret = 'a secret that only the two of them know'
const blocks = blocksOf(readFileSync(join(root, 'README.md'), 'utf8'))
const block = (is: (one: Block) => boolean): string => (blocks.find(is) ?? assert.fail('the README shows no such block')).text

let server: TestServer
let flask: Peer
before(async () => {
  const directory = temporaryDirectory()
  const port = await freePort()
  const here = (text: string) => text.replaceAll('localhost:5000', `localhost:${port}`).replaceAll('port=5000', `port=${port}`)
  writeFileSync(join(directory, 'flaskdemo.secret'), `${secret}\n`)

  const document = parse(here(block(({ info }) => info === 'file=flaskdemo.yaml'))) as { providers: { flaskdemo: { with: object } } }
  document.providers.flaskdemo.with = { ...document.providers.flaskdemo.with, clientSecret: { $file: join(directory, 'flaskdemo.secret') } }
  const { username, password } = people.ada
  server = await startServer({ apply: { ...document, users: { [username]: { email: 'ada@example.com', password } } } })

  writeFileSync(
    join(directory, 'app.py'),
    here(block(({ language }) => language === 'python')).replaceAll('http://localhost:9000', server.url),
  )
  flask = await startPeer('/usr/bin/env', ['-C', directory, '/usr/bin/python3', 'app.py'], { port })
})
after(async () => {
  await closeBrowser()
  await flask?.stop()
  await server?.stop()
})

for (const javaScript of [true, false])
  test(`the application of the README greets its user ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { page, close } = await visit({ javaScript })
    await page.goto(flask.url.replace('127.0.0.1', 'localhost'))
    await page.getByRole('link', { name: 'Sign in' }).click()
    await typeCredentials(page, people.ada)
    await page.getByText('Hello, ada@example.com!').waitFor()
    await close()
  })
