import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { after, before, test } from 'node:test'
import { limits } from '../../core/engine/limits.ts'
import { Client, landing, type Page, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { attacked } from './attack.ts'
import { type House, openHouse } from './house.ts'

const composed = 'caf\u00e9 au lait for everybody'
const long = `${'a long password that goes on and on, '.repeat(4)}to its end`

let house: House
before(async () => {
  house = await openHouse(
    attacked({
      users: {
        eve: { email: 'eve@example.com', enabled: false, password: 'eve may not sign in' },
        zoe: { email: 'zoe@example.com' },
        lou: { email: 'lou@example.com', password: composed },
        max: { email: 'max@example.com', password: long },
        ida: { email: 'ida@example.com', password: 'the password of ida' },
        amy: { email: 'amy@example.com', password: 'the password of amy' },
      },
    }),
  )
})
after(() => house.close())

const begin = '/if/flow/default-authentication/'
const identified = async (client: Client, identifier: string) => client.submit(await client.open(begin), { identifier })
const trial = async (identifier: string, password: string, client = new Client(house.url)) =>
  client.submit(await identified(client, identifier), { password })
const isIn = (page: Page) => page.status === 200 && page.url.pathname === landing
/** What people see, without the name that they typed and its initial. */
const looks = ({ status, text }: Page, identifier: string) => [
  status,
  text.replaceAll(identifier, 'NAME').replace(/ \S Account:/, ' Account:'),
]

test('who has an account is told by no word, no status, no query and no hash', async () => {
  const probe = async (identifier: string) => {
    const client = new Client(house.url)
    const first = await client.open(begin)
    await house.work()
    const second = await client.submit(first, { identifier })
    const naming = await house.work()
    const third = await client.submit(second, { password: 'wrong' })
    const proving = await house.work()
    assert.equal(proving.hashes, 1, identifier)
    assert.equal(naming.hashes, 0)
    return {
      seen: [looks(second, identifier), looks(third, identifier)],
      naming: naming.statements.toSorted(),
      proving: proving.statements.toSorted(),
    }
  }
  const known = await probe('ada')
  for (const identifier of ['nobody', 'eve', 'zoe', 'ADA']) {
    const { seen, naming, proving } = await probe(identifier)
    assert.deepEqual(seen, known.seen, identifier)
    assert.equal(naming.length, known.naming.length, `${identifier}: ${naming.join('\n')}\n\nada: ${known.naming.join('\n')}`)
    assert.deepEqual(proving, known.proving, identifier)
  }
  const byAddress = await probe('ada@example.com')
  assert.deepEqual((await probe('nobody@example.com')).proving, byAddress.proving)
})

test('a disabled user and one without a password cannot sign in', async () => {
  assert.equal((await trial('eve', 'eve may not sign in')).status, 422)
  for (const password of ['', 'undefined', 'null', ' ']) assert.equal((await trial('zoe', password)).status, 422)
})

test('a password counts whole, in any form that looks the same, and with any bytes', async () => {
  assert.ok(isIn(await trial('lou', composed)))
  assert.ok(isIn(await trial('lou', composed.normalize('NFD'))))
  assert.ok(isIn(await trial('max', long)))
  for (const cut of [long.slice(0, 72), long.slice(0, -1), `${long} `, `${long}\0`, long.toUpperCase()])
    assert.equal((await trial('max', cut)).status, 422)
  await house.work()
  for (const odd of ['\0', 'x\0y', '\ud800', '🔑'.repeat(500), 'x'.repeat(60_000)]) {
    assert.equal((await trial('ada', odd)).status, 422)
    assert.equal((await house.work()).hashes, 1)
  }
})

test('guessing at one account ends soon and costs no hash more, and its owner still gets in', async () => {
  const owner = new Client(house.url)
  assert.ok(isIn(await trial('ida', 'the password of ida', owner)))
  await owner.submit(await owner.open('/if/flow/default-invalidation/'))
  await signIn(owner, { username: 'ida', password: 'the password of ida' })
  const known = new Client(house.url)
  for (const [name, value] of owner.cookies) known.cookies.set(name, value)

  await house.work()
  const statuses: number[] = []
  for (let tries = 0; tries < limits.account + 20; tries++) statuses.push((await trial('ida', `guess ${tries}`)).status)
  assert.equal((await house.work()).hashes, limits.account)
  assert.deepEqual([...new Set(statuses.slice(limits.account))], [429])
  const right = await trial('ida', 'the password of ida')
  assert.equal(right.status, 429, 'nor does the right password tell anything now')
  for (const name of ['ida@example.com', 'nobody@example.com'])
    assert.equal((await trial(name, 'a guess')).status, 422, 'no refusal tells that another name is the same account, or any')
  assert.match(right.headers.get('retry-after') ?? '', /^\d+$/)

  const again = await signIn(
    known,
    { username: 'ida', password: 'the password of ida' },
    '/application/o/authorize/?client_id=wiki&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&response_type=code&scope=openid&prompt=login',
  )
  assert.ok(again.to?.searchParams.get('code'), `the browser where ida signed in before: ${again.status}`)
  house.later(limits.window * 1000 + 1000)
  assert.ok(isIn(await trial('ida', 'the password of ida')), 'the limit ends')
})

test('browsers that got known by the password before guess at a new one as strangers do, and its owner is not locked out where they chose it', async () => {
  const before = 'the password of amy'
  const leave = async (client: Client) => client.submit(await client.open('/if/flow/default-invalidation/'))
  const owner = new Client(house.url)
  const thieves = Array.from({ length: 4 }, () => new Client(house.url))
  for (const thief of thieves) {
    assert.ok(isIn(await trial('amy', before, thief)))
    await leave(thief)
  }
  assert.ok(isIn(await trial('amy', before, owner)))
  house.later(1000)
  const chosen = await owner.submit(await owner.open('/if/flow/default-password-change/'), { password: before })
  const password = 'another password of amy'
  assert.equal((await owner.submit(chosen, { password, 'password-repeat': password })).status, 200)
  await leave(owner)

  const statuses: number[] = []
  for (const thief of thieves) for (let tries = 0; tries < 5; tries++) statuses.push((await trial('amy', `guess ${tries}`, thief)).status)
  assert.equal(statuses.filter((status) => status === 422).length, limits.account, statuses.join())
  assert.ok(isIn(await trial('amy', password, owner)))
})

test('one run takes ten wrong passwords and is over', async () => {
  const client = new Client(house.url)
  let page = await identified(client, 'somebody')
  for (let tries = 1; tries < limits.run; tries++) {
    page = await client.submit(page, { password: `guess ${tries}` })
    assert.equal(page.status, 422)
  }
  page = await client.submit(page, { password: 'the last guess' })
  assert.equal(page.status, 403)
  assert.equal((await client.open(page.url)).status, 410)
})

test('one password tried at hundreds of accounts at once is stopped, hashes wait in a queue, and the server answers meanwhile', async () => {
  house.later(limits.window * 1000 + 1000)
  const extra = 5
  const attempts: (() => Promise<Page>)[] = []
  for (let number = 0; number < limits.address + extra; number++) {
    const client = new Client(house.url)
    const page = await identified(client, `user-${number}`)
    attempts.push(() => client.submit(page, { password: people.bob.password }))
  }
  await house.work()
  const running = Promise.all(attempts.map((attempt) => attempt()))
  const over = new AbortController()
  void running.then(() => over.abort())
  let answered = 0
  while (!over.signal.aborted) {
    const { status } = await fetch(`${house.url}/-/health/ready`)
    assert.equal(status, 200)
    answered++
  }
  const statuses = (await running).map(({ status }) => status)
  assert.ok(answered > 2, `health was answered ${answered} times meanwhile`)
  assert.equal(statuses.filter((status) => status === 422).length, limits.address)
  assert.equal(statuses.filter((status) => status === 429).length, extra)
  assert.equal((await house.work()).hashes, limits.address)
  assert.ok(house.mostHashesAtOnce() <= availableParallelism(), `${house.mostHashesAtOnce()} hashes at once`)
})
