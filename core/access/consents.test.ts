import assert from 'node:assert/strict'
import test from 'node:test'
import { createConsents } from './consents.ts'
import { accessFixture } from './fixture.ts'

test('what was allowed once is covered, all of it together, for this user and application only', async (t) => {
  const { addUser, close, database, time } = await accessFixture()
  t.after(() => database.close())
  const consents = createConsents(database)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  assert.equal(await consents.covers(ada, 'demo', []), false)
  await close({ runId: 'one', effects: [consents.allow(ada, 'demo', ['openid', 'email'])] })
  time.now += 1000
  await close({ runId: 'two', effects: [consents.allow(ada, 'demo', ['groups', 'email'])] })
  assert.equal(await consents.covers(ada, 'demo', ['groups', 'openid', 'email']), true)
  assert.equal(await consents.covers(ada, 'demo', ['email', 'profile']), false)
  assert.equal(await consents.covers(ada, 'other', ['openid']), false)
  assert.equal(await consents.covers(bob, 'demo', ['openid']), false)
  assert.deepEqual(await database.sql.selectFrom('consents').select(['scopes', 'created_at', 'updated_at']).execute(), [
    { scopes: '["openid","email","groups"]', created_at: time.now - 1000, updated_at: time.now },
  ])
})
