import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Peer, startPeer } from '../peers/process.ts'
import { startPostgresql } from './postgresql.mjs'
import { startRedis, type TestRedis } from './redis.ts'
import { freePort, startServer, temporaryDirectory, type TestServer } from './server.ts'

export type Cluster = {
  /** Where everybody comes to: HAProxy's origin, which is the servers' SLUICE_URL. */
  readonly url: string
  readonly replicas: readonly TestServer[]
  readonly postgresql: Awaited<ReturnType<typeof startPostgresql>>
  readonly redis: TestRedis | undefined
  /** For who looks into the database behind their back. */
  readonly databaseUrl: string
  /** Waits until HAProxy sends requests to so many of them. */
  serving(count: number): Promise<void>
  stop(): Promise<void>
}

/** How long a server that is asked to end goes on, in seconds: HAProxy looks every 300 ms, and believes the first refusal. */
const drain = 2

/** As `docs/operations.md` has it for people: no sticky sessions, and only what never came to a server is sent to another. */
const haproxyFile = (port: number, stats: number, backends: readonly number[]): string => `global
  maxconn 2000
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  option forwardfor
  option redispatch
  retries 3
  retry-on conn-failure
frontend front
  bind 127.0.0.1:${port}
  default_backend sluice
frontend stats
  bind 127.0.0.1:${stats}
  stats enable
  stats uri /stats
backend sluice
  balance roundrobin
  option httpchk GET /-/health/ready
  default-server check inter 300ms fall 1 rise 1
${backends.map((backend, index) => `  server replica${index} 127.0.0.1:${backend}\n`).join('')}`

/** Real servers on one PostgreSQL, whose commits are on the disk, and on one Redis if that is wished, behind a real HAProxy. */
export async function startCluster(wish: {
  readonly replicas: number
  readonly apply: object
  readonly redis?: boolean
  readonly env?: Readonly<Record<string, string>>
}): Promise<Cluster> {
  const [postgresql, redis] = await Promise.all([startPostgresql({ durable: true }), wish.redis ? startRedis() : undefined])
  const [port, stats] = await Promise.all([freePort(), freePort()])
  const url = `http://localhost:${port}`
  const env = {
    SLUICE_URL: url,
    SLUICE_DATABASE_URL: postgresql.url,
    SLUICE_SECRET_KEY: randomBytes(32).toString('base64'),
    SLUICE_DRAIN: `${drain}s`,
    SLUICE_LISTEN_METRICS: 'off',
    ...(redis && { SLUICE_REDIS_URL: redis.url }),
    ...wish.env,
  }
  // All at once: of those that find an empty database one sets it up.
  const replicas = await Promise.all(Array.from({ length: wish.replicas }, () => startServer({ apply: wish.apply, env })))
  const file = join(temporaryDirectory(), 'haproxy.cfg')
  writeFileSync(
    file,
    haproxyFile(
      port,
      stats,
      replicas.map((server) => Number(new URL(server.url).port)),
    ),
  )
  const proxy: Peer = await startPeer('haproxy', ['-db', '-f', file], { port })
  const up = async (): Promise<number> => {
    const table = await (await fetch(`http://127.0.0.1:${stats}/stats;csv`)).text()
    return table.split('\n').filter((line) => /^sluice,replica\d+,/.test(line) && line.split(',')[17] === 'UP').length
  }
  return {
    url,
    replicas,
    postgresql,
    redis,
    databaseUrl: postgresql.url,
    async serving(count) {
      for (let tries = 0; (await up()) !== count; tries++) {
        if (tries > 300) throw new Error(`HAProxy sends requests to ${await up()} of ${replicas.length}, not to ${count}`)
        await sleep(50)
      }
    },
    async stop() {
      await proxy.stop()
      await Promise.all(replicas.map((server) => server.stop('SIGKILL')))
      await Promise.all([postgresql.remove(), redis?.kill()])
    },
  }
}
