import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { inspect } from 'node:util'
import { problemText } from '../configuration/problem.ts'
import { type Options, readOptions } from './options.ts'
import { secretKeyOf } from './secret-key.ts'

type Files = Readonly<Record<string, string>>

/** Reads options in a directory of their own with these files, so that no file of the machine takes part. */
const read = (env: Readonly<Record<string, string>> = {}, files: Files = {}) => {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-options-'))
  for (const [name, text] of Object.entries(files)) {
    if (name.includes('/')) mkdirSync(join(cwd, name, '..'), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
  return { cwd, result: readOptions({ env, cwd, systemFile: join(cwd, 'system.yml') }) }
}
const optionsOf = (...given: Parameters<typeof read>): Options & { readonly cwd: string } => {
  const { cwd, result } = read(...given)
  assert.ok('options' in result, 'problems' in result ? result.problems.map(problemText).join('\n') : '')
  return { ...result.options, cwd }
}
const problemsOf = (...given: Parameters<typeof read>): readonly string[] => {
  const { cwd, result } = read(...given)
  return 'problems' in result ? result.problems.map((problem) => problemText(problem).replaceAll(`${cwd}/`, '')) : []
}

test('defaults', () => {
  const { cwd, ...options } = optionsOf()
  assert.deepEqual(options, {
    url: undefined,
    listenHttp: { host: '0.0.0.0', port: 9000 },
    listenMetrics: { host: '127.0.0.1', port: 9300, byDefault: true },
    dataDir: join(cwd, 'data'),
    databaseUrl: `sqlite:${join(cwd, 'data', 'sluice.db')}`,
    redisUrl: undefined,
    secretKey: undefined,
    secretKeyPrevious: undefined,
    trustedProxies: ['127.0.0.0/8', '::1/128'],
    maxConnections: 10_000,
    workers: 1,
    outgoingAllow: [],
    apply: [],
    plugins: [],
    templates: join(cwd, 'data', 'templates'),
    grants: new Map(),
    drain: 0,
    slowRun: 1000,
    logLevel: 'info',
    bootstrap: { email: undefined, password: undefined, token: undefined },
    file: undefined,
    configuration: undefined,
  })
})

test('several workers need PostgreSQL', () => {
  const key = { SLUICE_SECRET_KEY: 'k'.repeat(40) }
  assert.equal(optionsOf({ SLUICE_WORKERS: '4', SLUICE_DATABASE_URL: 'postgresql://a@b/c', ...key }).workers, 4)
  assert.equal(optionsOf({ SLUICE_WORKERS: '1' }).workers, 1)
  const [problem = ''] = problemsOf({ SLUICE_WORKERS: '2' })
  assert.match(problem, /SLUICE_WORKERS: 2 processes need PostgreSQL, since the embedded database belongs to one; set SLUICE_DATABASE_URL=/)
  for (const wrong of ['0', '65', '1.5', '-2', 'all'])
    assert.deepEqual(problemsOf({ SLUICE_WORKERS: wrong }), [`SLUICE_WORKERS: "${wrong}" is not a whole number from 1 to 64`])
})

test('the environment comes before the file, the file before the default; an empty variable is none', () => {
  const files = { 'sluice.yml': 'listen_http: 127.0.0.1:1\nlog_level: warn\nurl: https://file.example\n' }
  const options = optionsOf({ SLUICE_LISTEN_HTTP: '[::]:2', SLUICE_LOG_LEVEL: '' }, files)
  assert.deepEqual(options.listenHttp, { host: '::', port: 2 })
  assert.equal(options.logLevel, 'warn')
  assert.equal(options.url?.origin, 'https://file.example')
  assert.equal(options.file, join(options.cwd, 'sluice.yml'))
})

test('SLUICE_CONFIG names the file, else sluice.yml, else the file of the system; paths in it start at it', () => {
  const files = {
    'sluice.yml': 'log_level: warn',
    'system.yml': 'log_level: error',
    'etc/other.yml': 'log_level: debug\ndata_dir: ./store\napply: [a, b]',
  }
  const options = optionsOf({ SLUICE_CONFIG: 'etc/other.yml' }, files)
  assert.deepEqual(
    [options.logLevel, options.dataDir, options.apply],
    ['debug', join(options.cwd, 'etc/store'), [join(options.cwd, 'etc/a'), join(options.cwd, 'etc/b')]],
  )
  assert.equal(optionsOf({}, files).logLevel, 'warn')
  assert.equal(optionsOf({}, { 'system.yml': 'log_level: error' }).logLevel, 'error')
  assert.deepEqual(problemsOf({ SLUICE_CONFIG: 'gone.yml' }), ['SLUICE_CONFIG: the file gone.yml cannot be read (ENOENT)'])
})

test('everything that is wrong comes at once, each with its name, the value, the reason and the fix', () => {
  const problems = problemsOf(
    {
      SLUICE_URL: 'id.example.com',
      SLUICE_LISTEN_HTP: '1',
      SLUICE_TRUSTED_PROXIES: '10.0.0.0/33, ::1',
      SLUICE_REDIS_URL: 'http://u:private@x',
      SLUICE_EMAIL_HOST: 'x',
      SLUICE_SECRET_KEY: 'short-and-private',
      SLUICE_DATABASE_URL: 'postgres://u:private@h',
    },
    { 'sluice.yml': 'listen_http: "9000"\nlog_level: loud\nlog_levl: info\nlisten_ldap: x\ndata_dir: { a: b }\n' },
  )
  assert.deepEqual(problems, [
    'there is no option SLUICE_LISTEN_HTP; did you mean "SLUICE_LISTEN_HTTP"?',
    'SLUICE_EMAIL_HOST is not built yet; remove it',
    'sluice.yml:3:1: there is no option log_levl; did you mean "log_level"?',
    'sluice.yml:4:1: listen_ldap is not built yet; remove it',
    'sluice.yml:5:1: data_dir must be a text or a list of texts',
    'SLUICE_URL: "id.example.com" is not an address; write it like https://id.example.com',
    'sluice.yml:1:14: listen_http: "9000" is not an address and a port; write it like 0.0.0.0:9000 or [::]:9000',
    'SLUICE_DATABASE_URL names no database after the host; write it like postgresql://sluice:password@localhost:5432/sluice',
    'SLUICE_REDIS_URL is not the address of a Redis; write it like redis://user:password@redis:6379/0',
    'SLUICE_SECRET_KEY has 17 characters, 32 are the least; make one by: openssl rand -base64 32',
    'SLUICE_TRUSTED_PROXIES: "10.0.0.0/33, ::1" contains "10.0.0.0/33"; after the slash stands a number from 0 to 32',
    'sluice.yml:2:12: log_level: "loud" is not one of debug, info, warn, error',
  ])
  assert.ok(!problems.join().includes('private'))
})

test('addresses that look right but are not are refused', () => {
  const refused = (env: Record<string, string>) => assert.equal(problemsOf(env).length, 1, JSON.stringify(env))
  for (const url of ['ftp://x.example', 'https://x.example/path', 'https://u:p@x.example', 'https://x.example?q', 'https://'])
    refused({ SLUICE_URL: url })
  for (const listen of ['9000', ':9000', '0.0.0.0', '0.0.0.0:70000', '300.0.0.1:80', '[0.0.0.0]:80', '::1:9000', 'a b:80'])
    refused({ SLUICE_LISTEN_HTTP: listen })
  for (const network of ['10.0.0.0/8/8', 'localhost', '10.0.0.0/', '::1/129', '10.0.0.0/-1']) refused({ SLUICE_TRUSTED_PROXIES: network })
  for (const database of ['sqlite:', 'mysql://x', '/data/x.db', 'postgresql:x', 'postgresql://h:x/db', 'postgres://h/'])
    refused({ SLUICE_DATABASE_URL: database })
  assert.deepEqual(optionsOf({ SLUICE_OUTGOING_ALLOW: '10.1.2.0/24,fd00::1' }).outgoingAllow, ['10.1.2.0/24', 'fd00::1/128'])
  assert.deepEqual(optionsOf({ SLUICE_TRUSTED_PROXIES: '10.0.0.1, fd00::/8' }).trustedProxies, ['10.0.0.1/32', 'fd00::/8'])
  assert.equal(optionsOf({ SLUICE_DATABASE_URL: 'sqlite::memory:' }).databaseUrl, 'sqlite::memory:')
  assert.equal(optionsOf({ SLUICE_DATABASE_URL: 'sqlite:/x/y.db' }).databaseUrl, 'sqlite:/x/y.db')
  const served = 'postgresql://sluice:p%40ss@db.example:5432/sluice?sslmode=require'
  assert.equal(optionsOf({ SLUICE_DATABASE_URL: served, SLUICE_SECRET_KEY: 'k'.repeat(40) }).databaseUrl, served)
})

test('a secret may come from a file, but not from two places', () => {
  const key = 'k'.repeat(40)
  assert.equal(optionsOf({ SLUICE_SECRET_KEY_FILE: 'key' }, { key: `${key}\n` }).secretKey?.reveal(), key)
  assert.equal(optionsOf({}, { key, 'sluice.yml': 'secret_key_file: key' }).secretKey?.reveal(), key)
  assert.deepEqual(problemsOf({ SLUICE_SECRET_KEY_FILE: 'gone' }), ['SLUICE_SECRET_KEY_FILE: the file gone cannot be read (ENOENT)'])
  assert.deepEqual(problemsOf({ SLUICE_SECRET_KEY: key, SLUICE_SECRET_KEY_FILE: 'key' }, { key }), [
    'SLUICE_SECRET_KEY and SLUICE_SECRET_KEY_FILE are both set; remove one of them',
  ])
  assert.match(problemsOf({ SLUICE_URL_FILE: 'x' }).join(), /there is no option SLUICE_URL_FILE/)
  assert.ok(!inspect(optionsOf({ SLUICE_SECRET_KEY: key })).includes(key))
})

test('what makes the first administrator has to be good enough, and is not repeated where it is not', () => {
  const { bootstrap } = optionsOf(
    { SLUICE_BOOTSTRAP_EMAIL: 'root@example.com', SLUICE_BOOTSTRAP_PASSWORD_FILE: 'p' },
    { p: 'long enough\n' },
  )
  assert.deepEqual([bootstrap.email, bootstrap.password?.reveal(), bootstrap.token], ['root@example.com', 'long enough', undefined])
  assert.deepEqual(
    problemsOf({
      SLUICE_BOOTSTRAP_EMAIL: 'root',
      SLUICE_BOOTSTRAP_PASSWORD: 'canary',
      SLUICE_BOOTSTRAP_TOKEN: 'canary with spaces and 32 signs',
    }),
    [
      'SLUICE_BOOTSTRAP_EMAIL: "root" is not an e-mail address',
      'SLUICE_BOOTSTRAP_PASSWORD has 6 characters, 8 are the least',
      'SLUICE_BOOTSTRAP_TOKEN has 31 characters, 32 are the least; make one by: openssl rand -hex 32',
    ],
  )
  assert.match(problemsOf({ SLUICE_BOOTSTRAP_TOKEN: 'a token with spaces that is long enough' }).join(), /TOKEN may have .* no spaces/)
})

test('the section configuration is a document of its own, with places in the file', () => {
  const { configuration, file } = optionsOf({}, { 'sluice.yml': 'log_level: info\nconfiguration:\n  applications: { a: { name: A } }\n' })
  assert.deepEqual(configuration?.value, { version: 1, applications: { a: { name: 'A' } } })
  assert.deepEqual(configuration?.at(['applications', 'a', 'name']), { file, line: 3, column: 30 })
})

test('a file that is no map of options is refused', () => {
  assert.match(problemsOf({}, { 'sluice.yml': '- a' }).join(), /sluice\.yml:1:1: must be a map with an option on each line/)
  assert.match(problemsOf({}, { 'sluice.yml': 'a: [' }).join(), /sluice\.yml:1:\d+: /)
  assert.deepEqual(problemsOf({}, { 'sluice.yml': '# all defaults\n' }), [])
})

test('the secret key is made once, readable by its owner only, and stays', () => {
  const { dataDir, secretKey } = optionsOf()
  const key = secretKeyOf({ dataDir, secretKey })
  assert.equal(Buffer.from(key.reveal(), 'base64').length, 32)
  assert.equal(statSync(join(dataDir, 'secret.key')).mode & 0o777, 0o600)
  assert.equal(statSync(dataDir).mode & 0o777, 0o700)
  assert.equal(secretKeyOf({ dataDir, secretKey }).reveal(), key.reveal())
  assert.equal(readFileSync(join(dataDir, 'secret.key'), 'utf8').trim(), key.reveal())
  writeFileSync(join(dataDir, 'secret.key'), '')
  assert.throws(() => secretKeyOf({ dataDir, secretKey }), /holds no secret key .*restore it from a backup/)
})

test('grants are a list in the environment, and a map in the file', () => {
  const expected = new Map([
    ['acme-login', ['users.write', 'keys']],
    ['other', ['grants']],
  ])
  assert.deepEqual(optionsOf({ SLUICE_GRANTS: 'acme-login=users.write+keys, other=grants' }).grants, expected)
  assert.deepEqual(optionsOf({ SLUICE_GRANTS: '{"acme-login":["users.write","keys"],"other":["grants"]}' }).grants, expected)
  const file = 'grants:\n  acme-login: [users.write, keys]\n  other: [grants]\n'
  assert.deepEqual(optionsOf({}, { 'sluice.yml': file }).grants, expected)
  assert.deepEqual(problemsOf({ SLUICE_GRANTS: 'acme-login' }), [
    'SLUICE_GRANTS: "acme-login" contains "acme-login"; write it like acme-login=users.write+keys',
  ])
  assert.match(problemsOf({}, { 'sluice.yml': 'grants: { acme: keys }' })[0] ?? '', /is not a map of plugins to lists of ports/)
  assert.match(problemsOf({}, { 'sluice.yml': 'apply: { a: b }' })[0] ?? '', /apply must be a text or a list of texts/)
})

test('plugins are looked for in the data directory where nobody says where, if it has such a folder', () => {
  const { cwd, plugins } = optionsOf({}, { 'data/plugins/one.ts': '' })
  assert.deepEqual(plugins, [join(cwd, 'data/plugins')])
  assert.deepEqual(
    optionsOf({ SLUICE_PLUGINS: 'here, there' }).plugins.map((path) => path.split('/').at(-1)),
    ['here', 'there'],
  )
})
