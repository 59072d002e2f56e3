import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { createPasswords, passwordEffects } from '../access/passwords.ts'
import { createLinks } from '../access/links.ts'
import { createTokens } from '../access/tokens.ts'
import { openDatabase } from '../data/database.ts'
import { createEvents } from '../events/events.ts'
import { rolesOf } from '../identity/roles.ts'
import { createUsers, createUsersWrite, userEffects } from '../identity/users.ts'
import { createHasher } from '../keys/hashing.ts'
import { dataFiles } from '../options/data-files.ts'
import { optionNames, variableOf } from '../options/table.ts'
import { databaseStore } from '../store/database.ts'
import { scoped } from '../store/scoped.ts'
import { controlHandlers } from './actions.ts'
import { listenControl } from './control.ts'
import { takeData } from './data-lock.ts'

type Result = { readonly code: number | null; readonly out: string; readonly err: string }
type More = { readonly cwd: string; readonly input?: string; readonly env?: Readonly<Record<string, string>> }

const entry = new URL('./index.ts', import.meta.url).href
const script = `const { main } = await import(${JSON.stringify(entry)}); process.exitCode = await main(process.argv.slice(1))`

/** As whoever starts the tool has it by `boot.mjs`: half the work of a start. */
const { NODE_COMPILE_CACHE } = process.env
const compileCache = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE, NODE_COMPILE_CACHE_PORTABLE: '1' }

/** Runs the command line in a process of its own, with nothing in its environment that could matter. */
const sluice = (args: readonly string[], { cwd, input = '', env = {} }: More): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...compileCache, ...env },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (text) => (out += String(text)))
    child.stderr.on('data', (text) => (err += String(text)))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(input)
  })
const directory = () => mkdtempSync(join(tmpdir(), 'sluice-cli-'))
const open = async (cwd: string) => {
  const database = await openDatabase({ url: `sqlite:${join(cwd, 'data', 'sluice.db')}` })
  await database.migrate()
  return database
}
const noStack = (text: string) => assert.doesNotMatch(text, /\n\s+at /)

test('help and version load no database, and mistakes end with 2 and say what was meant', async () => {
  const cwd = directory()
  const help = await sluice(['--help'], { cwd })
  assert.equal(help.code, 0)
  for (const name of ['serve', 'createsuperuser', 'recover', 'config init', 'migrate', 'doctor'])
    assert.match(help.out, new RegExp(`^  ${name} `, 'm'))
  assert.match((await sluice(['--version'], { cwd })).out, /^\d+\.\d+\.\d+\n$/)

  const packages = await loadedPackages(cwd)
  assert.deepEqual(packages, [])

  const wrong = await sluice(['doctor', '--jsn'], { cwd })
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /^sluice: "doctor" has no flag --jsn; did you mean "--json"\?\n/)
  assert.equal((await sluice([], { cwd })).code, 2)
})

/** The packages that are loaded before a command runs. */
const loadedPackages = (cwd: string): Promise<readonly string[]> =>
  new Promise((resolve) => {
    const watch = `import { registerHooks } from 'node:module'
      registerHooks({ load: (url, context, next) => (console.log(url), next(url, context)) })
      await import(${JSON.stringify(entry)})`
    const child = spawn(process.execPath, ['--input-type=module', '-e', watch], { cwd })
    let out = ''
    child.stdout.on('data', (text) => (out += String(text)))
    child.on('close', () => {
      assert.ok(out.includes(entry))
      resolve(out.split('\n').filter((url) => url.includes('node_modules')))
    })
  })

test('createsuperuser, without a server: makes an administrator who has that password', async (context) => {
  const cwd = directory()
  const made = await sluice(
    ['createsuperuser', '--username', 'ada', '--email', 'ada@example.com', '--name', 'Ada L.', '--password-stdin', '--json'],
    {
      cwd,
      input: 'correct horse\n',
    },
  )
  assert.deepEqual([made.code, made.err], [0, ''])
  const { id } = JSON.parse(made.out) as { id: string }

  assert.equal(statSync(join(cwd, 'data', 'sluice.db')).mode & 0o777, 0o600)
  const database = await open(cwd)
  context.after(() => database.close())
  const user = await createUsers(database).find('ada@example.com', ['email'])
  assert.deepEqual([user?.id, user?.username, user?.name], [id, 'ada', 'Ada L.'])
  assert.deepEqual(await rolesOf(database)(id), ['admin'])
  const passwords = createPasswords({ database, hasher: createHasher() })
  assert.equal(await passwords.verify(id, 'correct horse'), true)
  assert.equal(await passwords.verify(id, 'correct horse\n'), false)
  assert.ok(await database.sql.selectFrom('settings_state').select('key').where('key', '=', 'setup-completed').executeTakeFirst())
  const events = await database.sql.selectFrom('events').selectAll().execute()
  assert.deepEqual(
    events.map(({ action, user_id }) => [action, user_id]),
    [['user.created', id]],
  )
  assert.ok(!JSON.stringify(events).includes('correct horse'))
})

test('createsuperuser refuses in a sentence, and writes nothing', async (context) => {
  const cwd = directory()
  const run = (input: string, ...args: string[]) => sluice(['createsuperuser', ...args, '--password-stdin'], { cwd, input })
  const short = await run('short', '--username', 'ada')
  assert.deepEqual([short.code, short.err], [1, 'sluice: the password is too short; 8 characters are the least\n'])
  assert.match((await run('long enough', '--username', ' ada')).err, /^sluice: " ada" cannot be a user name/)
  assert.match((await run('long enough', '--username', 'ada', '--email', 'x')).err, /^sluice: "x" is not an e-mail address/)
  const nobody = await sluice(['createsuperuser'], { cwd })
  assert.equal(nobody.code, 2)
  assert.match(nobody.err, /give --username and --password-file or --password-stdin/)

  assert.equal((await run('long enough', '--username', 'ada')).code, 0)
  assert.match((await run('long enough', '--username', 'ADA')).err, /^sluice: there is a user "ADA" already; choose another name/)
  const file = await sluice(['createsuperuser', '--username', 'bob', '--password-file', 'gone'], { cwd })
  assert.match(file.err, /^sluice: --password-file: gone cannot be read \(ENOENT\)/)
  const database = await open(cwd)
  context.after(() => database.close())
  assert.equal((await database.sql.selectFrom('users').selectAll().execute()).length, 1)
})

test('recover: a link that opens the recovery flow for that user', async (context) => {
  const cwd = directory()
  writeFileSync(join(cwd, 'password'), 'correct horse\n')
  await sluice(['createsuperuser', '--username', 'ada', '--password-file', 'password'], { cwd })
  const env = { SLUICE_URL: 'https://id.example.com' }
  const link = await sluice(['recover', 'ADA'], { cwd, env })
  assert.equal(link.code, 0)
  assert.match(
    link.out,
    /^https:\/\/id\.example\.com\/if\/flow\/recovery-link\/\?link=[\w-]+\n$/,
    'the link alone, so that a script can use it',
  )

  const database = await open(cwd)
  context.after(() => database.close())
  const links = createLinks(scoped(databaseStore(database, { now: () => new Date() }), 'core:'), database)
  const opened = await links.read(new URL(link.out.trim()).searchParams.get('link') ?? '')
  assert.equal(opened?.flow, 'recovery-link')
  assert.equal((opened.facts['user'] as { username: string }).username, 'ada')
  const unknown = await sluice(['recover', 'bob'], { cwd })
  assert.deepEqual([unknown.code, unknown.out], [1, ''])
  assert.match(unknown.err, /^sluice: there is no user "bob"/)
})

test('user password: another one from now on, and the sessions of before are over', async (context) => {
  const cwd = directory()
  await sluice(['createsuperuser', '--username', 'ada', '--password-stdin'], { cwd, input: 'correct horse' })
  const set = await sluice(['user', 'password', 'ada', '--password-stdin'], { cwd, input: 'battery staple' })
  assert.deepEqual([set.code, set.out], [0, '"ada" signs in with the new password from now on.\n'], set.err)
  const short = await sluice(['user', 'password', 'ada', '--password-stdin'], { cwd, input: 'short' })
  assert.deepEqual([short.code, short.err], [1, 'sluice: the password is too short; 8 characters are the least\n'])
  assert.equal((await sluice(['user', 'password', 'ada'], { cwd })).code, 2)

  const database = await open(cwd)
  context.after(() => database.close())
  const passwords = createPasswords({ database, hasher: createHasher() })
  const ada = await createUsers(database).find('ada', ['username'])
  assert.deepEqual([await passwords.verify(ada?.id, 'battery staple'), await passwords.verify(ada?.id, 'correct horse')], [true, false])
})

test('token create: a token that is good, with scopes and an end', async (context) => {
  const cwd = directory()
  await sluice(['createsuperuser', '--username', 'ada', '--password-stdin'], { cwd, input: 'correct horse' })
  const plain = await sluice(['token', 'create', 'ada'], { cwd })
  assert.match(plain.out, /^slc_[0-9a-f]{32}_[\w-]{43}\n$/, 'the token alone, so that a script can use it')
  const limited = await sluice(
    ['token', 'create', 'ada', '--name', 'ci', '--scope', 'users.view, groups.*', '--expires', '90d', '--json'],
    { cwd },
  )
  const { token, expiresAt } = JSON.parse(limited.out) as { token: string; expiresAt: string }
  assert.ok(Math.abs(new Date(expiresAt).getTime() - Date.now() - 90 * 24 * 3600 * 1000) < 60_000)

  const unknown = await sluice(['token', 'create', 'ada', '--scope', 'user.view'], { cwd })
  assert.deepEqual([unknown.code, unknown.err], [1, 'sluice: there is no permission "user.view"; did you mean "users.view"?\n'])
  assert.equal((await sluice(['token', 'create', 'ada', '--expires', 'soon'], { cwd })).code, 2)
  assert.match((await sluice(['token', 'create', 'ada', '--expires', '2001-01-01'], { cwd })).err, /is over; choose a later time/)

  const database = await open(cwd)
  context.after(() => database.close())
  const clock = { now: () => new Date() }
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const tokens = createTokens({ database, clock, log })
  assert.deepEqual((await tokens.holder(plain.out.trim()))?.scopes, undefined)
  const holder = await tokens.holder(token)
  assert.deepEqual([holder?.username, holder?.tokenName, holder?.scopes], ['ada', 'ci', ['users.view', 'groups.*']])
})

test('while a server runs, commands go through it; while something else holds the data, they are refused', async (context) => {
  const cwd = directory()
  const dataDir = join(cwd, 'data')
  const lock = takeData(dataDir)
  context.after(() => lock.release())
  const refused = await sluice(['recover', 'ada'], { cwd })
  assert.equal(refused.code, 1)
  assert.match(
    refused.err,
    /^sluice: another process uses this data directory: it holds .*sluice\.lock\. If it is a server that starts, wait/,
  )
  assert.match((await sluice(['doctor'], { cwd })).out, /^error +database/m)

  const database = await open(cwd)
  const clock = { now: () => new Date() }
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const events = createEvents({ database, clock, log })
  const parts = {
    database,
    plane: () => Promise.reject(new Error('no command of this test asks for it')),
    rotation: () => Promise.reject(new Error('no command of this test asks for it')),
    seal: () => assert.fail('no command of this test asks for it'),
    users: createUsers(database),
    usersWrite: createUsersWrite(),
    passwords: createPasswords({ database, hasher: createHasher() }),
    effects: { ...userEffects, ...passwordEffects },
    links: createLinks(databaseStore(database, clock), database),
    events,
    clock,
    chain: () => assert.fail('not verified here'),
    templates: { render: () => assert.fail('nothing is sent here') },
    origin: 'https://running.example',
  }
  const status = { version: '9.9.9', pid: 4711, address: 'https://running.example' }
  const control = await listenControl(
    dataFiles(dataDir).socket,
    controlHandlers(parts, () => assert.fail('not simulated here'), status),
  )
  context.after(async () => {
    await control.close()
    await events.flush()
    await database.close()
  })
  assert.equal((await sluice(['createsuperuser', '--username', 'ada', '--password-stdin'], { cwd, input: 'correct horse' })).code, 0)
  assert.match((await sluice(['recover', 'ada'], { cwd })).out, /^https:\/\/running\.example\//)
  assert.match(
    (await sluice(['doctor'], { cwd })).out,
    /^ok +server +runs \(process 4711, version 9\.9\.9\) at https:\/\/running\.example$/m,
  )
  assert.deepEqual(JSON.parse((await sluice(['migrate', '--json'], { cwd })).out), { migrations: [] })
})

test('config init: a file that names every option and is a valid file of options', async () => {
  const cwd = directory()
  const written = await sluice(['config', 'init', 'etc/sluice.yml'], { cwd })
  assert.deepEqual([written.code, written.out], [0, 'Written: etc/sluice.yml\n'])
  const text = readFileSync(join(cwd, 'etc/sluice.yml'), 'utf8')
  for (const name of optionNames) {
    assert.match(text, new RegExp(`^#${name}:`, 'm'))
    assert.ok(text.includes(variableOf(name)))
  }
  // What a person gets who takes the comment signs off: `#name: value` has no blank behind the sign, prose has.
  writeFileSync(join(cwd, 'bare.yml'), text.replaceAll(/^#(?=\S| {2,})/gm, ''))
  const env = { SLUICE_CONFIG: 'bare.yml', WIKI_CLIENT_SECRET: 'a secret of the wiki' }
  const examined = await sluice(['doctor', '--json'], { cwd, env })
  const findings = JSON.parse(examined.out) as { level: string; subject: string; text: string }[]
  assert.deepEqual(
    findings.filter(({ level, subject }) => level === 'error' && subject !== 'port'),
    [],
  )
  assert.ok(findings.some(({ subject, text: said }) => subject === 'configuration' && said.endsWith('1 application, 1 provider')))

  const again = await sluice(['config', 'init', 'etc/sluice.yml'], { cwd })
  assert.deepEqual([again.code, again.err], [1, 'sluice: etc/sluice.yml is there already; --force replaces it\n'])
  assert.equal((await sluice(['config', 'init', 'etc/sluice.yml', '--force'], { cwd })).code, 0)
})

test('migrate: the first time everything, the second time nothing', async () => {
  const cwd = directory()
  const first = JSON.parse((await sluice(['migrate', '--json'], { cwd })).out) as { migrations: string[] }
  assert.ok(first.migrations.length > 0)
  assert.equal((await sluice(['migrate'], { cwd })).out, 'The database is up to date.\n')
})

test('doctor finds what is wrong, all of it, each with its fix', async (context) => {
  const cwd = directory()
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  context.after(() => server.close())
  const { port } = server.address() as { port: number }
  mkdirSync(join(cwd, 'data'))
  chmodSync(join(cwd, 'data'), 0o755)
  writeFileSync(join(cwd, 'data', 'secret.key'), 'k'.repeat(44))
  chmodSync(join(cwd, 'data', 'secret.key'), 0o644)
  writeFileSync(join(cwd, 'data', 'sluice.db'), 'this is no database, although it is long enough to be looked at as one')
  writeFileSync(join(cwd, 'mine.yaml'), 'version: 1\nprovider: {}\n')
  const env = { SLUICE_LISTEN_HTTP: `127.0.0.1:${port}`, SLUICE_APPLY: 'mine.yaml', SLUICE_URL: 'http://id.example.com' }
  const { code, out } = await sluice(['doctor'], { cwd, env })
  assert.equal(code, 1)
  for (const line of [
    /^warning +data directory +.* is open to other users \(mode 0755\)\n +→ chmod 700 /m,
    /^error +secret key +.* can be read by other users \(mode 0644\)\n +→ chmod 600 /m,
    /^error +database +.* cannot be read: /m,
    /^error +configuration +.*mine\.yaml:2:1: provider: there is no kind "provider"; did you mean "providers"\?$/m,
    /^warning +address +http:\/\/id\.example\.com is not encrypted/m,
    /^error +port +127\.0\.0\.1:\d+ is taken by another program$/m,
    /^4 errors, 2 warnings\.$/m,
  ]) {
    assert.match(out, line)
  }
  assert.equal(statSync(join(cwd, 'data', 'secret.key')).mode & 0o777, 0o644, 'it changes nothing')
})

test('a database of a newer version stops every command with a sentence', async () => {
  const cwd = directory()
  await sluice(['migrate'], { cwd })
  const database = await open(cwd)
  await (await database.orm()).em.getConnection().execute("insert into mikro_orm_migrations (name) values ('Migration99990101000000')")
  await database.close()
  const migrating = await sluice(['migrate'], { cwd })
  assert.equal(migrating.code, 1)
  assert.match(migrating.err, /^sluice: the database has the migration "Migration99990101000000", which this version does not know/)
  noStack(migrating.err)
  assert.match(
    (await sluice(['doctor'], { cwd })).out,
    /^error +database +.* was written by a newer version \(it has had Migration99990101000000\)$/m,
  )
})

test('wrong options stop a command, each with its line', async () => {
  const { code, err } = await sluice(['serve'], { cwd: directory(), env: { SLUICE_LISTEN_HTP: 'x', SLUICE_URL: 'nope' } })
  assert.equal(code, 1)
  assert.equal(
    err,
    `sluice: the options are wrong:
  there is no option SLUICE_LISTEN_HTP; did you mean "SLUICE_LISTEN_HTTP"?
  SLUICE_URL: "nope" is not an address; write it like https://id.example.com
`,
  )
})

test('serve --workers is refused where the database belongs to one process', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
  const { code, err } = await sluice(['serve', '--workers', '2'], { cwd })
  assert.equal(code, 1)
  assert.match(err, /2 processes need PostgreSQL/)
  assert.ok(!existsSync(join(cwd, 'data')))
})
