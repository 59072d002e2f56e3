import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { run } from '../kit/database.ts'
import { Client, signIn, type Page } from '../kit/client.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const started: TestServer[] = []
const newServer = async () => {
  const server = await startServer()
  started.push(server)
  return { server, link: server.setupLink ?? assert.fail('no set-up link was printed') }
}
after(() => Promise.all(started.map((server) => server.stop())))

const password = 'the password of the first one'
const account = (username: string) => ({ username, name: '', email: `${username}@example.com`, password, 'password-repeat': password })
const administrators = async (server: TestServer): Promise<number> =>
  (await run(server, `select subject_id from role_assignments where role = 'admin'`)).rows.length
const isDead = async (server: TestServer, link: string) => {
  assert.equal((await new Client(server.url).ask(link)).status, 404)
  const { searchParams } = new URL(link)
  const byJson = await new Client(server.url).ask('/api/v1/flows/initial-setup/run', { json: { link: searchParams.get('link') } })
  assert.equal(byJson.status, 404)
}

test('the set-up makes one administrator, and is over for good', async () => {
  const { server, link } = await newServer()
  const browsers = await Promise.all(
    ['one', 'two', 'three', 'four'].map(async (name) => {
      const client = new Client(server.url)
      return { name, client, page: await client.open(link) }
    }),
  )
  const ends = await Promise.all(browsers.map(({ client, page, name }) => client.send(page, account(name))))
  const isIn = (page: Page) => page.status === 303
  assert.equal(ends.filter(isIn).length, 1, ends.map(({ status }) => status).join())
  assert.equal(await administrators(server), 1)
  await isDead(server, link)

  for (const table of ['role_assignments', 'users']) await run(server, `delete from ${table}`)
  await server.restart()
  assert.equal(server.setupLink, undefined, 'deleting the last administrator does not open the set-up again')
  await isDead(server, link)
})

test('an administrator who is made another way ends the set-up, whoever read its link in a log', async () => {
  const { server, link } = await newServer()
  const early = new Client(server.url)
  const page = await early.open(link)
  const made = await server.sluice(['createsuperuser', '--username', 'root', '--email', 'root@example.com', '--password-stdin'], password)
  assert.equal(made.code, 0, made.err)
  await isDead(server, link)
  assert.equal((await early.submit(page, account('eve'))).status, 403)
  assert.equal(await administrators(server), 1)
})

test('an administrator of the configuration ends the set-up of the start before', async () => {
  const { server, link } = await newServer()
  await server.restart({ apply: { version: 1, users: { root: { email: 'root@example.com', roles: ['admin'], password } } } })
  assert.equal(server.setupLink, undefined)
  await isDead(server, link)
})

test('a start prints a new link, and the one before is dead', async () => {
  const { server, link } = await newServer()
  await server.restart()
  assert.ok(server.setupLink && server.setupLink !== link)
  await isDead(server, link)
  const client = new Client(server.url)
  await client.submit(await client.open(server.setupLink), account('root'))
  assert.equal((await signIn(new Client(server.url), { username: 'root', password })).status, 200)
})

test('looking at a link uses nothing up, and a made-up one is not told from a used one', async () => {
  const { server, link } = await newServer()
  for (let looked = 0; looked < 3; looked++) assert.equal((await new Client(server.url).open(link)).status, 200)
  for (const token of ['', 'x', 'A'.repeat(43), '__proto__', '%00'])
    assert.equal((await new Client(server.url).ask(`/if/flow/initial-setup/?link=${token}`)).status, 404)
  const wrongFlow = link.replace('initial-setup', 'recovery-link')
  assert.equal((await new Client(server.url).ask(wrongFlow)).status, 404)
})
