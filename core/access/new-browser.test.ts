import assert from 'node:assert/strict'
import test from 'node:test'
import { accessFixture } from './fixture.ts'
import { isNewBrowser } from './new-browser.ts'

const day = 24 * 3600 * 1000

test('a browser is new to whoever signed in elsewhere only, and to no new account', async () => {
  const { database, addUser, signIn, time } = await accessFixture()
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  const isNew = (browserId: string, userId: string) => database.transaction((tx) => isNewBrowser(tx, browserId, userId, time.now))
  assert.equal(await isNew('of-nobody', ada), false, 'the first sign-in')
  const { browserId } = await signIn(ada)
  assert.equal(await isNew(browserId, ada), false)
  assert.equal(await isNew('of-nobody', ada), true)
  assert.equal(await isNew(browserId, bob), false, 'the first of bob, where ada is known')
  const { browserId: other } = await signIn(bob)
  assert.equal(await isNew(browserId, bob), true)
  assert.equal(await isNew(other, ada), true)
  assert.equal(await isNew(other, 'nobody'), false)
  await database.close()
})

test('an account that was left alone until its browsers were forgotten has no first sign-in', async () => {
  const { database, addUser, time } = await accessFixture()
  const ada = await addUser()
  const isNew = () => database.transaction((tx) => isNewBrowser(tx, 'of-nobody', ada, time.now))
  time.now += 400 * day
  assert.equal(await isNew(), false)
  time.now += 1
  assert.equal(await isNew(), true)
  await database.close()
})
