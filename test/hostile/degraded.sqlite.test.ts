import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { Client, isSignedIn, signIn, type Page } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked, codeFor, redeem } from './attack.ts'
import { type House, openHouse } from './house.ts'

const minute = 60_000
const hour = 60 * minute

/** Every answer to somebody who cannot be served: 503, when to come again, and neither insides nor a session. */
const isRefusedFor503 = (page: Page) => {
  assert.equal(page.status, 503, page.text)
  assert.ok(Number(page.headers.get('retry-after')) > 0)
  assert.ok(!/SQLITE|sqlite|node:internal|\.ts:\d/.test(page.body), page.body)
}

let house: House
before(async () => {
  house = await openHouse(attacked())
})
after(() => house?.close())

describe('a disk that is full', () => {
  test('is told by 503, opens nothing, gives nothing, and all is well when there is room', async () => {
    const signedIn = new Client(house.url)
    await signIn(signedIn, people.ada)
    const code = await codeFor(new Client(house.url), people.bob)
    house.diskIsFull(true)
    // What fits into pages that are there is still written; after some sign-ins none has room.
    const statuses = new Map<number, number>()
    const full: Client[] = []
    for (let n = 0; n < 400 && (statuses.get(503) ?? 0) < 20; n++) {
      const client = new Client(house.url)
      const page = await signIn(client, people.ada)
      statuses.set(page.status, (statuses.get(page.status) ?? 0) + 1)
      if (page.status === 503) {
        isRefusedFor503(page)
        full.push(client)
      }
    }
    assert.deepEqual(
      [...statuses.keys()].toSorted().filter((status) => status !== 200),
      [503],
      JSON.stringify([...statuses]),
    )
    assert.ok((statuses.get(503) ?? 0) >= 20)
    for (const client of full.slice(0, 3)) assert.ok(!(await isSignedIn(client)), 'nobody is let in by a failure')
    assert.ok([200, 503].includes((await redeem(house, code)).status))
    // Reading needs no room: whoever is in stays in, and the process is alive.
    assert.ok(await isSignedIn(signedIn))
    assert.equal((await new Client(house.url).ask('/-/health/live')).status, 200)
    const wrong = await signIn(new Client(house.url), { ...people.ada, password: 'wrong' })
    assert.ok([422, 429, 503].includes(wrong.status))

    house.diskIsFull(false)
    house.jump(16 * minute)
    const again = new Client(house.url)
    await signIn(again, people.ada)
    assert.ok(await isSignedIn(again))
    assert.equal((await redeem(house, await codeFor(again, people.ada))).status, 200)
  })
})

describe('a clock that jumps', () => {
  test('an hour ahead ends what had less time left, and opens nothing', async () => {
    const client = new Client(house.url)
    await signIn(client, people.ada)
    const code = await codeFor(client, people.ada)
    const tokens = (await redeem(house, await codeFor(client, people.ada))).body
    house.jump(hour)
    assert.equal((await redeem(house, code)).body.error, 'invalid_grant')
    const info = await client.ask('/application/o/userinfo/', { headers: { authorization: `Bearer ${tokens.access_token}` } })
    assert.equal(info.status, 401)
    assert.ok(await isSignedIn(client), 'a session of twelve hours goes on')
    house.jump(12 * hour)
    assert.ok(!(await isSignedIn(client)))
  })

  test('an hour back brings nothing back that was used or ended', async () => {
    const client = new Client(house.url)
    await signIn(client, people.bob)
    const code = await codeFor(client, people.bob)
    assert.equal((await redeem(house, code)).status, 200)
    const left = new Client(house.url)
    await signIn(left, people.bob)
    const cookies = [...left.cookies]
    await left.submit(await left.open('/if/flow/default-invalidation/'))
    house.jump(-hour)
    assert.equal((await redeem(house, code)).body.error, 'invalid_grant')
    const stolen = new Client(house.url)
    for (const [name, value] of cookies) stolen.cookies.set(name, value)
    assert.ok(!(await isSignedIn(stolen)), 'who signed out stays out')
    const later = new Client(house.url)
    await signIn(later, people.bob)
    assert.ok(await isSignedIn(later), 'and people sign in')
    house.jump(hour)
    assert.ok(await isSignedIn(later))
  })

  test('forth and back locks nobody out for longer than the jump and the window of tries', async () => {
    const guess = () => signIn(new Client(house.url), { ...people.ada, password: 'a guess' })
    house.jump(hour)
    for (let n = 0; n < 12; n++) await guess()
    assert.equal((await guess()).status, 429)
    house.jump(-hour)
    assert.equal((await guess()).status, 429, 'going back gives no more tries')
    house.jump(hour + 16 * minute)
    const client = new Client(house.url)
    await signIn(client, people.ada)
    assert.ok(await isSignedIn(client))
  })
})

describe('a database that is held by another program', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ apply: attacked() })
  })
  after(() => server?.stop())

  /** Takes the lock for writing as a backup or a tool may, for so many seconds. */
  const hold = async (seconds: number) => {
    const other = new BetterSqlite(join(server.dataDir, 'sluice.db'))
    other.exec('begin immediate')
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    other.exec('rollback')
    other.close()
  }

  test('for two seconds: a sign-in waits for it, and is then as it should be', async () => {
    const client = new Client(server.url)
    const held = hold(2)
    const [page] = await Promise.all([signIn(client, people.ada), held])
    assert.equal(page.status, 200, page.text)
    assert.ok(await isSignedIn(client))
  })

  test('for longer than it waits: 503, nobody is in, and it works again afterwards', async () => {
    const client = new Client(server.url)
    const page = await client.open('/if/flow/redirect/')
    const held = hold(11)
    const refused = await client.submit(page, { identifier: people.ada.username })
    isRefusedFor503(refused)
    await held
    assert.ok(!(await isSignedIn(client)))
    const again = new Client(server.url)
    await signIn(again, people.ada)
    assert.ok(await isSignedIn(again))
  })
})
