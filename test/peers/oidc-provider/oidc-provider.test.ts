import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer, type TestServer } from '../../kit/server.ts'
import { documentWith } from '../typing.ts'
import { assertions } from './assertions.ts'
import { authorization } from './authorization.ts'
import { clients, ours, theirs, type Party } from './party.ts'
import { token } from './token.ts'
import { userinfo } from './userinfo.ts'

// A certified implementation by others is asked the same as ours. An expected outcome that is wrong for either fails.

let server: TestServer
let us: Party
let them: Awaited<ReturnType<typeof theirs>>

before(async () => {
  server = await startServer({
    apply: documentWith({
      app: { clientSecret: clients.app.secret, redirectUris: [clients.app.redirectUri] },
      other: { clientSecret: clients.other.secret, redirectUris: [clients.other.redirectUri] },
      robot: { jwks: { keys: [clients.robot.jwk] }, redirectUris: [clients.robot.redirectUri] },
      spa: { clientType: 'public', redirectUris: [clients.spa.redirectUri] },
    }),
  })
  us = await ours(server.url)
  them = await theirs()
  // The first request opens their session.
  await them.authorize(
    new URLSearchParams({ client_id: 'app', response_type: 'code', scope: 'openid', redirect_uri: clients.app.redirectUri }).toString(),
  )
})

after(async () => {
  await them?.stop()
  await server?.stop()
})

const groups = {
  'authorization endpoint': authorization,
  'token endpoint': token,
  'client assertions': assertions,
  'userinfo and claims': userinfo,
}
for (const [place, cases] of Object.entries(groups))
  for (const one of cases)
    test(`${place}: ${one.name}`, async () => {
      const expected = 'both' in one ? { ours: one.both, theirs: one.both } : { ours: one.ours, theirs: one.theirs }
      assert.deepEqual({ ours: await one.run(us), theirs: await one.run(them) }, expected, 'why' in one ? one.why : undefined)
    })
