import { Client } from 'pg'
import type { Figure } from './figures.ts'
import { rates, type Work } from './load.ts'
import { logIn } from './people.ts'
import { apart } from './process.ts'
import { accessToken, clientCredentials, cycle, introspect, refresh, refreshToken, userinfo } from './relying-party.ts'
import { startOurs, type Subject } from './servers.ts'
import { startStores } from './stores.ts'

const userCount = 100_000
const grantCount = 1_000_000

/** As many more users, ten grants of each, and sessions that they came by, as if they had come over years. */
const grow = async (url: string): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const now = Date.now()
  const id = (kind: string) => `md5('${kind}' || n)::uuid::text`
  await client.query(
    `insert into users (id, username, username_key, name, email, email_key, email_verified, enabled, attributes, version, created_at, updated_at)
     select ${id('u')}, 'crowd' || n, 'crowd' || n, 'Somebody ' || n, 'crowd' || n || '@example.com', 'crowd' || n || '@example.com', false, true, '{}', 1,
            ${now} - n, ${now} - n
     from generate_series(1, ${userCount}) n`,
  )
  await client.query(
    `insert into grants (id, user_id, application, provider, session_id, origin, scopes, offline, data, created_at, expires_at, generation, nonce)
     select ${id('g')}, md5('u' || (n % ${userCount} + 1))::uuid::text, 'app', 'app', ${id('s')}, 'http://localhost', '["openid","offline_access"]', true,
            '{"sub":"x","authTime":1,"amr":["pwd"],"acr":"1"}', ${now} - n, ${now} + 86400000 + n, 0, ''
     from generate_series(1, ${grantCount}) n`,
  )
  await client.query('vacuum analyze')
  await client.end()
}

const worksOf = async (ours: Subject): Promise<Readonly<Record<string, Work>>> => {
  const token = await accessToken(ours, ours.origin)
  const refreshTokens: string[] = []
  let visitor = 0
  const of = (run: Work['run']): Work => ({ pid: ours.pid, run })
  return {
    'client credentials': of(() => clientCredentials(ours)),
    'code and PKCE': of(() => cycle(ours)),
    refresh: of(async (worker) => {
      refreshTokens[worker] = await refresh(ours, (refreshTokens[worker] ??= await refreshToken(ours, ours.origin)))
    }),
    introspection: of(() => introspect(ours, token)),
    userinfo: of(() => userinfo(ours, token)),
    'password sign-in': of(() => logIn(ours.http, visitor++)),
  }
}

/**
 * What grows with an installation on PostgreSQL, and what must not: the same work on two servers, one with few users and one with
 * 100,000 users and 1,000,000 grants, by turns.
 */
export const grown = async (): Promise<readonly Figure[]> => {
  const stores = await startStores('PostgreSQL')
  const [few, many] = [await stores.env(), await stores.env()]
  const [small, large] = [await startOurs('ES256', few), await startOurs('ES256', many)]
  try {
    await grow(many['SLUICE_DATABASE_URL'] ?? '')
    return await apart([small.pid, large.pid], async () => {
      const figures: Figure[] = []
      const [inSmall, inLarge] = [await worksOf(small), await worksOf(large)]
      for (const [what, work] of Object.entries(inSmall)) {
        const measured = await rates({ small: work, large: inLarge[what] ?? work })
        const share = (measured.large.perSecond / measured.small.perSecond) * 100
        const of = `${what}, ES256, PostgreSQL`
        figures.push(
          { what: `${of}, 64 users`, value: measured.small.perSecond, unit: '/s' },
          { what: `${of}, ${userCount} users, ${grantCount} grants`, value: measured.large.perSecond, unit: '/s' },
          { what: `${of}, many to few`, value: share, unit: '%', aim: 'at least 90 %', met: share >= 90 },
        )
      }
      return figures
    })
  } finally {
    await small.stop()
    await large.stop()
    await stores.stop()
  }
}
