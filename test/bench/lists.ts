import { randomUUIDv7 } from 'node:crypto'
import { openDatabase } from '../../core/data/database.ts'
import { usernameKey } from '../../core/identity/names.ts'
import { indexUser } from '../../core/identity/search.ts'
import { adminToken, apiOf } from '../kit/api.ts'
import { startServer } from '../kit/server.ts'
import { percentile, timed, type Figure } from './figures.ts'

const userCount = 100_000
const memberCount = 50_000
const tries = 100
/** Page of 50 that is reached by cursors. */
const deepPage = 500
/** Rows in one statement: SQLite takes 32,766 values. */
const chunk = 1000

const firstNames = ['Ada', 'Bob', 'Grace', 'Joan', 'Ken', 'Linus', 'Margaret', 'Niklaus', 'Radia', 'Tim']
const lastNames = ['Lovelace', 'Example', 'Hopper', 'Clarke', 'Thompson', 'Hamilton', 'Wirth', 'Perlman', 'Berners', 'Liskov']

/** The nth user. Names repeat, as those of people do. */
const userOf = (index: number, now: number) => {
  const username = `user${String((index * 7919) % userCount).padStart(6, '0')}`
  const email = `${username}@example.com`
  return {
    id: randomUUIDv7(),
    username,
    username_key: usernameKey(username),
    name: `${firstNames[index % 10]} ${lastNames[Math.floor(index / 10) % 10]}`,
    email,
    email_key: email,
    email_verified: false,
    enabled: true,
    attributes: '{}',
    version: 1,
    created_at: now - index * 1000,
    updated_at: now - index * 500,
  }
}

/** Writes users, and half of them into one group, as if they had come over years. */
const fill = async (path: string): Promise<void> => {
  const database = await openDatabase({ url: `sqlite:${path}` })
  const now = Date.now()
  const groupId = randomUUIDv7()
  await database.transaction(async (tx) => {
    await tx.insertInto('groups').values({ id: groupId, slug: 'crowd', name: 'Crowd', version: 1 }).execute()
    for (let from = 0; from < userCount; from += chunk) {
      const users = Array.from({ length: chunk }, (_, index) => userOf(from + index, now))
      await tx.insertInto('users').values(users).execute()
      for (const { id } of users) await indexUser(tx, id)
      if (from < memberCount)
        await tx
          .insertInto('memberships')
          .values(users.map(({ id }) => ({ user_id: id, group_id: groupId })))
          .execute()
    }
  })
  await database.close()
}

/** What lists of many users cost, over HTTP. */
export const lists = async (): Promise<readonly Figure[]> => {
  const server = await startServer({ env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  try {
    await fill(`${server.dataDir}/sluice.db`)
    const api = apiOf(server.url, adminToken)
    let cursor = ''
    for (let page = 1; page < deepPage; page++) cursor = `&cursor=${(await api.must('GET', `/users?limit=50${cursor}`)).next}`
    const asked: Readonly<Record<string, string>> = {
      'first page': '/users?limit=50',
      [`page ${deepPage} by cursor`]: `/users?limit=50${cursor}`,
      'search with few hits': '/users?search=user04242',
      'search with no hit': '/users?search=nobody-at-all',
      'search with many hits': '/users?search=hopper',
      'search with few hits, by name': '/users?search=user04242&sort=name',
      'search for two letters with many hits': '/users?search=er&total=true',
      'search for two letters with no hit': '/users?search=zq&total=true',
      'search with few hits, with total': '/users?search=user04242&total=true',
      'search that everybody meets, with total': '/users?search=example&total=true',
      'search with many hits, by name, with total': '/users?search=hopper&sort=name&total=true',
      'search of those enabled, with total': '/users?search=hopper&enabled=true&total=true',
      'newest first': '/users?sort=-createdAt',
      'with total': '/users?total=true',
      'search with total': '/users?search=hopper&total=true',
      [`members of a group of ${memberCount}`]: '/users?group=crowd',
      [`members of a group of ${memberCount}, newest first, with total`]: '/users?group=crowd&sort=-createdAt&total=true',
      'groups with numbers of members': '/groups',
    }
    const figures: Figure[] = []
    for (const [what, path] of Object.entries(asked)) {
      const times: number[] = []
      for (let count = 0; count < tries; count++) times.push(await timed(() => api.must('GET', path)))
      const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
      figures.push({ what: `${userCount} users, ${what}: median`, value: p50, unit: 'ms' })
      figures.push({ what: `${userCount} users, ${what}: 99 %`, value: p99, unit: 'ms', aim: '50 ms at most', met: p99 <= 50 })
    }
    return figures
  } finally {
    await server.stop()
  }
}
