import { adminToken, type Api, apiOf } from '../api.ts'
import { Client, signIn } from '../client.ts'
import { putDevice, trustBrowsers } from '../stored-devices.ts'
import { deadJob, putJob } from '../jobs.ts'
import { relyingParty } from '../relying-party.ts'
import { startServer } from '../server.ts'

const password = 'a long password of somebody'
const secret = 'a secret of thirty-two characters'
const redirectUri = 'http://127.0.0.1/callback'
/** A name that is markup; wherever it is shown it has to stay text. */
const evil = '<img src=x onerror=alert(1)>'
const long = 'Nordrhein-Westfälische-Grundstücksverkehrsgenehmigungszuständigkeit'

const provider = { type: 'oidc', with: { clientSecret: secret, redirectUris: [redirectUri] } }
const consent = { authorization: 'default-authorization-explicit-consent' }

const document = {
  version: 1,
  roles: {
    helpdesk: { name: 'Help desk', description: 'Helps people back in.', permissions: ['users.view', 'users.edit', 'sessions.*'] },
    evil: { name: evil, description: evil, permissions: ['events.view'] },
  },
  groups: {
    everyone: { name: 'Everyone' },
    staff: { name: 'Staff', parents: ['everyone'] },
    finance: { name: 'Finance', parents: ['staff'] },
    helpdesk: { name: 'Help desk', parents: ['staff'], roles: ['helpdesk'] },
    evil: { name: evil },
    long: { name: long, parents: ['everyone'] },
  },
  users: {
    admin: { name: 'Administrator', roles: ['admin'], password },
    ada: {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      groups: ['finance', 'helpdesk'],
      roles: ['admin'],
      attributes: { department: 'Analytical engines', room: 12, languages: ['en', 'fr'] },
      password,
    },
    bob: { name: 'Bob Example', email: 'bob@example.com', groups: ['staff'], password },
    grace: { name: 'Grace Hopper', email: 'grace@example.com', groups: ['everyone', 'long'], roles: ['viewer'], password },
    katherine: { name: 'Katherine Johnson', email: 'katherine@example.com', groups: ['finance'], password },
    margaret: { name: 'Margaret Hamilton', email: 'margaret@example.com', groups: ['staff'], enabled: false, password },
    mallory: { name: evil, email: 'mallory@example.com', groups: ['evil'], attributes: { note: evil }, password },
    'a-very-long-user-name-of-somebody-with-many-names': { name: long, email: 'somebody.with.a.long.address@subdomain.example.com' },
  },
  policies: {
    office: {
      type: 'expression',
      name: 'From the office',
      with: { expression: 'request.ip.in("192.0.2.0/24")', message: 'From the office network only.' },
    },
    evil: { type: 'expression', name: evil, with: { expression: `user.name !== ${JSON.stringify(evil)}`, message: evil } },
  },
  sinks: {
    siem: {
      type: 'webhook',
      name: 'SIEM',
      enabled: false,
      on: ['login_failed', 'user.*'],
      with: { url: 'https://siem.example.com/hook', secret: Buffer.from(secret).toString('base64') },
    },
    evil: { type: 'email', name: evil, enabled: false, on: ['*'], with: { to: ['security@example.com'] } },
  },
  scopeMappings: {
    department: {
      scope: 'department',
      description: 'See where you work',
      claims: { department: { expression: 'user.attributes.department' } },
    },
    evil: { scope: 'evil', description: evil, claims: { evil: { expression: JSON.stringify(evil) } } },
  },
  providers: { wiki: provider, notes: provider, ledger: provider, evil: { ...provider, name: evil } },
  applications: {
    wiki: { name: 'The Wiki', description: 'What we know.', provider: 'wiki', launchUrl: 'http://127.0.0.1/wiki', flows: consent },
    notes: { name: 'Notes', provider: 'notes', launchUrl: 'http://127.0.0.1/notes', flows: consent },
    ledger: {
      name: 'The Ledger',
      description: 'Who owes what to whom.',
      provider: 'ledger',
      launchUrl: 'http://127.0.0.1/ledger',
      access: { mode: 'any', bindings: [{ group: 'finance' }, { user: 'ada' }, { policy: 'office' }] },
    },
    calendar: { name: 'Calendar', launchUrl: 'http://127.0.0.1/calendar' },
    unused: { name: 'Photo archive', launchUrl: 'http://127.0.0.1/photos' },
    evil: { name: evil, description: `${evil} ${long}`, provider: 'evil', launchUrl: 'http://127.0.0.1/evil', access: [{ user: 'ada' }] },
  },
  flows: {
    office: {
      title: 'Sign in at work',
      designation: 'authentication',
      steps: [
        { type: 'identification' },
        { type: 'password' },
        {
          id: 'network',
          choose: [
            { when: 'request.ip.in("192.0.2.0/24")', steps: [{ id: 'welcome', type: 'dummy', with: { title: 'Welcome' } }] },
            { when: [{ group: 'finance' }], steps: [{ type: 'deny', with: { message: 'Finance works in the office.' } }] },
            { steps: [{ type: 'deny', when: 'user.isInGroup("staff") && request.ip.in("10.0.0.0/8")' }] },
          ],
        },
      ],
    },
    evil: { title: evil, designation: 'recovery', steps: [{ type: 'deny', with: { message: evil } }] },
  },
  settings: { sessions: { lifetime: '12h' } },
  brands: {
    default: { name: 'Acme', colors: { primary: '#7a1fa2' }, footerLinks: [{ label: 'Imprint', href: 'https://acme.example/' }] },
    evil: { name: evil, hosts: ['evil.example.com'] },
  },
}

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'

/** What happens in a house: people come and go, are refused, allow applications, and somebody changes and renames things. */
const live = async (url: string, api: Api): Promise<void> => {
  const come = async (username: string, userAgent = firefox) => {
    const client = new Client(url, { 'user-agent': userAgent })
    await signIn(client, { username, password })
    return client
  }
  const allow = async (client: Client, clientId: string) => {
    const party = relyingParty(url, { clientId, secret, redirectUri })
    await client.submit(await client.open(party.start({ scope: 'openid profile email offline_access' })), {}, 'Allow')
  }
  const ada = await come('ada')
  await allow(ada, 'wiki')
  await allow(ada, 'notes')
  await come('ada', phone)
  for (const username of ['bob', 'grace', 'katherine']) await come(username)
  for (const username of ['bob', 'margaret', 'nobody', 'mallory'])
    await signIn(new Client(url), { username, password: 'not the password' }).catch(() => {})

  const change = async (path: string, spec: object, message: string) => {
    const answer = await api('PATCH', `${path}?message=${encodeURIComponent(message)}`, { body: { spec }, headers: { 'if-match': '*' } })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`)
  }
  await change('/applications/wiki', { description: 'What we know, and who wrote it.' }, 'Say more about the wiki')
  await change('/applications/wiki', { name: 'The Wiki of us all' }, evil)
  await change('/flows/office', { title: 'Sign in at the office' }, 'A better title')

  const user = (await api.must('GET', '/users?username=ada')).items[0].id
  for (const token of [
    { name: 'Nightly export', scopes: ['users.view', 'groups.view'], expiresAt: '2099-01-31T12:00:00Z' },
    { name: evil },
  ])
    await api.must('POST', '/tokens', { user, ...token })
}

export type House = Awaited<ReturnType<typeof openHouse>>

/** A server with something of every kind, in which things have happened. Its administrator is ada. */
export const openHouse = async () => {
  const server = await startServer({ apply: document, env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  const api = apiOf(server.url, adminToken)
  await live(server.url, api)
  await putJob(server, { kind: 'notice', run_at: Date.now() + 3_600_000, attempts: 2, last_error: 'MailError: the mail server said no' })
  await putJob(server, deadJob)
  await putJob(server, { ...deadJob, kind: evil, last_error: `${evil} ${long.repeat(8)}` })
  const idOf = async (username: string): Promise<string> => (await api.must('GET', `/users?username=${username}`)).items[0].id
  const ada = await idOf('ada')
  // Nothing that a sign-in would ask for.
  const katherine = await idOf('katherine')
  for (const user of [ada, katherine]) {
    await putDevice(server, { user, kind: 'recovery-codes', data: { hashes: ['x', 'y'], of: 10 }, usedAt: Date.now() - 86_400_000 })
    await putDevice(server, { user, kind: 'smart-card', name: user === ada ? `${evil} ${long}` : 'Card at work' })
  }
  await trustBrowsers(server, ada, firefox)
  const lastOf = async (action: string): Promise<string> => (await api.must('GET', `/events?action=${action}&limit=1`)).items[0].id
  return {
    url: server.url,
    api,
    password,
    ids: { ada, katherine, mallory: await idOf('mallory') },
    events: { failed: await lastOf('login_failed'), changed: await lastOf('configuration.changed') },
    revisions: Number((await api.must('GET', '/configuration/history?limit=1')).items[0].number),
    close: () => server.stop(),
  }
}
