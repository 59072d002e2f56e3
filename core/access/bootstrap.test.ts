import assert from 'node:assert/strict'
import test from 'node:test'
import { Secret } from '../api/index.ts'
import { isSetUp, rolesOf } from '../identity/roles.ts'
import { createHasher } from '../keys/hashing.ts'
import { bootstrap, BootstrapRefused } from './bootstrap.ts'
import { accessFixture } from './fixture.ts'
import { createPasswords } from './passwords.ts'
import { createTokens } from './tokens.ts'

const text = 'the token of a script, 32 signs at least'
const wish = { email: 'root@example.com', password: new Secret('the password of a script'), token: new Secret(text) }
const nothing = { email: undefined, password: undefined, token: undefined }

const setUp = async () => {
  const { database, clock, recorded, addUser } = await accessFixture()
  const passwords = createPasswords({ database, hasher: createHasher() })
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const tokens = createTokens({ database, clock, log })
  const run = (wanted: Parameters<typeof bootstrap>[0]) =>
    bootstrap(wanted, { database, passwords, clock, events: { record: async (event) => void recorded.push(event) } })
  return { database, passwords, tokens, run, addUser, recorded }
}

test('the first start makes the administrator with password and token, and the next ones change nothing', async (t) => {
  const { database, passwords, tokens, run, recorded } = await setUp()
  t.after(() => database.close())
  await run(wish)
  const holder = await tokens.holder(text)
  assert.equal(holder?.username, 'admin')
  assert.ok(await passwords.verify(holder?.userId, 'the password of a script'))
  assert.deepEqual(await rolesOf(database)(holder?.userId ?? ''), ['admin'])
  assert.ok(await isSetUp(database))
  const { length } = recorded
  await run({ ...wish, password: new Secret('another password') })
  assert.equal((await tokens.holder(text))?.tokenId, holder?.tokenId)
  assert.ok(await passwords.verify(holder?.userId, 'the password of a script'), 'the password is that of the first start')
  assert.equal(recorded.length, length)
})

test('the token follows its option: another text replaces it, none removes it', async (t) => {
  const { database, tokens, run } = await setUp()
  t.after(() => database.close())
  await run(wish)
  await run({ ...wish, token: new Secret(`${text}!`) })
  assert.equal(await tokens.holder(text), undefined)
  assert.ok(await tokens.holder(`${text}!`))
  await run(nothing)
  assert.equal(await tokens.holder(`${text}!`), undefined)
})

test('without options nothing is made', async (t) => {
  const { database, run } = await setUp()
  t.after(() => database.close())
  await run(nothing)
  await run({ ...nothing, email: 'root@example.com' })
  assert.ok(!(await isSetUp(database)))
})

test('a user of that name who is no administrator is not made one, and a token needs its user', async (t) => {
  const { database, run, addUser } = await setUp()
  t.after(() => database.close())
  const id = await addUser('admin')
  await assert.rejects(run(wish), (error) => error instanceof BootstrapRefused && /there is a user "admin" already/.test(error.message))
  assert.deepEqual(await rolesOf(database)(id), [])
  await database.sql.deleteFrom('users').execute()
  await run(wish)
  await database.sql.deleteFrom('users').execute()
  await assert.rejects(run(wish), /there is no user "admin" whose token it could be; remove the option/)
})

test('a token is found by nothing but its whole text', async (t) => {
  const { database, tokens, run } = await setUp()
  t.after(() => database.close())
  await run(wish)
  const { id } = await database.sql.selectFrom('tokens').select('id').executeTakeFirstOrThrow()
  for (const wrong of [
    '',
    text.slice(1),
    `${text} `,
    id,
    `slc_${id.replaceAll('-', '')}_${'A'.repeat(43)}`,
    `slc_${'0'.repeat(32)}_${'A'.repeat(43)}`,
  ])
    assert.equal(await tokens.holder(wrong), undefined, wrong)
})
