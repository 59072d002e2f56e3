import { once } from 'node:events'
import { stdin, stdout } from 'node:process'
import { startPostgresql } from './postgresql.mjs'
import { startRedis } from './redis.ts'

// `node test/kit/services.ts`: a PostgreSQL and a Redis for tests, until its input ends. Its one line of output says where they are.
const [postgresql, redis] = await Promise.all([startPostgresql(), startRedis('--databases', '16384')])
stdout.write(`${JSON.stringify({ TEST_DATABASE: postgresql.url, TEST_REDIS: redis.url })}\n`)
stdin.resume()
await once(stdin, 'end')
await Promise.all([postgresql.remove(), redis.kill()])
process.exit(0)
