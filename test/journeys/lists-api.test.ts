import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Insertable } from 'kysely'
import { openDatabase } from '../../core/data/database.ts'
import type { Tables } from '../../core/data/tables.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({
    apply: configuration({
      policies: { office: { type: 'expression', name: 'The Office', with: { expression: 'true' } } },
      groups: { finance: { name: 'zahlen' } },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const slugs = async (path: string): Promise<readonly string[]> =>
  (await admin.must('GET', path)).items.map(({ slug }: { readonly slug: string }) => slug)
const paged = async (path: string, key: string): Promise<readonly string[]> => {
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await admin.must('GET', `${path}&limit=1${cursor && `&cursor=${cursor}`}`)
    seen.push(...page.items.map((item: Record<string, string>) => item[key]))
    cursor = page.next
  }
  return seen
}

test('objects are found by their names, types and owners, and sorted by any of them', async () => {
  assert.deepEqual(await slugs('/policies?search=OFFICE'), ['office'])
  assert.deepEqual(await slugs('/applications?search=the wiki'), ['wiki'])
  assert.deepEqual(await slugs('/flows?search=set up sluice'), ['initial-setup'], 'by a title')
  assert.deepEqual(await slugs('/providers?type=oidc'), ['native', 'notes', 'wiki'])
  assert.deepEqual(await slugs('/providers?type=saml'), [])
  assert.deepEqual(await slugs('/applications?owner=file&sort=-name'), ['wiki', 'notes', 'native'])
  assert.deepEqual(await slugs('/applications?owner=shipped'), [])
  assert.deepEqual(await paged('/applications?sort=-name', 'slug'), ['wiki', 'notes', 'native'])
  assert.deepEqual(await paged('/applications?sort=revision', 'slug'), ['native', 'notes', 'wiki'], 'equal ones by their slugs')
  assert.equal((await admin('GET', '/applications?type=oidc')).status, 400, 'applications have no type')
  const { next } = await admin.must('GET', '/applications?limit=1')
  assert.equal((await admin('GET', `/applications?limit=1&sort=name&cursor=${next}`)).body.code, 'invalid-cursor')
})

test('groups are found by their names, with the number of their members', async () => {
  assert.deepEqual(await slugs('/groups?search=ZAHL'), ['finance'])
  assert.deepEqual(await slugs('/groups?sort=-name'), ['finance', 'staff'])
  const { items } = await admin.must('GET', '/groups')
  assert.deepEqual(
    items.map(({ slug, members }: { slug: string; members: number }) => [slug, members]),
    [
      ['finance', 0],
      ['staff', 1],
    ],
  )
  assert.equal('members' in (await admin.must('GET', '/groups/staff')), false, 'what its ETag knows nothing of')
})

test('tokens and sessions say whose they are and which one is one’s own', async () => {
  const client = new Client(server.url, { accept: 'application/json' })
  await signIn(client, people.ada)
  const [ada] = (await admin.must('GET', '/users?username=ada')).items
  for (const [name, days] of [
    ['never', undefined],
    ['soon', 1],
    ['later', 9],
  ] as const) {
    const expiresAt = days === undefined ? null : new Date(Date.now() + days * 86_400_000).toISOString()
    await admin.must('POST', '/tokens', { name, user: ada.id, expiresAt })
  }
  const owner = { id: ada.id, username: 'ada', name: 'Ada Lovelace' }
  const tokens = (await admin.must('GET', `/tokens?user=${ada.id}&sort=expiresAt`)).items
  assert.deepEqual(
    tokens.map((token: Record<string, unknown>) => [token['name'], token['user'], token['owner'], token['current']]),
    ['soon', 'later', 'never'].map((name) => [name, ada.id, owner, false]),
  )
  assert.deepEqual(await paged(`/tokens?user=${ada.id}&sort=-expiresAt`, 'name'), ['never', 'later', 'soon'])
  assert.equal((await admin.must('GET', '/tokens?search=lovelace')).items.length, 3)
  const [own] = (await admin.must('GET', '/tokens?sort=-usedAt')).items
  assert.deepEqual([own.current, own.owner.username], [true, 'admin'])

  await signIn(new Client(server.url), people.ada)
  const here = { origin: server.url, 'sec-fetch-site': 'same-origin' }
  const { sessionId } = (await client.ask('/api/v1/me', { headers: here })).json()
  const sessions = (await client.ask('/api/v1/sessions?sort=seenAt', { headers: here })).json().items
  assert.equal(sessions.length, 2)
  assert.deepEqual(
    sessions.filter((one: { current: boolean }) => one.current).map((one: { id: string }) => one.id),
    [sessionId],
  )
  assert.deepEqual(sessions[0].owner, owner)
  assert.equal((await admin.must('GET', '/sessions?search=lovelace')).items.length, 2)
  assert.equal((await admin.must('GET', '/sessions?search=nobody')).items.length, 0)
  assert.equal((await admin.must('GET', '/me')).sessionId, null)

  const [login] = (await admin.must('GET', '/events?action=login')).items
  assert.deepEqual([login.user, login.userName], [ada.id, 'ada'])
})

test('an object, a group and a user tell what names them, as far as one may see that', async () => {
  await admin.must('POST', '/groups', { slug: 'payroll', parents: ['finance'] })
  const [bob] = (await admin.must('GET', '/users?username=bob')).items
  for (const slug of ['finance', 'payroll']) await admin.must('PUT', `/groups/${slug}/members/${bob.id}`)
  const bindings = [{ group: 'finance' }, { user: 'bob' }, { policy: 'office' }]
  await admin.must('POST', '/applications', { slug: 'ledger', spec: { name: 'The Ledger', access: bindings } })

  const at = (index: number, field: string) => ({
    kind: 'applications',
    slug: 'ledger',
    name: 'The Ledger',
    pointer: `/access/${index}/${field}`,
  })
  assert.deepEqual(await admin.must('GET', '/policies/office/used-by'), { items: [at(2, 'policy')], hidden: 0 })
  assert.deepEqual(await admin.must('GET', `/users/${bob.id}/used-by`), { items: [at(1, 'user')], hidden: 0 })
  assert.deepEqual(await admin.must('GET', '/groups/finance/used-by'), {
    items: [at(0, 'group')],
    hidden: 0,
    members: { direct: 1, all: 1 },
    groups: ['payroll'],
  })
  const { token } = await admin.must('POST', '/tokens', { name: 'limited', scopes: ['policies.view'] })
  assert.deepEqual(await admin.as(token).must('GET', '/policies/office/used-by'), { items: [], hidden: 1 })
  assert.equal((await admin('GET', '/policies/offices/used-by')).status, 404)
})

test('the members of a group are the same in whatever way they are looked for: in a small one, and in a large one', async () => {
  const large = await admin.must('POST', '/groups', { slug: 'large' })
  const usernames = Array.from({ length: 1100 }, (_, n) => `member-${String(n).padStart(4, '0')}`)
  const users = usernames.map((username, n) => ({
    id: randomUUIDv7(),
    username,
    username_key: username,
    name: '',
    email: null,
    email_key: null,
    email_verified: false,
    enabled: n % 2 === 0,
    attributes: '{}',
    version: 1,
    created_at: n,
    updated_at: n,
  }))
  const database = await openDatabase({ url: server.databaseUrl })
  await database.transaction(async (tx) => {
    await tx.insertInto('users').values(users).execute()
    await tx
      .insertInto('memberships')
      .values(users.map(({ id }) => ({ user_id: id, group_id: large.id })))
      .execute()
  })
  await database.close()
  const page = await admin.must('GET', '/users?group=large&limit=2&total=true')
  assert.deepEqual([page.items.map(({ username }: { username: string }) => username), page.total], [usernames.slice(0, 2), 1100])
  const { total } = await admin.must('GET', '/users?group=large&enabled=true&total=true&limit=1')
  assert.equal(total, 550)
  assert.deepEqual(
    (await admin.must('GET', '/users?group=staff')).items.map(({ username }: { username: string }) => username),
    ['ada'],
  )
  assert.deepEqual((await admin.must('GET', '/users?group=nowhere')).items, [])
})

test('what a search finds is counted to a limit, beyond which the answer says so', async () => {
  const { sql, transaction, close } = await openDatabase({ url: server.databaseUrl })
  const [from, to] = [20_000, 30_001]
  await transaction(async (tx) => {
    for (let start = from; start < to; start += 1000) {
      const users = Array.from({ length: Math.min(1000, to - start) }, (_, n) => {
        const username = `many-${start + n}`
        const times = { created_at: n, updated_at: n }
        const rest = { name: '', email: null, email_key: null, email_verified: false, enabled: n > 0, attributes: '{}', version: 1 }
        return { id: randomUUIDv7(), username, username_key: username, ...rest, ...times }
      })
      await tx.insertInto('users').values(users).execute()
      const searched = users.map(({ id, username }) => ({ user_id: id, names: `${username}\n`, email: null }))
      await tx
        .insertInto('user_search')
        .values(searched as Insertable<Tables['user_search']>[])
        .execute()
    }
  })
  const of = async (search: string) => {
    const { items, next, total, atLeast } = await admin.must('GET', `/users?search=${search}&limit=1&total=true`)
    return [items.length, next !== null, total, atLeast]
  }
  assert.deepEqual(await of('many'), [1, true, 10_000, true])
  assert.deepEqual(await of('ma'), [1, true, 10_000, true])
  assert.deepEqual(await of('many-2'), [1, true, 10_000, undefined])
  assert.deepEqual(await of('many-2&enabled=false'), [1, true, 10, undefined])
  assert.deepEqual(await of('many-30'), [1, false, 1, undefined])
  const everybody = await admin.must('GET', '/users?limit=1&total=true')
  const { n } = await sql
    .selectFrom('users')
    .select((row) => row.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  await close()
  assert.deepEqual([everybody.total, everybody.atLeast], [n, undefined], 'without a search all are counted')
})

test('who may see only themselves finds only themselves', async () => {
  const client = new Client(server.url, { accept: 'application/json' })
  await signIn(client, people.ada)
  const found = async (search: string) => {
    const here = { origin: server.url, 'sec-fetch-site': 'same-origin' }
    const { items, total } = (await client.ask(`/api/v1/users?search=${search}&total=true`, { headers: here })).json()
    return [items.map(({ username }: { username: string }) => username), total]
  }
  for (const [search, expected] of [
    ['ada', ['ada']],
    ['a', ['ada']],
    ['many', []],
    ['ma', []],
    ['bob', []],
  ] as const)
    assert.deepEqual(await found(search), [expected, expected.length], search)
})
