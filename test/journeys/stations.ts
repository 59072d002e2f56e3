import type { Page } from 'playwright-core'
import { run } from '../kit/database.ts'
import type { Credentials } from '../kit/client.ts'
import { configuration, people, wiki as wikiClient } from '../kit/configuration.ts'
import { relyingParty } from '../kit/relying-party.ts'
import { startServer, type TestServer } from '../kit/server.ts'

export const stationNames = [
  'sign-in',
  'sign-in-at-application',
  'sign-in-empty',
  'password',
  'password-wrong',
  'consent',
  'landing',
  'sign-out',
  'signed-out',
  'set-up',
  'set-up-errors',
  'landing-empty',
  'recovery-asked',
  'recovery-sent',
  'recovery-too-soon',
  'recover',
  'recovered',
  'not-found',
  'expired',
  'denied',
  'application-refused',
  'application-refused-cure',
  'access-refused',
  'access-unchecked',
  'unknown-host',
  'server-error',
  'forged',
] as const
export type StationName = (typeof stationNames)[number]

/** One page that people can come to, and the way there in a fresh browser of the given language. */
export type Station = { readonly status: number; readonly reach: (page: Page) => Promise<unknown> }

const submit = (page: Page, index = 0) => page.locator('form[method=post] button:not([type=button])').nth(index).click()
const fill = (page: Page, name: string, value: string) => page.locator(`[name="${name}"]`).fill(value)
const settled = (page: Page) => page.waitForLoadState('load')

/** Takes away where the server keeps its runs, behind its back: whatever needs one fails from now on. */
export const breakStore = (server: TestServer) => run(server, 'alter table short_lived rename to lost')

/** The stations of a server, which `close` ends. Pages of the first start are reached at a server of their own. */
export async function stations(): Promise<{ readonly all: Readonly<Record<StationName, Station>>; close(): Promise<void> }> {
  const viewer = { username: 'ida', password: 'a long password of a viewer' }
  const guarded = { type: 'oidc', with: { clientSecret: wikiClient.clientSecret, redirectUris: [wikiClient.redirectUri] } }
  const apply = configuration({
    users: { ida: { roles: ['viewer'], password: viewer.password } },
    policies: {
      office: {
        type: 'expression',
        with: { expression: 'request.ip.in("192.0.2.0/24")', message: 'The vault opens from the office network only.' },
      },
      unsound: { type: 'expression', with: { expression: 'user.attributes.floor.number > 3' } },
    },
    providers: { vault: guarded, attic: guarded },
    applications: {
      vault: { name: 'Vault', provider: 'vault', access: { bindings: [{ policy: 'office' }] } },
      attic: { name: 'Attic', provider: 'attic', access: { bindings: [{ policy: 'unsound' }] } },
      wiki: { name: 'The Wiki', provider: 'wiki', launchUrl: 'http://127.0.0.1/wiki' },
      calendar: { name: 'Calendar', launchUrl: 'http://127.0.0.1/calendar' },
      photos: { name: 'Photo archive', launchUrl: 'http://127.0.0.1/photos' },
    },
    // Nothing listens there: what is shown does not wait for it.
    settings: { email: { host: '127.0.0.1', port: 1, security: 'none', from: 'sluice@example.com' } },
    flows: { closed: { title: 'Closed', designation: 'recovery', steps: [{ type: 'deny' }] } },
  })
  const admin = { username: 'grace', password: 'a long administrator password' }
  const [server, fresh, empty, broken] = await Promise.all([
    startServer({ apply }),
    startServer(),
    startServer({ apply: { version: 1, users: { [admin.username]: { password: admin.password } } } }),
    startServer(),
  ])
  await breakStore(broken)
  const wiki = relyingParty(server.url)
  const notes = relyingParty(server.url, { clientId: 'notes' })
  const vault = relyingParty(server.url, { clientId: 'vault' })
  const attic = relyingParty(server.url, { clientId: 'attic' })

  const start = (page: Page, address = server.url) => page.goto(address)
  const identified = async (page: Page, address?: string, username: string = people.ada.username) => {
    await start(page, address)
    await fill(page, 'identifier', username)
    await submit(page)
    await page.locator('[name=password]').waitFor()
  }
  const signedIn = async (page: Page, address?: string, { username, password }: Credentials = people.ada) => {
    await identified(page, address, username)
    await fill(page, 'password', password)
    await submit(page)
    await page.locator('[name=password]').waitFor({ state: 'detached' })
    await settled(page)
  }
  /** Where scripts run, the start page gives way to the portal. */
  const inPortal = async (page: Page, address?: string, person?: Credentials) => {
    await signedIn(page, address, person)
    await page.waitForURL('**/if/user/**')
    await page.locator('h1').waitFor()
    await page.waitForLoadState('networkidle')
  }
  /** Whoever they say they are: another name for each browser, since one may not ask twice within a minute. */
  const recovering = async (page: Page, name: string) => {
    await page.goto(`${server.url}/if/flow/default-recovery/`)
    await fill(page, 'identifier', `${name} ${++asked}`)
    await submit(page)
    await page.locator('[name=identifier]').waitFor({ state: 'detached' })
    await settled(page)
  }
  let asked = 0
  const recovery = async () => (await server.sluice(['recover', 'ada'])).out.trim()

  const all: Readonly<Record<StationName, Station>> = {
    'sign-in': { status: 200, reach: (page) => start(page) },
    'sign-in-at-application': { status: 200, reach: (page) => start(page, wiki.start()) },
    'sign-in-empty': {
      status: 422,
      async reach(page) {
        await start(page)
        await submit(page)
        await page.locator('[aria-invalid]').waitFor()
      },
    },
    password: { status: 200, reach: (page) => identified(page, wiki.start()) },
    'password-wrong': {
      status: 422,
      async reach(page) {
        await identified(page)
        await fill(page, 'password', 'not the password')
        await submit(page)
        await page.locator('[role=alert]').waitFor()
      },
    },
    consent: {
      status: 200,
      reach: (page) => signedIn(page, notes.start({ prompt: 'consent', scope: 'openid profile email groups offline_access' })),
    },
    landing: { status: 200, reach: (page) => inPortal(page) },
    'sign-out': {
      status: 200,
      async reach(page) {
        await signedIn(page)
        await page.goto(`${server.url}/if/flow/default-invalidation/`)
      },
    },
    'signed-out': {
      status: 200,
      async reach(page) {
        await signedIn(page)
        await page.goto(`${server.url}/if/flow/default-invalidation/`)
        await submit(page)
        await page.locator('form[method=post]').waitFor({ state: 'detached' })
      },
    },
    'set-up': { status: 200, reach: (page) => page.goto(fresh.setupLink ?? '') },
    'set-up-errors': {
      status: 422,
      async reach(page) {
        await page.goto(fresh.setupLink ?? '')
        await fill(page, 'email', 'grace')
        await fill(page, 'password', 'short')
        await submit(page)
        await page.locator('[role=alert]').waitFor()
      },
    },
    'landing-empty': { status: 200, reach: (page) => inPortal(page, empty.url, admin) },
    'recovery-asked': {
      status: 200,
      async reach(page) {
        await identified(page)
        await page.locator('a[href*="default-recovery"]').click()
        await page.locator('[name=identifier]').waitFor()
      },
    },
    'recovery-sent': { status: 200, reach: (page) => recovering(page, 'somebody') },
    'recovery-too-soon': {
      status: 200,
      async reach(page) {
        await recovering(page, 'somebody else')
        await submit(page)
        await page.locator('.notice.warn').waitFor()
      },
    },
    recover: { status: 200, reach: async (page) => page.goto(await recovery()) },
    recovered: {
      status: 200,
      async reach(page) {
        await page.goto(await recovery())
        await fill(page, 'password', people.ada.password)
        await fill(page, 'password-repeat', people.ada.password)
        await submit(page)
        await page.locator('form[method=post]').waitFor({ state: 'detached' })
      },
    },
    'not-found': { status: 404, reach: (page) => page.goto(`${server.url}/nothing`) },
    expired: { status: 410, reach: (page) => page.goto(`${server.url}/if/flow/default-authentication/?run=gone`) },
    denied: { status: 403, reach: (page) => page.goto(`${server.url}/if/flow/closed/`) },
    'application-refused': { status: 400, reach: (page) => page.goto(wiki.start({ redirect_uri: 'https://wiki.example.com/cb' })) },
    'application-refused-cure': {
      status: 400,
      async reach(page) {
        await signedIn(page, undefined, viewer)
        await page.goto(wiki.start({ redirect_uri: 'https://wiki.example.com/callback' }))
      },
    },
    'access-refused': { status: 403, reach: (page) => signedIn(page, vault.start()) },
    'access-unchecked': { status: 403, reach: (page) => signedIn(page, attic.start()) },
    'unknown-host': {
      status: 421,
      async reach(page) {
        // Tests come from the loopback, where a trusted proxy could be.
        await page.setExtraHTTPHeaders({ 'x-forwarded-host': 'id.example.com' })
        await start(page)
      },
    },
    'server-error': { status: 500, reach: (page) => start(page, `${broken.url}/if/flow/redirect/`) },
    forged: {
      status: 403,
      async reach(page) {
        await start(page)
        await page.locator('[name=_csrf]').evaluate((input: { value: string }) => {
          input.value = ''
        })
        await submit(page)
        await page.getByRole('textbox').waitFor({ state: 'detached' })
      },
    },
  }

  const servers = [server, fresh, empty, broken]
  return { all, close: async () => void (await Promise.all(servers.map((each) => each.stop()))) }
}
