import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, applyTo } from '../kit/api.ts'
import { run } from '../kit/database.ts'
import { Client, landing, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { answerOf, assertRefused, attacked, authorizeAddress, refresh, tokensFor, userinfo } from './attack.ts'

const wikiFor = (access: unknown) => ({ wiki: { name: 'The Wiki', provider: 'wiki', access } })
const staffOnly = attacked({ applications: wikiFor([{ group: 'staff' }]) })

let server: TestServer
before(async () => {
  server = await startServer({ apply: staffOnly, env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
})
after(() => server.stop())

/** Changes the directory behind the server's back, as an administrator elsewhere in a cluster would. */
const inDatabase = async (statement: string): Promise<void> => assert.ok((await run(server, statement)).changed > 0, statement)
const leave = () => inDatabase(`delete from memberships where user_id = (select id from users where username_key = 'ada')`)
const join = () =>
  inDatabase(
    `insert into memberships (user_id, group_id) select u.id, g.id from users u, groups g where u.username_key = 'ada' and g.slug = 'staff'`,
  )

test('who leaves the group gets nothing more for any token, and nothing new', async () => {
  const client = new Client(server.url)
  await signIn(client, people.ada)
  const { refresh_token, access_token } = await tokensFor(server, people.ada)
  assert.equal(await userinfo(server, access_token), 200)
  await leave()
  assertRefused(await refresh(server, refresh_token), 'invalid_grant')
  assert.equal(await userinfo(server, access_token), 401)
  assert.equal((await client.open(authorizeAddress())).status, 403)
  assert.equal(answerOf(await client.open(authorizeAddress({ prompt: 'none' })))['error'], 'access_denied')
  await join()
  assert.equal(await userinfo(server, access_token), 200)
  assert.equal((await refresh(server, refresh_token)).status, 200, 'what was refused spent nothing')
})

test('who is refused is told a reference, and nothing of what operators are told', async () => {
  const client = new Client(server.url)
  assert.equal((await signIn(client, people.bob, authorizeAddress())).status, 403)
  const { items } = (await client.ask('/api/v1/events', { headers: { 'sec-fetch-site': 'same-origin' } })).json()
  const { detail } = items.find(({ action }: { readonly action: string }) => action === 'access_denied')
  assert.deepEqual(Object.keys(detail).toSorted(), ['reference', 'said'])
})

test('who leaves the group while a page is open is not let in by answering it', async () => {
  await applyTo(
    server,
    attacked({
      applications: {
        wiki: {
          name: 'The Wiki',
          provider: 'wiki',
          access: [{ group: 'staff' }],
          flows: { authorization: 'default-authorization-explicit-consent' },
        },
      },
    }),
  )
  const client = new Client(server.url)
  const consent = await signIn(client, people.ada, authorizeAddress({ prompt: 'consent' }))
  assert.match(consent.heading, /The Wiki/)
  await leave()
  const refused = await client.submit(consent, {}, consent.forms.find(({ method }) => method === 'post')?.buttons[0]?.text)
  assert.equal(refused.status, 403, refused.text)
  await join()
  await applyTo(server, staffOnly)
})

test('on the way to an application, conditions see the sign-in that was just made, and not what the browser came with', async () => {
  const judging = (when: string) =>
    attacked({
      flows: {
        judging: { title: 'Judging', designation: 'authorization', steps: [{ type: 'deny', with: { message: 'Judged' }, when }] },
      },
      applications: { wiki: { name: 'The Wiki', provider: 'wiki', flows: { authorization: 'judging' } } },
    })
  // Nobody was signed in at the browser before.
  await applyTo(server, judging('!(session !== null && methods.includes("pwd"))'))
  assert.ok(answerOf(await signIn(new Client(server.url), people.ada, authorizeAddress()))['code'])
  // A session is there already, but it is not the one that leads on.
  const client = new Client(server.url)
  await signIn(client, people.bob)
  await applyTo(server, judging('facts.user.id !== user.id || session === null || session.at < now || !methods.includes("pwd")'))
  assert.ok(answerOf(await signIn(client, people.ada, authorizeAddress({ prompt: 'login' })))['code'])
  await applyTo(server, staffOnly)
})

test('rules that change count for tokens that were given before', async () => {
  const { refresh_token, access_token } = await tokensFor(server, people.ada)
  await applyTo(server, attacked({ applications: wikiFor([{ user: 'bob' }]) }))
  assertRefused(await refresh(server, refresh_token), 'invalid_grant')
  assert.equal(await userinfo(server, access_token), 401)
  await applyTo(server, staffOnly)
  assert.equal(await userinfo(server, access_token), 200)
})

test('a rule that cannot be evaluated lets nobody in, and the server goes on', async () => {
  const broken = [
    'user.attributes.manager.name === "x"',
    'while (true) {} return true',
    '"x".repeat(2 ** 29).length > 0',
    '(function again() { return again() })()',
    '1',
    'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1) > 0',
  ]
  const links = broken.map((access, index) => [`link-${index}`, { name: `Link ${index}`, launchUrl: 'http://127.0.0.1/', access }])
  await applyTo(server, attacked({ applications: { ...wikiFor(broken[0]), ...Object.fromEntries(links) } }))
  const client = new Client(server.url)
  const refused = await signIn(client, people.ada, authorizeAddress())
  assert.equal(refused.status, 403, refused.text)
  assert.match(refused.text, /could not be checked/)
  const [list, live] = await Promise.all([client.open(landing), new Client(server.url).open('/-/health/live')])
  assert.equal(live.status, 200)
  assert.deepEqual(
    Object.keys(list.links).filter((name) => name.includes('Link')),
    [],
  )
  assert.equal(server.logs().match(/policy: failed/g)?.length, 1 + broken.length)
  await applyTo(server, staffOnly)
})

test('no failure opens what is turned round', async () => {
  const access = [{ expression: 'user.attributes.manager.name === "x"', negate: true }]
  await applyTo(server, attacked({ applications: wikiFor(access) }))
  assert.equal((await signIn(new Client(server.url), people.ada, authorizeAddress())).status, 403)
  await applyTo(server, staffOnly)
})
