import assert from 'node:assert/strict'
import test from 'node:test'
import { protocol } from '../plugin.ts'
import { confidential, proved, settingsOf, world } from '../test/harness.ts'

const parked = { redirectUri: 'https://app.example/cb', mode: 'query', scopes: ['openid', 'email'] } as const

/** The answers of a provider that was changed while the user signed in. */
const changedTo = async (changes: Readonly<Record<string, unknown>>) => {
  const { ada, clock, grants, providers, use } = await world()
  const provider = { ...providers.get('app')!, settings: settingsOf({ ...confidential, ...changes }) }
  const session = { id: 's', at: clock.now(), methods: ['pwd'], userId: ada.id, ...proved(['pwd']) }
  const common = { provider, request: { ...parked, scopes: [...parked.scopes] }, origin: 'http://localhost', use }
  const given: string[][] = []
  const watched = {
    ...use,
    grants: { ...grants, newId: () => 'g' },
    store: {
      ...use.store,
      put: async (_: string, stored: unknown) => {
        given.push((stored as { grant: { scopes: string[] } }).grant.scopes)
      },
    },
  }
  return {
    finished: await protocol.finish({ ...common, use: watched, subject: ada, session }),
    refused: await protocol.refused({ ...common, why: 'denied' }),
    given,
  }
}

test('a redirect URI that was removed meanwhile is sent nothing, neither a code nor an error', async () => {
  const { finished, refused, given } = await changedTo({ redirectUris: ['https://app.example/other'] })
  for (const answer of [finished, refused]) assert.ok(answer.answer === 'page' && answer.status === 400, JSON.stringify(answer))
  assert.deepEqual(given, [])
})

test('a scope that was taken away meanwhile is not granted', async () => {
  const { finished, given } = await changedTo({ scopes: ['openid'] })
  assert.equal(finished.answer, 'redirect')
  assert.deepEqual(given, [['openid']])
})
