import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { run } from '../kit/database.ts'
import { Client } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { assertRefused, attacked, codeFor, redeem, refresh, userinfo } from './attack.ts'
import { type House, openHouse } from './house.ts'

let house: House
before(async () => {
  house = await openHouse(attacked())
})
after(() => house.close())

const tokens = async () => (await redeem(house, await codeFor(new Client(house.url), people.ada))).body
const events = async (action: string) => {
  await house.work()
  return (await run(house, `select detail, application from events where action = '${action}'`)).rows
}

test('a refresh token that comes back after the grace takes its whole family with it, and is an event', async () => {
  const first = await tokens()
  const second = (await refresh(house, first['refresh_token'])).body
  assertRefused(await refresh(house, first['refresh_token']), 'invalid_grant')
  assert.equal(await userinfo(house, second['access_token']), 200, 'within the grace it is a race, not a theft')
  assert.equal((await events('token.reused')).length, 0)

  house.later(11_000)
  assertRefused(await refresh(house, first['refresh_token']), 'invalid_grant')
  assert.equal(await userinfo(house, second['access_token']), 401)
  assertRefused(await refresh(house, second['refresh_token']), 'invalid_grant')
  const [event, ...more] = await events('token.reused')
  assert.ok(event)
  assert.deepEqual(more, [])
  for (const token of [first, second]) assert.ok(!event.detail.includes(token['refresh_token']))
})

test('a token two generations old is a theft at once', async () => {
  const first = await tokens()
  const second = (await refresh(house, first['refresh_token'])).body
  const third = (await refresh(house, second['refresh_token'])).body
  assertRefused(await refresh(house, first['refresh_token']), 'invalid_grant')
  assert.equal(await userinfo(house, third['access_token']), 401)
  assertRefused(await refresh(house, third['refresh_token']), 'invalid_grant')
})

test('tokens end when their time has come, and so does the family', async () => {
  const first = await tokens()
  house.later(606_000)
  assert.equal(await userinfo(house, first['access_token']), 401)
  const second = (await refresh(house, first['refresh_token'])).body
  assert.equal(await userinfo(house, second['access_token']), 200)
  house.later(30 * 24 * 3600 * 1000)
  assertRefused(await refresh(house, second['refresh_token']), 'invalid_grant')
})

const inner = /\([^()]*\)/g
/** A statement without the statements in it. */
const outer = (text: string): string => (text.search(inner) < 0 ? text : outer(text.replaceAll(inner, '')))

/** What was asked of which table, by the first words. The store is elsewhere where there is a Redis. */
const asked = (statements: readonly string[]): readonly string[] =>
  statements
    .map(outer)
    .flatMap((text) => /^(?:select .*? from|update|insert into|with recursive) "(\w+)"/.exec(text)?.[1] ?? [])
    .filter((table) => table !== 'short_lived')
    .toSorted()

test('a refresh and userinfo ask again by two statements and one, none of them for configuration', async () => {
  const first = await tokens()
  await house.work()
  const second = (await refresh(house, first['refresh_token'])).body
  // Whose token it is, whether the grant is alive, the user and their groups; then the token is replaced.
  assert.deepEqual(asked((await house.work()).statements), ['grants', 'grants'])
  assert.equal(await userinfo(house, second['access_token']), 200)
  assert.deepEqual(asked((await house.work()).statements), ['grants'])
})
