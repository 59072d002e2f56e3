import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Certificate, createAuthority } from '../kit/certificates.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { startPostgresql } from '../kit/postgresql.mjs'
import { startRedis, type TestRedis } from '../kit/redis.ts'
import { command, freePort, startServer, temporaryDirectory } from '../kit/server.ts'

const ours = createAuthority()
const another = createAuthority()
const certificates = {
  right: ours.certificate('DNS:localhost,IP:127.0.0.1'),
  onlyName: ours.certificate('DNS:localhost'),
  otherHost: ours.certificate('DNS:other.example'),
} as const
type Which = keyof typeof certificates
const secret = { SLUICE_SECRET_KEY: 'a secret key that is long enough for this' }

/** PostgreSQL wants a key that nobody else can read, and is another user where this one is root. */
const readable = ({ cert, key }: Certificate): Certificate => {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o755)
  const files = { cert: join(directory, 'server.pem'), key: join(directory, 'server.key') }
  copyFileSync(cert, files.cert)
  copyFileSync(key, files.key)
  chmodSync(files.key, 0o600)
  if (process.getuid?.() === 0) assert.equal(spawnSync('chown', ['postgres', files.key]).status, 0)
  return files
}

/** What a command that needs the service says; it ends at once, whatever it is. */
const said = async (env: Readonly<Record<string, string>>): Promise<string> => {
  const started = performance.now()
  const { code, err, out } = await command(['serve'], {
    directory: temporaryDirectory(),
    env: { ...secret, SLUICE_LISTEN_METRICS: 'off', SLUICE_LISTEN_HTTP: '127.0.0.1:1', ...env },
  }).ended
  assert.equal(code, 1, out)
  assert.doesNotMatch(err, /should not have happened|\n +at /)
  assert.ok(performance.now() - started < 20_000, 'it waits for nothing that waiting does not mend')
  return err
}

describe('TLS to PostgreSQL', { timeout: 120_000 }, () => {
  const servers: Partial<Record<Which | 'none', Awaited<ReturnType<typeof startPostgresql>>>> = {}
  before(async () => {
    servers.none = await startPostgresql()
    for (const which of Object.keys(certificates) as Which[]) {
      const { cert, key } = readable(certificates[which])
      servers[which] = await startPostgresql({ settings: { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key } })
    }
  })
  after(() => Promise.all(Object.values(servers).map((one) => one.remove())))
  const url = (which: Which | 'none', ca: string | undefined, host = 'localhost') =>
    `postgresql://postgres@${host}:${servers[which]?.port}/postgres?sslmode=verify-full${ca === undefined ? '' : `&sslrootcert=${ca}`}`

  test('a certificate of the authority that is named, for the host: the server works, and every connection is encrypted', async () => {
    const databaseUrl = url('right', ours.ca)
    const server = await startServer({ apply: configuration(), env: { ...secret, SLUICE_DATABASE_URL: databaseUrl } })
    try {
      await signIn(new Client(server.url), people.ada)
      const { rows } = await run(
        { databaseUrl: `postgresql://postgres@127.0.0.1:${servers.right?.port}/postgres` },
        "select a.application_name as name, s.ssl from pg_stat_ssl s join pg_stat_activity a using (pid) where a.application_name like 'sluice%' and a.pid <> pg_backend_pid()",
      )
      assert.ok(rows.some(({ name }) => name === 'sluice') && rows.some(({ name }) => name === 'sluice signals'), JSON.stringify(rows))
      assert.ok(rows.every(({ ssl }) => ssl === true))
    } finally {
      await server.stop()
    }
  })

  test('by an address instead of a name', async () => {
    assert.equal(
      (
        await command(['migrate'], {
          directory: temporaryDirectory(),
          env: { ...secret, SLUICE_DATABASE_URL: url('right', ours.ca, '127.0.0.1') },
        }).ended
      ).code,
      0,
    )
    assert.match(
      await said({ SLUICE_DATABASE_URL: url('onlyName', ours.ca, '127.0.0.1') }),
      /certificate is for other names \(DNS:localhost\)/,
    )
  })

  test('a certificate of another authority, or of one that nobody named, is refused', async () => {
    for (const ca of [another.ca, undefined])
      assert.match(
        await said({ SLUICE_DATABASE_URL: url('right', ca) }),
        /the database postgresql:\/\/localhost:\d+\/postgres cannot be used: its certificate is of an authority that is not trusted here .* sslrootcert=<file> in SLUICE_DATABASE_URL, or by NODE_EXTRA_CA_CERTS/,
      )
  })

  test('a certificate for another host is refused', async () => {
    assert.match(
      await said({ SLUICE_DATABASE_URL: url('otherHost', ours.ca) }),
      /certificate is for other names \(DNS:other\.example\); correct the host in SLUICE_DATABASE_URL/,
    )
  })

  test('a server without TLS is refused, and so is a file of the authority that is not there', async () => {
    assert.match(await said({ SLUICE_DATABASE_URL: url('none', ours.ca) }), /it offers no TLS; turn it on there/)
    assert.match(
      await said({ SLUICE_DATABASE_URL: url('right', '/nowhere/ca.pem') }),
      /the file \/nowhere\/ca\.pem cannot be read \(ENOENT\)/,
    )
  })
})

describe('TLS to Redis', { timeout: 120_000 }, () => {
  const servers: Partial<Record<Which, { readonly redis: TestRedis; readonly port: number }>> = {}
  before(async () => {
    for (const which of Object.keys(certificates) as Which[]) {
      const { cert, key } = certificates[which]
      const port = await freePort()
      const tls = ['--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no']
      servers[which] = { redis: await startRedis(...tls, '--tls-ca-cert-file', ours.ca), port }
    }
  })
  after(() => Promise.all(Object.values(servers).map(({ redis }) => redis.kill())))
  const url = (which: Which, host = 'localhost') => `rediss://${host}:${servers[which]?.port}/0`

  test('a certificate of an authority that Node was told of, for the host: the server works', async () => {
    const env = { SLUICE_REDIS_URL: url('right'), NODE_EXTRA_CA_CERTS: ours.ca }
    const server = await startServer({ apply: configuration(), env })
    try {
      await signIn(new Client(server.url), people.ada)
      assert.equal((await fetch(`${server.url}/-/health/ready`)).status, 200)
    } finally {
      await server.stop()
    }
  })

  test('a certificate of another authority, or of one that nobody named, is refused', async () => {
    for (const ca of [{ NODE_EXTRA_CA_CERTS: another.ca }, {}])
      assert.match(
        await said({ SLUICE_REDIS_URL: url('right'), ...ca }),
        /Redis at localhost:\d+ \(SLUICE_REDIS_URL\) cannot be used: its certificate is of an authority that is not trusted here .* by NODE_EXTRA_CA_CERTS/,
      )
  })

  test('a certificate for another host is refused, also where the host is an address', async () => {
    const env = { NODE_EXTRA_CA_CERTS: ours.ca }
    assert.match(
      await said({ SLUICE_REDIS_URL: url('otherHost'), ...env }),
      /certificate is for other names \(DNS:other\.example\); correct the host in SLUICE_REDIS_URL/,
    )
    assert.match(await said({ SLUICE_REDIS_URL: url('onlyName', '127.0.0.1'), ...env }), /certificate is for other names \(DNS:localhost\)/)
  })
})
