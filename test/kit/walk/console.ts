import type { Page } from 'playwright-core'
import type { House } from './house.ts'
import type { Place, Say } from './place.ts'

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click()
/** The menu of what can be done with what the page shows. */
const choose = async (page: Page, item: string) => {
  await page.locator('#content [aria-haspopup=menu]').first().click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}
const dialog = (page: Page) => page.getByRole('dialog').waitFor()
const opened = (key: string) => async (page: Page, say: Say) => {
  await press(page, say(key))
  await dialog(page)
}
const chosen = (key: string) => async (page: Page, say: Say) => {
  await choose(page, say(key))
  await dialog(page)
}
const tab = (key: string) => (page: Page, say: Say) => page.getByRole('tab', { name: say(key), exact: true }).click()
/** Opens the palette and looks for something. */
const palette = async (page: Page) => {
  await page.keyboard.press('Control+k')
  await dialog(page)
  await page.keyboard.type('wiki')
  await page
    .getByRole('option', { name: /The Wiki/ })
    .first()
    .waitFor()
}

/** The pages of a kind of configuration, with the tabs of one, and one whose name is markup. */
const ofKind = (kind: string, slug: string, { hasOverview = false } = {}): readonly Place[] => [
  { name: `${kind}-list`, path: `/${kind}` },
  // An application is made by the wizard.
  ...(kind === 'applications' ? [] : [{ name: `${kind}-new`, path: `/${kind}/new` }]),
  { name: `${kind}-one`, path: `/${kind}/${slug}` },
  { name: `${kind}-evil`, path: `/${kind}/evil` },
  ...[...(hasOverview ? ['settings'] : []), 'uses', 'history', 'source'].map((name) => ({
    name: `${kind}-one-${name}`,
    path: `/${kind}/${slug}/${name}`,
  })),
]

const ofWizard = (name: string, reach: (page: Page, say: Say) => Promise<void>): Place => ({
  name: `wizard-${name}`,
  path: '/applications/new',
  reach,
})
const named = async (page: Page, say: Say) => {
  await page.locator('input[name=name]').fill('Payroll')
  await press(page, say('applications.wizard.next'))
}
const detailed = async (page: Page, say: Say) => {
  await named(page, say)
  await press(page, say('applications.wizard.next'))
  await page
    .locator('[data-pointer="/redirectUris/0"] input, [data-pointer="/redirectUris"] input')
    .first()
    .fill('https://payroll.example.com/callback')
  await page.locator('[data-pointer="/launchUrl"] input').fill('https://payroll.example.com/')
}
const signing = async (page: Page, say: Say) => {
  await named(page, say)
  await page.getByRole('radio', { name: new RegExp(`^${say('applications.wizard.authentication.jwks')}`) }).click()
  await press(page, say('applications.wizard.next'))
  await page.locator('[data-pointer="/jwks"] textarea').fill('{ "keys": [ { "kty": "OKP", "crv": "Ed25519", "x": "…" } ] }')
}
const guarded = async (page: Page, say: Say) => {
  await detailed(page, say)
  await press(page, say('applications.wizard.next'))
  await page.getByRole('radio').nth(1).click()
}
let made = 0
/** Another one each time: what is made is not made again. */
const connected = async (page: Page, say: Say) => {
  await detailed(page, say)
  if (made > 0) await page.locator('[data-pointer="/slug"] input').fill(`payroll-${made}`)
  made += 1
  await press(page, say('applications.wizard.next'))
  await press(page, say('objects.create'))
  await page.getByRole('tablist').waitFor()
}

const simulated = async (page: Page, say: Say) => {
  await tab('flows.tab.simulate')(page, say)
  await press(page, say('flows.simulate.run'))
  await press(page, say('flows.simulate.fill-in'))
  await page.getByRole('textbox', { name: /identifier/ }).fill('katherine')
  await page.getByRole('checkbox', { name: say('flows.simulate.assume') }).click()
  await page.getByRole('textbox', { name: say('flows.simulate.ip') }).fill('10.1.2.3')
  await press(page, say('flows.simulate.run'))
  await page
    .getByRole('list', { name: say('flows.simulate.trace') })
    .getByText('network')
    .first()
    .waitFor()
}
const inserting = async (page: Page, say: Say) => {
  // Its name says to which list.
  await page.getByText(say('flows.outline.add'), { exact: true }).first().click()
  await dialog(page)
}
const completing = async (page: Page) => {
  await page.getByRole('textbox', { name: /Expression|Ausdruck/ }).click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('user.isIn')
  await page.getByRole('option', { name: /^isInGroup/ }).waitFor()
}
const tried = async (page: Page, say: Say) => {
  await press(page, say('kit.editor.try'))
  await page
    .getByRole('group', { name: say('kit.editor.try') })
    .getByText('request.ip.in')
    .waitFor()
}

const revoking = async (page: Page, say: Say) => {
  await page.getByRole('button', { name: `${say('system.keys.revoke')}: RS256`, exact: true }).click()
  await dialog(page)
}

const deletingJob = async (page: Page, say: Say) => {
  await press(page, say('system.jobs.delete-of').replace('{kind}', 'of-nobody'))
  await dialog(page)
}

export const consoleAreas = [
  'start',
  'applications',
  'providers',
  'directory',
  'access',
  'flows',
  'policies',
  'events',
  'system',
  'brands',
] as const
type ConsoleArea = (typeof consoleAreas)[number]

/** Every page of the console, in parts of which each is a short walk. */
export const consolePlaces = ({ ids, events, revisions }: House): Readonly<Record<ConsoleArea, readonly Place[]>> => ({
  start: [
    { name: 'dashboard', path: '/' },
    { name: 'palette', path: '/', reach: palette },
    { name: 'shortcuts', path: '/', reach: (page) => page.keyboard.press('?').then(() => dialog(page)) },
    {
      name: 'navigation',
      path: '/',
      onPhone: true,
      reach: (page) =>
        page
          .locator('#content button')
          .first()
          .click()
          .then(() => dialog(page)),
    },
    { name: 'not-found', path: '/nothing/of/the/kind' },
  ],
  applications: [
    ...ofKind('applications', 'wiki', { hasOverview: true }),
    { name: 'applications-none', path: '/applications?search=nothing-has-this' },
    { name: 'applications-delete', path: '/applications/unused', reach: chosen('kit.delete') },
    { name: 'applications-rename', path: '/applications/unused', reach: chosen('objects.rename') },
    { name: 'applications-missing', path: '/applications/gone', told: /status of 404/ },
    { name: 'wizard-program', path: '/applications/new' },
    ofWizard('protocol', named),
    ofWizard('details', detailed),
    ofWizard('keys', signing),
    ofWizard('access', guarded),
    ofWizard('done', connected),
  ],
  providers: [
    ...ofKind('providers', 'wiki', { hasOverview: true }),
    { name: 'providers-in-use', path: '/providers/wiki', reach: chosen('kit.delete') },
    ...ofKind('scope-mappings', 'department'),
  ],
  directory: [
    { name: 'users', path: '/users' },
    {
      name: 'users-selected',
      path: '/users',
      reach: (page) => page.locator('#content').getByRole('checkbox').nth(1).click(),
    },
    { name: 'users-new', path: '/users/new' },
    { name: 'user', path: `/users/${ids.ada}` },
    { name: 'user-evil', path: `/users/${ids.mallory}` },
    ...['access', 'authenticators', 'sessions', 'tokens', 'consents', 'events'].map((name) => ({
      name: `user-${name}`,
      path: `/users/${ids.ada}/${name}`,
    })),
    { name: 'user-menu', path: `/users/${ids.ada}`, reach: (page) => page.locator('#content [aria-haspopup=menu]').first().click() },
    { name: 'user-password', path: `/users/${ids.ada}`, reach: chosen('directory.password.set') },
    { name: 'user-reset', path: `/users/${ids.katherine}/authenticators`, reach: opened('directory.devices.reset') },
    { name: 'user-delete', path: `/users/${ids.mallory}`, reach: chosen('kit.delete') },
  ],
  access: [
    { name: 'groups', path: '/groups' },
    { name: 'groups-new', path: '/groups/new' },
    { name: 'group', path: '/groups/finance' },
    { name: 'group-evil', path: '/groups/evil' },
    { name: 'group-settings', path: '/groups/finance/settings' },
    { name: 'group-used-by', path: '/groups/finance/used-by' },
    ...ofKind('roles', 'helpdesk'),
    { name: 'tokens', path: '/tokens' },
    { name: 'tokens-new', path: '/tokens', reach: opened('directory.tokens.new') },
    { name: 'sessions', path: '/sessions' },
  ],
  flows: [
    { name: 'flows', path: '/flows' },
    { name: 'flows-new', path: '/flows', reach: opened('flows.new') },
    { name: 'flow', path: '/flows/office' },
    { name: 'flow-evil', path: '/flows/evil' },
    { name: 'flow-step', path: '/flows/office', reach: (page) => page.getByRole('button', { name: /^deny/ }).first().click() },
    { name: 'flow-insert', path: '/flows/office', reach: inserting },
    { name: 'flow-yaml', path: '/flows/office', reach: tab('flows.tab.yaml') },
    { name: 'flow-simulation', path: '/flows/office', reach: simulated },
    { name: 'flow-history', path: '/flows/office', reach: tab('flows.tab.history') },
  ],
  policies: [
    ...ofKind('policies', 'office'),
    { name: 'policies-try', path: '/policies/office', reach: tried },
    { name: 'policies-completion', path: '/policies/office', reach: completing },
  ],
  events: [
    { name: 'events', path: '/events' },
    {
      name: 'events-seal',
      path: '/events',
      reach: (page) => page.locator('#content details summary').first().click(),
    },
    { name: 'events-none', path: '/events?search=nothing-has-this' },
    { name: 'event-failed', path: `/events/${events.failed}` },
    { name: 'event-changed', path: `/events/${events.changed}` },
    { name: 'revisions', path: '/revisions' },
    { name: 'revision', path: `/revisions/${revisions - 1}` },
    { name: 'revision-rollback', path: `/revisions/${revisions - 1}`, reach: opened('events.rollback') },
    { name: 'compare', path: `/revisions/compare?from=1&to=${revisions}` },
    { name: 'compare-what', path: '/revisions/compare' },
  ],
  system: [
    { name: 'settings', path: '/settings' },
    ...['sessions', 'tokens', 'mfa', 'device', 'email', 'flows'].map((name) => ({ name: `settings-${name}`, path: `/settings/${name}` })),
    {
      name: 'settings-email-messages',
      path: '/settings/email',
      reach: (page, say) => page.getByRole('list', { name: say('system.mail.files') }).scrollIntoViewIfNeeded(),
    },
    { name: 'settings-email-text', path: '/settings/email', reach: (page, say) => press(page, say('system.mail.plain')) },
    { name: 'settings-keys', path: '/settings/keys' },
    { name: 'settings-events', path: '/settings/events' },
    { name: 'keys', path: '/keys' },
    ...ofKind('sinks', 'siem', { hasOverview: true }),
    // One goes by its type, so none has a name of its own.
    ...ofKind('authenticators', 'webauthn').filter(({ name }) => name !== 'authenticators-evil'),
    { name: 'keys-rotate', path: '/keys', reach: opened('system.keys.rotate') },
    { name: 'keys-revoke', path: '/keys', reach: revoking },
    { name: 'jobs', path: '/jobs' },
    { name: 'jobs-none', path: '/jobs?state=dead&kind=nothing-is-so' },
    { name: 'jobs-delete', path: '/jobs?state=dead&kind=of-nobody', reach: deletingJob },
  ],
  brands: [...ofKind('brands', 'default')],
})
