import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeOf, memory, planeOn, told } from './plane.fixture.ts'

test('a level that something asks for is there, and stays', async () => {
  const database = await memory()
  const plane = await planeOn(database)
  const commit = async (text: string) => told(await plane.commit(changeOf(text)))
  assert.match(
    (await commit('applications: { books: { name: B, access: [{ level: gold }] } }')).join(),
    /access\[0\]\.level: there is no level of authentication "gold"; there are 1, 2, phr/,
  )
  const when = 'flows: { careful: { title: C, designation: authentication, steps: [{ type: greeting, when: [{ level: gold }] }] } }'
  await commit(`settings: { mfa: { levels: [{ acr: gold, factors: 2 }] } }\n${when}`)
  assert.match(
    (await commit('settings: { mfa: null }')).join(),
    /flows\.careful\.steps\[0\]\.when\[0\]\.level: there is no level of authentication "gold"/,
  )
  const early = 'flows: { early: { title: E, designation: authentication, steps: [{ type: greeting }], access: [{ level: gold }] } }'
  assert.match((await commit(early)).join(), /flows\.early\.access: asks for a level of authentication, which nobody has reached before/)
  plane.close()
  await database.close()
})
