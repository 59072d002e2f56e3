import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { tokensFor, userinfo } from '../hostile/attack.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

type Key = { readonly kid: string; readonly algorithm: string; readonly state: string; readonly retiredAt: string | null }

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const byCommand = async (...args: readonly string[]): Promise<readonly Key[]> => {
  const { code, out, err } = await server.sluice(['keys', ...args, '--json'])
  assert.equal(code, 0, err)
  return JSON.parse(out) as readonly Key[]
}
const byApi = async (): Promise<readonly Key[]> => (await admin.must('GET', '/keys')).items
const statesOf = (keys: readonly Key[], algorithm: string) => keys.filter((key) => key.algorithm === algorithm).map(({ state }) => state)

/** The command and the API say the same of the same keys. */
const keys = async (): Promise<readonly Key[]> => {
  const [listed, told] = [await byCommand('list'), await byApi()]
  const shared = told.map((key) => Object.fromEntries(Object.keys(listed[0] ?? {}).map((name) => [name, key[name as keyof Key]])))
  assert.deepEqual(shared, listed)
  return listed
}
/** Those that are accepted as clients see them. */
const published = async (): Promise<readonly string[]> => {
  const response = await fetch(`${server.url}/application/o/wiki/jwks/`)
  return ((await response.json()) as { readonly keys: readonly Key[] }).keys.map(({ kid }) => kid)
}

test('at first there is a key of each algorithm, which signs, and the command says so in lines, too', async () => {
  assert.deepEqual(
    (await keys()).map(({ algorithm, state, retiredAt }) => [algorithm, state, retiredAt]),
    [
      ['ES256', 'active', null],
      ['EdDSA', 'active', null],
      ['RS256', 'active', null],
    ],
  )
  const { out } = await server.sluice(['keys', 'list'])
  assert.match(out, /^ES256 +active +\S{43} +from \d{4}-\S+$/m)
  assert.equal(out.trim().split('\n').length, 3)
})

test('the command publishes the next key, which signs later, and tells it again where there is one', async () => {
  const [next] = await byCommand('rotate', 'es256')
  assert.equal(next?.state, 'next')
  assert.deepEqual(await byCommand('rotate', 'ES256'), [next])
  assert.deepEqual(statesOf(await keys(), 'ES256'), ['next', 'active'])
  assert.ok((await published()).includes(next?.kid ?? ''))
})

test('the API publishes the next key of the algorithm that it is asked for, or of all', async () => {
  const { items } = await admin.must('POST', '/keys/rotate', { algorithm: 'EdDSA' })
  assert.deepEqual(statesOf(items, 'EdDSA'), ['next'])
  assert.equal(items.length, 1)
  const all: readonly Key[] = (await admin.must('POST', '/keys/rotate', {})).items
  assert.deepEqual(
    all.map(({ algorithm, state }) => `${algorithm} ${state}`),
    ['ES256 next', 'EdDSA next', 'RS256 next'],
  )
  assert.equal(all[1]?.kid, items[0].kid, 'the one that there was')
  for (const alg of ['ES256', 'EdDSA', 'RS256']) assert.deepEqual(statesOf(await keys(), alg), ['next', 'active'])
})

for (const way of ['the API', 'the command'] as const)
  test(`in an emergency ${way} revokes all keys of an algorithm, with what they signed, and a new one signs`, async () => {
    const { access_token } = await tokensFor(server, people.ada)
    assert.equal(await userinfo(server, access_token), 200)
    const before = (await keys()).filter(({ algorithm }) => algorithm === 'ES256').map(({ kid }) => kid)
    const [made]: readonly Key[] =
      way === 'the API'
        ? (await admin.must('POST', '/keys/rotate', { algorithm: 'ES256', now: true })).items
        : await byCommand('rotate', 'ES256', '--now', '--yes')
    assert.equal(made?.state, 'active')
    assert.equal(await userinfo(server, access_token), 401)
    const after = (await keys()).filter(({ algorithm }) => algorithm === 'ES256')
    assert.deepEqual(
      after.map(({ kid, state }) => `${state} ${kid}`).toSorted(),
      [`active ${made.kid}`, ...before.map((kid) => `retired ${kid}`)].toSorted(),
    )
    const live = await published()
    for (const kid of before) assert.ok(!live.includes(kid))
    const { access_token: next } = await tokensFor(server, people.ada)
    assert.equal(decodeProtectedHeader(next).kid, made.kid)
  })

test('what nobody can mean, or did not confirm, changes nothing', async () => {
  const before = await keys()
  const unknown = await server.sluice(['keys', 'rotate', 'HS256'])
  assert.notEqual(unknown.code, 0)
  assert.match(unknown.err, /no keys of "HS256"; there are ES256, EdDSA, RS256/)
  const unasked = await server.sluice(['keys', 'rotate', '--now'])
  assert.notEqual(unasked.code, 0)
  assert.match(unasked.err, /--yes/)
  for (const body of [{ algorithm: 'HS256' }, { algorithm: 'es256' }, { now: 'true' }, { now: 1 }])
    assert.equal((await admin('POST', '/keys/rotate', { body })).status, 400, JSON.stringify(body))
  assert.deepEqual(await keys(), before)
})

test('while no server runs the command does the same', async () => {
  const before = await keys()
  await server.stop()
  assert.deepEqual(await byCommand('list'), before)
  const [made] = await byCommand('rotate', 'RS256', '--now', '--yes')
  await server.restart()
  assert.deepEqual(
    (await keys()).filter(({ algorithm, state }) => algorithm === 'RS256' && state === 'active').map(({ kid }) => kid),
    [made?.kid],
  )
})
