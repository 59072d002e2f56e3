import assert from 'node:assert/strict'
import { answerOf, authorizeAddress, redeem, refresh, userinfo } from '../hostile/attack.ts'
import { Client, type Credentials } from '../kit/client.ts'
import type { TestServer } from '../kit/server.ts'

/**
 * What one client was told by the server before it died. What was asked and not answered may have happened or not; what was answered must
 * hold for ever.
 */
export type Ledger = {
  readonly person: Credentials
  readonly client: Client
  /** How many answers there were, of the steps of `useUntilDeath`. */
  answers: number
  /** The server does not answer any more, or not before its database does. */
  over: boolean
  code?: { readonly code: string; sent: boolean; redeemed: boolean }
  /** The newest refresh token that was answered, those before it, and whether it was sent without an answer. */
  family?: { current: string; readonly before: string[]; accessToken: string; sent: boolean }
  /** Tokens whose code was used twice, which the client was told. */
  readonly revoked: { readonly refreshToken: string; readonly accessToken: string }[]
}

export const newLedger = (server: TestServer, person: Credentials): Ledger => ({
  person,
  client: new Client(server.url),
  answers: 0,
  over: false,
  revoked: [],
})

/** The server said that it could not find out: what was asked may have happened or not, as if it had said nothing. */
class Unknown extends Error {}
const told = <T extends { readonly status: number }>(answer: T): T => {
  if (answer.status === 503) throw new Unknown()
  return answer
}

/** Signs in, redeems, refreshes and gives one family away, over and over, until the server dies, or its database. */
export async function useUntilDeath(server: TestServer, ledger: Ledger): Promise<void> {
  try {
    for (;;) {
      await signInOnce(ledger)
      await redeemOnce(server, ledger)
      for (let times = 0; times < 3; times++) await refreshOnce(server, ledger)
      await betrayOnce(server, ledger)
    }
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof Unknown)) throw error
  } finally {
    ledger.over = true
  }
}

async function signInOnce(ledger: Ledger): Promise<void> {
  const { client, person } = ledger
  delete ledger.code
  let page = told(await client.open(authorizeAddress({ prompt: 'login' })))
  page = told(await client.submit(page, { identifier: person.username }))
  ledger.answers++
  page = told(await client.submit(page, { password: person.password }))
  ledger.code = { code: answerOf(page)['code'] ?? assert.fail('no code'), sent: false, redeemed: false }
  ledger.answers++
}

async function redeemOnce(server: TestServer, ledger: Ledger): Promise<void> {
  assert.ok(ledger.code)
  ledger.code.sent = true
  const { status, body } = told(await redeem(server, ledger.code.code))
  assert.equal(status, 200, JSON.stringify(body))
  ledger.code.redeemed = true
  ledger.answers++
  ledger.family = { current: body['refresh_token'], before: [], accessToken: body['access_token'], sent: false }
}

async function refreshOnce(server: TestServer, ledger: Ledger): Promise<void> {
  const { family } = ledger
  assert.ok(family)
  family.sent = true
  const { status, body } = told(await refresh(server, family.current))
  assert.equal(status, 200, JSON.stringify(body))
  family.before.push(family.current)
  family.current = body['refresh_token']
  family.accessToken = body['access_token']
  family.sent = false
  ledger.answers++
}

/** Uses the code again: from the answer on, its tokens are dead. */
async function betrayOnce(server: TestServer, ledger: Ledger): Promise<void> {
  const { code, family } = ledger
  assert.ok(code && family)
  const betrayed = { refreshToken: family.current, accessToken: family.accessToken }
  delete ledger.family
  assert.equal(told(await redeem(server, code.code)).status, 400)
  ledger.revoked.push(betrayed)
  ledger.answers++
}

/** Answers in one round of `useUntilDeath`. */
export const round = 7

/** What must hold after the server came back. */
export async function check(server: TestServer, ledger: Ledger): Promise<void> {
  for (const { refreshToken, accessToken } of ledger.revoked) {
    assert.equal(await userinfo(server, accessToken), 401, 'a revoked access token is alive')
    assert.equal((await refresh(server, refreshToken)).status, 400, 'a revoked refresh token is alive')
  }
  if (ledger.family) await familyHolds(server, ledger.family)
  if (ledger.code) await codeHolds(server, ledger.code, ledger.family === undefined)
}

async function familyHolds(server: TestServer, { current, before, sent }: NonNullable<Ledger['family']>): Promise<void> {
  const first = await refresh(server, current)
  if (!sent) assert.equal(first.status, 200, `a refresh token that was never used is dead: ${JSON.stringify(first.body)}`)
  assert.equal((await refresh(server, current)).status, 400, 'a refresh token worked twice')
  if (first.status === 200) {
    assert.equal((await refresh(server, first.body['refresh_token'])).status, 200, 'the family died in the grace')
  }
  for (const token of before) assert.equal((await refresh(server, token)).status, 400, 'a replaced refresh token worked')
}

/** `lone`: no token of it was answered, so that it may still be redeemed if it was never sent. */
async function codeHolds(server: TestServer, { code, sent, redeemed }: NonNullable<Ledger['code']>, lone: boolean): Promise<void> {
  const first = await redeem(server, code)
  if (redeemed) assert.equal(first.status, 400, 'a code was spent twice')
  if (lone && !sent) assert.equal(first.status, 200, `a code that was never used is dead: ${JSON.stringify(first.body)}`)
  assert.equal((await redeem(server, code)).status, 400, 'a code was spent twice')
  if (first.status === 200) assert.equal(await userinfo(server, first.body['access_token']), 401, 'its second use revoked nothing')
}
