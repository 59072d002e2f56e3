import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { startPostgresql } from '../kit/postgresql.mjs'
import { startRedis } from '../kit/redis.ts'

/** The three set-ups that an installation can have. */
export const setUps = ['SQLite', 'PostgreSQL', 'PostgreSQL and Redis'] as const
export type SetUp = (typeof setUps)[number]

export type Stores = {
  /** The options of a server on a database of its own; it is made anew each time. */
  env(): Promise<Readonly<Record<string, string>>>
  stop(): Promise<void>
}

const durable = async () => {
  const server = await startPostgresql({ durable: true, settings: { shared_buffers: '256MB', max_wal_size: '4GB' } })
  return {
    async database(): Promise<string> {
      const name = `bench_${randomBytes(6).toString('hex')}`
      const client = new Client({ connectionString: server.url })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return new URL(`/${name}`, server.url).href
    },
    remove: () => server.remove(),
  }
}

/** PostgreSQL writes through to the disk here, as it does in production; Redis is as Debian ships it, without a copy on the disk. */
export const startStores = async (setUp: SetUp): Promise<Stores> => {
  if (setUp === 'SQLite') return { env: async () => ({}), stop: async () => {} }
  const postgresql = await durable()
  const redis = setUp === 'PostgreSQL and Redis' ? await startRedis() : undefined
  return {
    env: async () => ({
      SLUICE_DATABASE_URL: await postgresql.database(),
      SLUICE_SECRET_KEY: randomBytes(32).toString('base64'),
      ...(redis && { SLUICE_REDIS_URL: redis.url }),
    }),
    async stop() {
      await postgresql.remove()
      await redis?.kill()
    },
  }
}
