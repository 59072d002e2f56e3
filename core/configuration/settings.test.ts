import assert from 'node:assert/strict'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { ports, Secret } from '../api/index.ts'
import { compileFlow } from '../engine/compile.ts'
import { createCatalog } from './catalog.ts'
import { readDocument } from './document.ts'
import { loadDocuments } from './load.ts'
import { problemText } from './problem.ts'
import { loadPlugins } from './plugins.ts'
import { compileSnapshot } from './snapshot.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../${name}/`, import.meta.url))
const loaded = await loadPlugins(folder('plugins'))
assert.ok('plugins' in loaded)
const created = createCatalog(loaded.plugins, new Set(Object.values(ports).map(({ id }) => id)))
assert.ok('catalog' in created)
const { catalog } = created
const shipped = loadDocuments([folder('flows')]).documents

const compile = (settings: object, more: object = {}, env: Record<string, string> = {}) => {
  const read = readDocument(JSON.stringify({ version: 1, settings, ...more }), 'my.yaml', { env, directory: '/nowhere' })
  assert.ok('document' in read)
  return compileSnapshot({ documents: [read.document], shipped, catalog, compileFlow })
}
const snapshotOf = (...given: Parameters<typeof compile>) => {
  const result = compile(...given)
  assert.ok('snapshot' in result, JSON.stringify(result))
  return result.snapshot
}
const problemsOf = (...given: Parameters<typeof compile>) => {
  const result = compile(...given)
  return 'problems' in result ? result.problems.map((problem) => problemText(problem).replace(/^my\.yaml:\d+:\d+: /, '')) : []
}

const provider = (more: object = {}) => ({
  providers: { app: { type: 'oidc', with: { clientType: 'public', redirectUris: ['https://app.example/cb'], ...more } } },
})
const lifetimesOf = (...given: Parameters<typeof compile>) => {
  const { accessTokenLifetime, refreshTokenLifetime, codeLifetime } = snapshotOf(...given).providers.get('app')?.settings ?? {}
  return [accessTokenLifetime, refreshTokenLifetime, codeLifetime]
}

test('lifetimes of tokens hold where a provider says nothing', () => {
  assert.deepEqual(lifetimesOf({}, provider()), [600, 2_592_000, 60])
  const tokens = { accessToken: '5m', refreshToken: '7d', code: '30s' }
  assert.deepEqual(lifetimesOf({ tokens }, provider()), [300, 604_800, 30])
  assert.deepEqual(lifetimesOf({ tokens: { code: '90s' } }, provider({ accessTokenLifetime: 120 })), [120, 2_592_000, 90])
})

test('every lifetime that settings may say is one that providers may have', () => {
  for (const tokens of [
    { accessToken: '10s', refreshToken: '1m', code: '5s' },
    { accessToken: '1d', refreshToken: '365d', code: '10m' },
  ])
    assert.deepEqual(problemsOf({ tokens }, provider()), [])
  assert.deepEqual(problemsOf({ tokens: { accessToken: '9s', refreshToken: '366d', code: 'soon' } }, provider()), [
    'settings.tokens.accessToken: "9s" is too short; it may be 10s to 1d',
    'settings.tokens.refreshToken: "366d" is too long; it may be 1m to 365d',
    'settings.tokens.code: "soon" must be a length of time such as 15m, 8h or 30d',
  ])
})

const email = { host: 'mail.example.com', from: 'sluice@example.com' }

test('e-mail: what is left out has its default, and the password is a secret', () => {
  assert.equal(snapshotOf({}).email, undefined)
  assert.deepEqual(snapshotOf({ email }).email, { ...email, port: 587, security: 'starttls', timeout: 15 })
  const withPassword = snapshotOf(
    { email: { ...email, username: 'sluice', password: { $env: 'MAIL' } } },
    {},
    { MAIL: 'very secret' },
  ).email
  assert.ok(withPassword?.password instanceof Secret)
  assert.equal(withPassword.password.reveal(), 'very secret')
  assert.ok(!JSON.stringify(withPassword).includes('very secret'))
})

test('e-mail: what cannot work, and what would break into headers, is refused with its place', () => {
  const told = (more: object) => problemsOf({ email: { ...email, ...more } })
  assert.deepEqual(told({ username: 'sluice' }), [
    'settings.email.username: a user name needs a password beside it; write one, or leave both out',
  ])
  assert.deepEqual(told({ username: 'sluice', password: 'x', security: 'none' }), [
    'settings.email.security: a password is not sent unencrypted; use starttls or tls, or leave user name and password out',
  ])
  assert.deepEqual(told({ timeout: '1h' }), ['settings.email.timeout: it may be 120s at most'])
  assert.deepEqual(told({ username: 'sluice', password: { $env: 'NOWHERE' } }), [
    'settings.email.password: the environment variable NOWHERE is not set; set it',
  ])
  for (const more of [
    { host: 'https://mail.example.com' },
    { host: 'mail.example.com:25' },
    { host: { $env: 'HOST' } },
    { from: 'Sluice <sluice@example.com>' },
    { from: 'a@example.com, b@example.com' },
    { from: 'a@example.com\nBcc: b@example.com' },
    { fromName: 'Sluice\r\nBcc: b@example.com' },
    { username: 'a\nb', password: 'x' },
    { security: 'maybe' },
    { port: 0 },
  ])
    assert.equal(told(more).length, 1, JSON.stringify(more))
})
