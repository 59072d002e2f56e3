import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as jose from 'jose'
import { Client, isSignedIn } from '../kit/client.ts'
import { configuration, people, wiki } from '../kit/configuration.ts'
import { opened } from '../kit/database.ts'
import { codeFor, redeem, refresh, userinfo } from './attack.ts'
import { type House, openHouse } from './house.ts'

const hour = 3_600_000
const day = 24 * hour
const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
const clientOf = (alg: string) => ({ client_id: alg.toLowerCase(), client_secret: wiki.clientSecret })

let house: House
before(async () => {
  const { clientSecret, redirectUri } = wiki
  const provider = (alg: string) => ({
    type: 'oidc',
    with: {
      clientSecret,
      redirectUris: [redirectUri],
      idTokenAlg: alg,
      accessTokenAlg: alg,
      accessTokenLifetime: 86_400,
      idTokenLifetime: 86_400,
    },
  })
  const of = <T>(make: (alg: string) => T) => Object.fromEntries(algorithms.map((alg) => [alg.toLowerCase(), make(alg)]))
  house = await openHouse(
    configuration({
      providers: of(provider),
      applications: of((alg) => ({ name: alg, provider: alg.toLowerCase() })),
      settings: { keys: { rotateEvery: '7d' } },
    }),
  )
})
after(() => house?.close())

type Kept = { keys: jose.JWK[]; until: number }
/** What each client keeps of the key set, for as long as its Cache-Control allows. */
const kept = new Map<string, Kept>()
const fetched = async (alg: string): Promise<Kept> => {
  const response = await fetch(`${house.url}/application/o/${alg.toLowerCase()}/jwks/`)
  assert.equal(response.status, 200)
  const seconds = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1])
  assert.ok(seconds > 0)
  const { keys } = (await response.json()) as { keys: jose.JWK[] }
  return { keys, until: Date.now() + seconds * 1000 }
}
/** A client that asks for the set only when it may keep it no longer, and never because of a `kid` that it does not know. */
const verified = async (alg: string, jws: string) => {
  let set = kept.get(alg)
  if (!set || Date.now() >= set.until) kept.set(alg, (set = await fetched(alg)))
  await jose.jwtVerify(jws, jose.createLocalJWKSet({ keys: set.keys }), { currentDate: new Date() })
}
const kidOf = (jws: string) => String(jose.decodeProtectedHeader(jws).kid)

/** Waits until the job that rotates has looked at the time that it is now. */
const housekept = async (what: () => Promise<boolean>) => {
  for (let tries = 0; tries < 300; tries++) {
    if (await what()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail('the rotation did not go on')
}
const count = (where: 'next' | 'ended') =>
  opened(house, async ({ sql }) => {
    const rows = await sql.selectFrom('signing_keys').select(['active_from', 'retired_at']).execute()
    return rows.filter((row) => (where === 'next' ? row.active_from > Date.now() : row.retired_at !== null)).length
  })

test('under load through a whole rotation of each algorithm nothing fails, and the old key goes after its last token', async () => {
  const firstKid = new Map<string, string>()
  const lastOfFirst = new Map<string, { jws: string; dies: number }>()
  const refreshTokens = new Map<string, string>()

  /** Each client signs somebody in, refreshes, and has ID and access tokens looked at, several at once. */
  const load = async () => {
    await Promise.all(
      algorithms.map(async (alg) => {
        const as = clientOf(alg)
        const browser = new Client(house.url)
        const { status, body } = await redeem(house, await codeFor(browser, people.ada, { client_id: as.client_id }), as)
        assert.equal(status, 200, JSON.stringify(body))
        assert.ok(await isSignedIn(browser))
        const again = await refresh(house, refreshTokens.get(alg) ?? body['refresh_token'], as)
        assert.equal(again.status, 200, JSON.stringify(again.body))
        refreshTokens.set(alg, again.body['refresh_token'])
        for (const tokens of [body, again.body]) {
          for (const jws of [tokens['id_token'], tokens['access_token']] as string[]) {
            await verified(alg, jws)
            const kid = kidOf(jws)
            if (!firstKid.has(alg)) firstKid.set(alg, kid)
            if (kid === firstKid.get(alg)) lastOfFirst.set(alg, { jws, dies: Number(jose.decodeJwt(jws).exp) * 1000 })
          }
          assert.equal(await userinfo(house, tokens['access_token']), 200)
        }
        const old = lastOfFirst.get(alg)
        if (old && Date.now() < old.dies) await verified(alg, old.jws)
      }),
    )
  }

  const started = Date.now()
  await load()
  assert.equal(await count('next'), 0)
  house.jump(6 * day + 10 * 60_000)
  await housekept(async () => (await count('next')) === 3)
  await load()
  for (const alg of algorithms) {
    // What is kept may be as old as it is allowed to be; the set itself has the next key a day before it signs.
    const { keys } = await fetched(alg)
    assert.equal(keys.filter((key) => key.alg === alg).length, 2, `the next ${alg} key is published`)
  }

  // Across the moment at which the next key signs, in small steps.
  house.jump(day - 10 * 60_000)
  for (let step = 0; step < 8; step++) {
    await load()
    house.jump(5 * 60_000)
  }
  for (const alg of algorithms) {
    const { body } = await refresh(house, refreshTokens.get(alg)!, clientOf(alg))
    refreshTokens.set(alg, body['refresh_token'])
    assert.notEqual(kidOf(body['access_token']), firstKid.get(alg), `the next ${alg} key signs`)
  }
  await housekept(async () => (await count('ended')) >= 3)

  // Until just before its last token dies, the first key is published; later it is not, and what it signed is refused.
  const dies = Math.max(...[...lastOfFirst.values()].map((last) => last.dies))
  house.jump(dies - Date.now() - 60_000)
  await load()
  for (const [alg, { jws, dies: end }] of lastOfFirst) if (Date.now() < end) assert.equal(await userinfo(house, jws), 200, alg)
  house.jump(2 * hour)
  await load()
  for (const alg of algorithms) {
    const { keys } = await fetched(alg)
    assert.ok(!keys.some(({ kid }) => kid === firstKid.get(alg)), `the first ${alg} key is gone`)
    assert.equal(await userinfo(house, lastOfFirst.get(alg)!.jws), 401)
  }
  assert.ok(Date.now() - started > 7 * day)
})
