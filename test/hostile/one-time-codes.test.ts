// Guessing the second factor of somebody whose password is known, and using one code of theirs many times at once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '../../core/engine/limits.ts'
import { Client, type Credentials, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { enrolled } from '../kit/second-factor.ts'
import { attacked } from './attack.ts'
import { type House, openHouse } from './house.ts'

const names = ['ida', 'max', 'lou'] as const
const [ida, max, lou] = names.map((username) => ({ username, password: `the password of ${username}` })) as [
  Credentials,
  Credentials,
  Credentials,
]
const period = 30_000
const window = limits.window * 1000
let house: House
before(async () => {
  house = await openHouse(
    attacked({
      users: Object.fromEntries(names.map((name) => [name, { password: `the password of ${name}` }])),
      settings: { mfa: { require: true } },
    }),
  )
})
after(() => house?.close())

let networks = 0
/** Somebody who knows the password, at a browser and a network of their own. */
const atCode = async (person: Credentials) => {
  const client = new Client(house.url, { 'x-forwarded-for': `198.51.100.${++networks % 250}` })
  return { client, page: await signIn(client, person) }
}
/** A few at a time: passwords that are typed at once count as tries until they are found right. */
const crowd = async (person: Credentials, size = 20) => {
  const all: Awaited<ReturnType<typeof atCode>>[] = []
  while (all.length < size) all.push(...(await Promise.all(Array.from({ length: Math.min(5, size - all.length) }, () => atCode(person)))))
  return all
}
const backupCodes = async (client: Client, page: Page): Promise<Page> =>
  client.submit(await client.submit(page, {}, 'Use another way'), {}, 'Backup codes')
const leave = async (client: Client): Promise<void> => void (await client.submit(await client.open('/if/flow/default-invalidation/'), {}))

/** How many of those who send something at the same time come in, are told that it is wrong, and are not looked at any more. */
const counted = async (waiting: readonly { readonly client: Client; readonly page: Page }[], code: string) => {
  const ends = await Promise.all(waiting.map(({ client, page }) => client.submit(page, { code })))
  const isIn = await Promise.all(waiting.map(({ client }) => isSignedIn(client)))
  assert.deepEqual(
    isIn,
    ends.map(({ url }) => url.pathname === landing),
    'whoever is led home is signed in, and nobody else',
  )
  const count = (is: (page: Page) => boolean) => ends.filter(is).length
  return {
    in: count(({ url }) => url.pathname === landing),
    used: count(({ status }) => status === 422),
    late: count(({ status }) => status === 429),
  }
}

test('a thousand guesses, from many browsers and at all that somebody has set up, are looked at ten times', async () => {
  const { secret, backupCodes: codes } = await enrolled(house, ida)
  const browsers = await crowd(ida)
  const seen: number[] = []
  const guess = async (client: Client, first: Page, guesses: number): Promise<void> => {
    let page = first
    for (let times = 0; times < guesses; times++) {
      page = await client.submit(page, { code: String(times).padStart(6, '0') })
      seen.push(page.status)
      if (!page.forms.some(({ fields }) => 'code' in fields)) return assert.equal(page.status, 403, page.text)
    }
  }
  await Promise.all(
    browsers.map(async ({ client, page }, index) => guess(client, index % 2 === 0 ? page : await backupCodes(client, page), 50)),
  )
  assert.equal(seen.length, 1000)
  const of = (status: number) => seen.filter((one) => one === status).length
  assert.deepEqual([of(422), of(429)], [limits.account, 1000 - limits.account])
  const right = await atCode(ida)
  assert.equal((await right.client.submit(right.page, { code: codeOf(secret, 1) })).status, 429, 'the right one is not looked at either')
  const backup = await atCode(ida)
  const page = await backupCodes(backup.client, backup.page)
  assert.equal((await backup.client.submit(page, { code: codes[0] ?? '' })).status, 429)

  house.later(window + 1000)
  const later = await atCode(ida)
  assert.equal((await later.client.submit(later.page, { code: codeOf(secret) })).url.pathname, landing, 'the limit ends')
})

test('of twenty browsers that send one code of an app at once one comes in, and its owner is not kept out', async () => {
  const { client: own, secret } = await enrolled(house, max)
  house.later(period)
  const code = codeOf(secret)
  const ends = await counted(await crowd(max), code)
  assert.equal(ends.in, 1)
  // Whoever came in has given its try back.
  assert.ok(ends.used <= limits.account, `${ends.used} were looked at`)
  assert.equal(ends.used + ends.late, 19)
  const again = await counted(await crowd(max, 2), code)
  assert.deepEqual([again.in, again.late], [0, 2], 'also later')

  await leave(own)
  const asked = await signIn(own, max)
  assert.equal((await own.submit(asked, { code })).status, 422, 'nor at a browser that they know')
  house.later(period)
  assert.equal((await own.submit(await own.open(asked.url), { code: codeOf(secret) })).url.pathname, landing, 'the next code is theirs')
  house.later(window + 1000)
  const elsewhere = await atCode(max)
  const late = await elsewhere.client.submit(elsewhere.page, { code })
  assert.equal(late.status, 422, 'a code of before is none')
  assert.equal((await elsewhere.client.submit(late, { code: codeOf(secret) })).url.pathname, landing)
})

test('of twenty browsers that send one backup code at once one comes in, and it is one code that is gone', async () => {
  const { client: own, backupCodes: codes } = await enrolled(house, lou)
  const [one = '', other = ''] = codes
  const waiting = await Promise.all((await crowd(lou)).map(async ({ client, page }) => ({ client, page: await backupCodes(client, page) })))
  const ends = await counted(waiting, one)
  assert.equal(ends.in, 1)
  assert.ok(ends.used <= limits.account, `${ends.used} were looked at`)
  assert.equal(ends.used + ends.late, 19)

  await leave(own)
  const asked = await backupCodes(own, await signIn(own, lou))
  const used = await own.submit(asked, { code: one })
  assert.equal(used.status, 422)
  assert.equal((await own.submit(used, { code: other })).url.pathname, landing, 'the others are good')
  const { items } = (await own.ask('/api/v1/devices', { headers: { accept: 'application/json' } })).json()
  const [left] = items.filter(({ kind }: { readonly kind: string }) => kind === 'recovery-codes')
  assert.match(left.description, new RegExp(`^${codes.length - 2} of ${codes.length}`), left.description)
})
