// Longer than others: the table of what is behind each control is read beside the walk that finds the controls.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openDatabase } from '../../core/data/database.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { closeBrowser, visit, type Visit } from '../kit/browser.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { type Controls, controlsOf, settling } from '../kit/controls.ts'
import { deadJob, putJob } from '../kit/jobs.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { putDevice, trustBrowsers } from '../kit/stored-devices.ts'

const password = 'a long password of somebody'
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>').toString('base64')
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

let server: TestServer
let api: Api
let ids: Record<'ada' | 'token' | 'session' | 'device' | 'browser' | 'event' | 'job', string>

const secret = Buffer.alloc(32).toString('base64')
const webhook = { type: 'webhook', on: ['user.*'], with: { url: 'http://127.0.0.1/', secret } }

before(async () => {
  const steps = [{ type: 'identification' }, { type: 'password' }]
  server = await startServer({
    apply: configuration({
      users: {
        admin: { roles: ['admin'], password },
        vic: { roles: ['viewer'], password },
        helen: { roles: ['helpdesk'], password },
        nora: { password },
      },
      roles: { helpdesk: { name: 'Helpdesk', permissions: ['users.view', 'users.recover', 'sessions.view', 'sessions.delete'] } },
      policies: { office: { type: 'expression', with: { expression: 'true' } } },
      scopeMappings: { team: { scope: 'team', claims: {} } },
      brands: { corp: { name: 'Corp' } },
      sinks: { siem: { ...webhook, enabled: false } },
      flows: { office: { title: 'From elsewhere', designation: 'authentication', steps } },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  api = apiOf(server.url, adminToken)
  const ada = (await api.must('GET', '/users?username=ada')).items[0].id
  await api.must('POST', '/media', { name: 'corp.svg', data: svg })
  // Something to go back from.
  await api.must('PATCH', '/groups/staff', { name: 'Staff' })
  const changed = await api('PATCH', '/applications/wiki', { body: { spec: { name: 'Wiki' } }, headers: { 'if-match': '*' } })
  assert.equal(changed.status, 200, changed.text)
  const token = (await api.must('POST', '/tokens', { name: 'backup', user: ada })).id
  await signIn(new Client(server.url), people.ada)
  const session = (await api.must('GET', `/sessions?user=${ada}`)).items[0].id
  const event = (await api.must('GET', '/events')).items[0].id
  const database = await openDatabase({ url: server.databaseUrl })
  const at = Date.now()
  await database.sql
    .insertInto('consents')
    .values({ user_id: ada, application: 'notes', scopes: '["openid"]', created_at: at, updated_at: at })
    .execute()
  await database.close()
  const device = await putDevice(server, { user: ada, kind: 'smart-card', name: 'Card' })
  await trustBrowsers(server, ada, 'Firefox/140.0')
  const browser = (await api.must('GET', `/trusted-browsers?user=${ada}`)).items[0].id
  ids = { ada, token, session, device, browser, event, job: await putJob(server, deadJob) }
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

/** Somebody signed in at the console, and what they found on its pages. */
type Visitor = Visit & {
  readonly username: string
  readonly settle: () => Promise<void>
  readonly pages: Map<string, Found>
  readonly navigation: string[]
}
type Found = { readonly controls: Controls; readonly isClosed: boolean }

const enter = async (username: string, path = '/'): Promise<Visitor> => {
  const visitor = await visit()
  const { page } = visitor
  page.setDefaultTimeout(10_000)
  const settle = settling(page)
  await page.goto(`${server.url}/if/flow/redirect/?next=/if/admin${path}`)
  await page.locator('[name=identifier]').fill(username)
  await page.keyboard.press('Enter')
  await page.locator('[name=password]').fill(password)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/if/admin${path}`)
  return { ...visitor, username, settle, pages: new Map(), navigation: [] }
}
/** Where the links lead to that a selector finds, within the console. */
const linksTo = (page: Page, selector: string): Promise<readonly string[]> =>
  page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.getAttribute('href').replace('/if/admin', ''))`,
  )

type Route = { readonly path: string; readonly children?: readonly Route[] }
const pathsOf = (routes: readonly Route[], above = ''): readonly string[] =>
  routes.flatMap(({ path, children }) => {
    const whole = path.startsWith('/') ? path : [above, path].filter(Boolean).join('/')
    return children ? pathsOf(children, whole) : [whole]
  })

/** What stands in the addresses of pages that show one thing. */
const things = (path: string): string => {
  const [, folder = ''] = path.split('/')
  const slugs: Readonly<Record<string, string>> = {
    users: ids.ada,
    groups: 'staff',
    flows: 'office',
    events: ids.event,
    revisions: '1',
    applications: 'wiki',
    providers: 'wiki',
    'scope-mappings': 'team',
    roles: 'helpdesk',
    policies: 'office',
    brands: 'corp',
    sinks: 'siem',
    authenticators: 'totp',
  }
  const filled = path.replace(/:(id|slug|number)/, slugs[folder] ?? '?').replace('/:tab?', '')
  assert.doesNotMatch(filled, /[:?]/, `the test has no thing for ${path}`)
  return filled
}
/** Every page of the console, from its own routes. */
const allPages = async (): Promise<readonly string[]> => {
  const { routes } = (await import(new URL('../../plugins/interfaces/console/src/routes.ts', import.meta.url).href)) as {
    readonly routes: readonly Route[]
  }
  const { kinds } = await api.must('GET', '/kinds')
  const { sections } = kinds.find(({ kind }: { readonly kind: string }) => kind === 'settings')
  return [...new Set(pathsOf(routes))]
    .filter((path) => !path.includes('anything'))
    .flatMap((path) => (path === '/settings/:section' ? Object.keys(sections).map((section) => `/settings/${section}`) : [things(path)]))
}

/** Walks pages by their addresses; nothing may be complained of, except by pages that say that they are closed. */
const walk = async (visitor: Visitor, paths: readonly string[]): Promise<void> => {
  const { page, problems, pages, settle } = visitor
  const left = [...paths]
  for (let path = left.shift(); path !== undefined; path = left.shift()) {
    const before = problems.length
    // By the router of the page: the code of the console is not read anew for each.
    await page.evaluate(`document.querySelector('#app').__vue_app__.config.globalProperties.$router.push(${JSON.stringify(path)})`)
    await settle()
    const isClosed = await page
      .getByRole('alert')
      .getByRole('heading', { name: /^(You may not see this|There is no such thing here)$/ })
      .isVisible()
    pages.set(path, { controls: await controlsOf(page, settle), isClosed })
    const complaints = problems.slice(before).filter((problem) => !(isClosed && /status of 40[34] /.test(problem)))
    assert.deepEqual(complaints, [], `${visitor.username} at ${path}`)
    // Tabs have addresses of their own.
    const tabs = await linksTo(page, `main nav a[href^="/if/admin${path}/"]`)
    left.push(...tabs.filter((tab) => !pages.has(tab) && !left.includes(tab)))
  }
  visitor.navigation.push(...(await linksTo(page, 'nav a[href^="/if/admin/"]:not(main a)')))
}

/** The call of the API behind a control; ids of things in braces. */
type Call = { readonly method: string; readonly path: string; readonly body?: object }
type Entry = readonly [page: RegExp, control: RegExp, method: string, path: string, body?: object]

const fields = /^(textbox|combobox|spinbutton|checkbox|switch|radio|file) /
const formButtons = /^button "(Show popup|Save|Create|Discard changes|Add|Add to .*|Remove( .*)?|Replace|Generate|Show .*)"$/
const form = new RegExp(`${fields.source}|${formButtons.source}`)
const made: Readonly<Record<string, object>> = {
  applications: { name: 'Made' },
  providers: { type: 'oidc', with: { redirectUris: ['https://made.example.com/callback'] } },
  scopeMappings: { claims: {} },
  roles: { permissions: ['users.view'] },
  policies: { type: 'expression', with: { expression: 'true' } },
  brands: { name: 'Made' },
  sinks: webhook,
}
const ofKind = (kind: string, at: string, slug: string): readonly Entry[] => {
  const create = ['POST', `/${kind}`, { slug: 'made', spec: made[kind] }] as const
  const one = `/${kind}/${slug}`
  const pages = new RegExp(`^${at}(/|$)`)
  return [
    [new RegExp(`^${at}$`), /^link "(New|Connect) /, ...create],
    [new RegExp(`^${at}/new$`), /./, ...create],
    [pages, / › menuitem "Duplicate"$/, ...create],
    [pages, / › menuitem "Delete"$/, 'DELETE', one],
    [pages, / › menuitem "(Change the slug|Edit)"$/, 'PATCH', one, { slug }],
    [new RegExp(`^${at}/${slug}(/settings)?$`), form, 'PATCH', one, { spec: {} }],
  ]
}
const user = /^\/users\/[^/]+/
const group = /^\/groups\/staff/
const flow = /^\/flows\/office$/
const person = '/users/{ada}'
const member = '/groups/staff/members/{ada}'

/** What is behind each control that not everybody has; of those that fit, the first. */
const table: readonly Entry[] = [
  [/^\/$/, /^link "To the users"$/, 'PATCH', person, { roles: [] }],
  [/^\/$/, /^button "(Do not show again|I have done it)"$/, 'POST', '/configuration/apply', { documents: [] }],
  [/^\/$/, /^link "Groups"$/, 'GET', '/groups'],
  [/^\/$/, /^link "Applications"$/, 'GET', '/applications'],
  [/^\/$/, /^button "\d+ (hours|days)"$/, 'GET', '/statistics/sign-ins'],
  [/^\/$/, /^link "Open it : /, 'GET', '/system'],
  [/^\/$/, /^link "/, 'GET', '/events?user={ada}'],

  [/./, /^(file "|button "Upload )/, 'POST', '/media', { name: 'made.svg', data: svg }],
  [/^\/applications\/wiki/, /^link "(Open|Create one) in a new tab"$/, 'POST', '/providers', { slug: 'made', spec: made['providers'] }],
  [
    /^\/policies\//,
    /^(button "(Try it|Show popup)"|combobox "User"|textbox "Address of the browser")/,
    'POST',
    '/expressions/check',
    { code: 'true' },
  ],
  ...ofKind('applications', '/applications', 'wiki'),
  ...ofKind('providers', '/providers', 'wiki'),
  ...ofKind('scopeMappings', '/scope-mappings', 'team'),
  ...ofKind('roles', '/roles', 'helpdesk'),
  ...ofKind('policies', '/policies', 'office'),
  ...ofKind('brands', '/brands', 'corp'),
  [/^\/sinks\/siem$/, /^button "Send a test event"$/, 'POST', '/sinks/siem/test'],
  [/^\/sinks\/siem/, /^button "user\.\*"$/, 'PATCH', '/sinks/siem', { spec: {} }],
  ...ofKind('sinks', '/sinks', 'siem'),
  [/^\/authenticators\/new$/, /./, 'POST', '/authenticators', { slug: 'made', spec: { type: 'totp' } }],
  [/^\/authenticators$/, / › menuitem "Edit"$/, 'PATCH', '/authenticators/totp', { spec: {} }],
  [/^\/authenticators\/totp$/, form, 'PATCH', '/authenticators/totp', { spec: {} }],

  [/^\/users$/, /^link "New user"$/, 'POST', '/users', { username: 'made' }],
  [/^\/users\/new$/, /./, 'POST', '/users', { username: 'made' }],
  [/^\/users/, / › menuitem "Set password"$/, 'POST', `${person}/password`, { password: 'another long password of ada' }],
  [/^\/users/, / › menuitem "Make a recovery link"$/, 'POST', `${person}/recovery-link`],
  [/^\/users/, / › menuitem "(Disable|Enable)"$/, 'PATCH', person, { enabled: true }],
  [/^\/users/, / › menuitem "Delete"$/, 'DELETE', person],
  [/^\/users$/, /^checkbox "Select /, 'PATCH', person, { enabled: true }],
  [/^\/users$/, /^(combobox "In group"|button "Show popup")$/, 'GET', '/groups'],
  [/^\/users$/, /^combobox "With role"$/, 'GET', '/roles'],
  [user, /^link "Tokens"$/, 'GET', '/tokens?user={ada}'],
  [user, /^link "Authenticators"$/, 'GET', '/devices?user={ada}'],
  [user, /^button "Trust no more: /, 'DELETE', '/trusted-browsers/{browser}'],
  [user, /^button "Remove Card"$/, 'DELETE', '/devices/{device}'],
  [user, /^button "Reset authenticators"$/, 'POST', `${person}/reset-authenticators`, { reason: 'Lost' }],
  [user, /^link "Consents"$/, 'GET', '/consents?user={ada}'],
  [user, /^link "Events"$/, 'GET', '/events?user={ada}'],
  [user, /^button "Take .* out of staff"$/, 'DELETE', member],
  [user, /^(combobox "Add to a group"|button "(Add|Show popup)")$/, 'PUT', member],
  [user, /^button "End all"$/, 'DELETE', `${person}/sessions`],
  [user, /^button "New token"$/, 'POST', '/tokens', { name: 'made', user: '{ada}' }],
  [user, /^button "Take back /, 'DELETE', '/consents/{ada}.notes'],
  [user, /^button "Choose a picture"$/, 'PUT', `${person}/avatar`, { data: png }],
  [user, form, 'PATCH', person, { name: 'Ada' }],
  [/^\/(sessions|users\/.*)$/, /^button "End session /, 'DELETE', '/sessions/{session}'],
  [/^\/(tokens|users\/.*)$/, /^button "Revoke /, 'DELETE', '/tokens/{token}'],

  [/^\/groups$/, /^link "New group"$/, 'POST', '/groups', { slug: 'made', name: 'Made' }],
  [/^\/groups\/new$/, /./, 'POST', '/groups', { slug: 'made', name: 'Made' }],
  [group, /^button "Delete"$/, 'DELETE', '/groups/staff'],
  [group, /^button "Take .* out of Staff"$/, 'DELETE', member],
  [/^\/groups\/staff$/, form, 'PUT', member],
  [/^\/groups\/staff\/settings$/, form, 'PATCH', '/groups/staff', { name: 'Staff' }],

  [
    /^\/flows$/,
    /^button "New flow"$/,
    'POST',
    '/flows',
    { slug: 'made', spec: { title: 'Made', designation: 'authentication', steps: [{ type: 'identification' }] } },
  ],
  [flow, /^button "Delete what was changed"$/, 'DELETE', '/flows/office'],
  [
    flow,
    /^(combobox "(User|Application .*)"|textbox "(Address of the browser|Time .*)"|button "(Add an answer|Add a fact|Simulate)"|checkbox ")/,
    'POST',
    '/flows/office/simulate',
    {},
  ],
  [
    flow,
    / › menuitem "|^button "(Add a step: .*|Move (up|down)|Insert after|Put into a branch|Duplicate.*)"$/,
    'PATCH',
    '/flows/office',
    { spec: {} },
  ],
  [flow, form, 'PATCH', '/flows/office', { spec: {} }],

  [/^\/settings\/email$/, /^button "Send a test message"$/, 'POST', '/settings/email/test', {}],
  [/^\/keys$/, /^button "(Rotate|Revoke now: .*)"$/, 'POST', '/keys/rotate', { algorithm: 'EdDSA' }],
  [/^\/jobs$/, /^button "Try again: /, 'POST', '/jobs/{job}/retry'],
  [/^\/jobs$/, /^button "Delete: /, 'DELETE', '/jobs/{job}'],
  [/^\/revisions/, /^button "Roll back/, 'POST', '/configuration/rollback', { to: 1, plan: true }],
  ...['sessions', 'tokens', 'mfa', 'device', 'email', 'flows', 'keys', 'events'].map((section): Entry => [
    new RegExp(`^/settings/${section}$`),
    form,
    'PUT',
    `/settings/${section}`,
    { spec: {} },
  ]),
]
const used = new Set<Entry>()
const unknown = new Set<string>()
const callOf = (page: string, control: string): readonly Call[] => {
  const entry = table.find(([pages, controls]) => pages.test(page) && controls.test(control))
  if (!entry) {
    unknown.add(`${page}: ${control}`)
    return []
  }
  used.add(entry)
  const [, , method, path, body] = entry
  return [{ method, path, ...(body && { body }) }]
}

/** The controls of a page that one person has, or could have, and another has not. */
const lacking = (had: Found | undefined, found: Found | undefined): readonly string[] =>
  [...(had?.controls ?? [])]
    .filter(([control, isUsable]) => (isUsable ? found?.controls.get(control) !== true : !found?.controls.has(control)))
    .map(([control]) => control)

/** What changes something, page by page: whoever may see everything has none of it. */
const changing = (page: string): readonly string[] => lacking(admin.pages.get(page), viewer.pages.get(page))
const unique = (calls: readonly Call[]): readonly Call[] => [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()]
/** What somebody else than an administrator may not: what they lack on pages that they see, and all that changes something there or elsewhere. */
const refusedTo = (visitor: Visitor): readonly Call[] =>
  unique(
    [...admin.pages].flatMap(([page, found]) => {
      const theirs = visitor.pages.get(page)
      const lacked = theirs?.isClosed ? changing(page).filter((control) => theirs.controls.get(control) !== true) : lacking(found, theirs)
      return lacked.flatMap((control) => callOf(page, control))
    }),
  )
const allowedTo = (visitor: Visitor): readonly Call[] =>
  unique(
    [...admin.pages.keys()].flatMap((page) =>
      changing(page)
        .filter((control) => visitor.pages.get(page)?.controls.get(control) === true)
        .flatMap((control) => callOf(page, control)),
    ),
  )

type Said = { readonly status: number; readonly text: string }
/** From within the page, as the client of the console does it. */
const send = (page: Page, { method, path, body }: Call): Promise<Said> => {
  const filled = (text: string) =>
    text.replaceAll(/\{(ada|token|session|device|browser|event|job)\}/g, (_, name: keyof typeof ids) => ids[name])
  const init = {
    method,
    credentials: 'same-origin',
    ...(method !== 'GET' && { headers: { 'content-type': 'application/json', 'if-match': '*' } }),
    ...(body && { body: filled(JSON.stringify(body)) }),
  }
  return page.evaluate(
    `fetch(${JSON.stringify(`/api/v1${filled(path)}`)}, ${JSON.stringify(init)}).then(async (said) => ({ status: said.status, text: await said.text() }))`,
  )
}
/** Refused, or told of nothing: of a list that everybody has, there is nothing of others in it. */
const isRefused = ({ method }: Call, { status, text }: Said): boolean =>
  status === 403 || status === 404 || (method === 'GET' && status === 200 && JSON.parse(text).items?.length === 0)
const told = ({ method, path }: Call, { status, text }: Said) => `${method} ${path}: ${status} ${text.slice(0, 300)}`

let admin: Visitor
let viewer: Visitor
let helper: Visitor

test('an administrator finds every page', async () => {
  admin = await enter('admin')
  viewer = await enter('vic')
  helper = await enter('helen')
  await walk(admin, await allPages())
  const closed = [...admin.pages].filter(([, { isClosed }]) => isClosed)
  assert.deepEqual(closed, [])
})

for (const visitorOf of [() => viewer, () => helper])
  test('others find what they may see, the rest says that it is closed, and the navigation is of what is open', async () => {
    const visitor = visitorOf()
    await walk(visitor, [...admin.pages.keys()])
    const open = admin.navigation.filter((path) => !visitor.pages.get(path)?.isClosed)
    assert.deepEqual(visitor.navigation, open)
    const makers = [...admin.pages.keys()].filter((path) => path.endsWith('/new'))
    assert.deepEqual(
      makers.filter((path) => !visitor.pages.get(path)?.isClosed),
      [],
    )
  })

test('a viewer sees all, and lacks what changes something', () => {
  assert.deepEqual(viewer.navigation, admin.navigation)
  assert.deepEqual(helper.navigation, ['/', '/users', '/sessions'])
})

test('whatever the console hides, the API refuses', async () => {
  const wanted = [viewer, helper].map((visitor) => ({ visitor, calls: refusedTo(visitor) }))
  assert.deepEqual([...unknown], [], 'controls that are not for everybody, and whose calls are not in the table')
  for (const { visitor, calls } of wanted) {
    assert.ok(calls.length > 30, `${visitor.username}: ${calls.length} calls`)
    const done: string[] = []
    for (const call of calls) {
      const said = await send(visitor.page, call)
      if (!isRefused(call, said)) done.push(told(call, said))
    }
    assert.deepEqual(done, [], visitor.username)
  }
  for (const visitor of [viewer, helper]) allowedTo(visitor)
  assert.deepEqual(
    table.filter((entry) => !used.has(entry)).map(([page, control]) => `${page} ${control}`),
    [],
    'entries of the table that no page has',
  )
})

test('what the console shows somebody who may do little, they can do', async () => {
  const calls = allowedTo(helper)
  const paths = calls.map(({ method, path }) => `${method} ${path}`).toSorted()
  assert.deepEqual(paths, ['DELETE /sessions/{session}', 'DELETE /users/{ada}/sessions', 'POST /users/{ada}/recovery-link'])
  // One of the sessions first, then all of them.
  for (const call of calls.toSorted((one, other) => one.path.localeCompare(other.path))) {
    const said = await send(helper.page, call)
    assert.ok(said.status < 300, told(call, said))
  }
})

test('an administrator is refused none of it', async () => {
  await signIn(new Client(server.url), people.ada)
  ids.session = (await api.must('GET', `/sessions?user=${ids.ada}`)).items[0].id
  const rank = ({ method, path }: Call): number =>
    path.startsWith('/trusted-browsers/')
      ? -1
      : /^\/(sessions|consents|devices)\//.test(path)
        ? 0
        : method !== 'DELETE'
          ? 1
          : path.startsWith('/tokens/')
            ? 2
            : path === person
              ? 4
              : 3
  const calls = unique([...refusedTo(viewer), ...refusedTo(helper)]).toSorted((one, other) => rank(one) - rank(other))
  const refused: string[] = []
  for (const call of calls) {
    const said = await send(admin.page, call)
    if ([401, 403, 404].includes(said.status) || said.status >= 500) refused.push(told(call, said))
  }
  assert.deepEqual(refused, [])
})

test('who has no role finds no way to the console, which says so, and the API refuses', async () => {
  const nora = await enter('nora')
  await nora.page.getByRole('heading', { name: 'This is for administrators', level: 1 }).waitFor()
  assert.equal(await nora.page.locator('nav').count(), 0)
  assert.equal((await send(nora.page, { method: 'GET', path: '/providers' })).status, 403)
  await nora.page.goto(`${server.url}/if/user/`)
  await nora.page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor()
  assert.equal(await nora.page.locator('a[href^="/if/admin/"]').count(), 0)
  await nora.close()
})

test('what was open is not gone on with by another person, nor lost while the server is away', async () => {
  const { page, close } = await enter('admin', '/settings/sessions')
  const lifetime = page.getByLabel('Lifetime')
  await lifetime.fill('9h')
  await page.context().setOffline(true)
  await page.getByRole('alert').filter({ hasText: 'The server cannot be reached' }).waitFor()
  assert.equal(await lifetime.inputValue(), '9h')
  await page.context().setOffline(false)
  await page.getByRole('alert').filter({ hasText: 'The server cannot be reached' }).waitFor({ state: 'detached' })

  const { items } = await api.must('GET', '/users?username=admin')
  await api.must('DELETE', `/users/${items[0].id}/sessions`)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const ended = page.getByRole('dialog', { name: 'Your session has ended' })
  await ended.waitFor()
  const opened = page.waitForEvent('popup')
  await ended.getByRole('link', { name: 'Sign in' }).click()
  const tab = await opened
  await tab.locator('[name=identifier]').fill('helen')
  await tab.keyboard.press('Enter')
  await tab.locator('[name=password]').fill(password)
  await tab.keyboard.press('Enter')
  await tab.waitForURL('**/if/user/')
  await tab.close()
  if (await ended.isVisible()) await ended.getByRole('button', { name: 'I have signed in' }).click()
  const other = page.getByRole('dialog', { name: 'Somebody else is signed in' })
  await other.getByText('You are signed in as helen').waitFor()
  page.on('dialog', (asked) => void asked.accept())
  await other.getByRole('button', { name: 'Leave it and go on as helen' }).click()
  await page.getByRole('heading', { name: 'You may not see this' }).waitFor()
  assert.equal((await api('GET', '/settings/sessions')).body?.spec?.lifetime === '9h', false)
  await close()
})
