import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { devices, laptop, stranger } from '../kit/client-certificates.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { relyingParty } from '../kit/relying-party.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const secret = 'secret-of-an-application-with-32-characters'
const provider = { type: 'oidc', with: { clientSecret: secret, redirectUris: ['http://127.0.0.1/callback'] } }
const applications = {
  payroll: "device.certificate?.commonName === 'laptop-7' && device.certificate.names.includes('ada@example.com')",
  plans: "device.posture.managed === 'yes'",
  phones: "device.platform === 'Android'",
  desk: 'device.trusted',
}
const apply = configuration({
  settings: {
    device: { certificate: { header: 'Client-Cert', authorities: devices }, posture: { managed: 'X-Device-Managed' } },
    mfa: { trust: '30d' },
  },
  flows: {
    managed: {
      title: 'Managed',
      designation: 'authentication',
      steps: [{ type: 'deny', when: "device.posture.managed !== 'yes'" }, { type: 'identification' }, { type: 'password' }],
    },
  },
  providers: Object.fromEntries(Object.keys(applications).map((slug) => [slug, provider])),
  applications: Object.fromEntries(Object.entries(applications).map(([slug, access]) => [slug, { name: slug, provider: slug, access }])),
})
const certificate = encodeURIComponent(laptop)
let server: TestServer
before(async () => {
  server = await startServer({ apply })
})
after(() => server?.stop())

const party = (clientId: string) => relyingParty(server.url, { clientId, secret })
const opens = async (slug: string, headers: Readonly<Record<string, string>>): Promise<boolean> => {
  const page = await signIn(new Client(server.url, headers), people.ada, party(slug).start())
  if (page.status === 403) return false
  assert.ok(party(slug).answerOf(page).code, page.text)
  return true
}

test('a device shows itself by a certificate that a trusted proxy passes on', async () => {
  assert.equal(await opens('payroll', { 'client-cert': certificate }), true)
  assert.equal(await opens('payroll', {}), false)
  assert.equal(await opens('payroll', { 'client-cert': encodeURIComponent(stranger) }), false)
  assert.equal(await opens('payroll', { 'x-client-cert': certificate }), false)
})

test('what a trusted proxy says of a device is known by its name', async () => {
  assert.equal(await opens('plans', { 'x-device-managed': 'yes' }), true)
  assert.equal(await opens('plans', { 'x-device-managed': 'no' }), false)
  assert.equal(await opens('plans', { managed: 'yes' }), false)
})

test('a header that comes twice says nothing, since a visitor may have written one of them', async () => {
  const begins = async (values: readonly string[]): Promise<boolean> => {
    const headers = { 'content-type': 'application/json', 'x-device-managed': [...values] }
    const sent = request(`${server.url}/api/v1/flows/managed/run`, { method: 'POST', headers }).end('{}')
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const said = await text(answer)
    assert.notEqual(said.includes('identifier'), said.includes('denied'), said)
    return said.includes('identifier')
  }
  assert.equal(await begins(['yes']), true)
  assert.equal(await begins(['yes', 'yes']), false)
  assert.equal(await begins(['yes', '']), false)
})

test('the platform is what the browser says', async () => {
  assert.equal(await opens('phones', { 'user-agent': 'Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/140 Mobile' }), true)
  assert.equal(await opens('phones', { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140' }), false)
  assert.equal(await opens('desk', {}), false, 'nobody trusts it')
})

test('tokens are refreshed by what the device showed at the sign-in, not by what the application shows', async () => {
  const payroll = party('payroll')
  const client = new Client(server.url, { 'client-cert': certificate })
  const { code } = payroll.answerOf(await signIn(client, people.ada, payroll.start({ scope: 'openid offline_access', prompt: 'consent' })))
  assert.ok(code)
  const tokens = (await payroll.redeem(code)).json() as { readonly refresh_token?: string }
  assert.ok(tokens.refresh_token, JSON.stringify(tokens))
  const refreshed = await payroll.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
  assert.equal(refreshed.status, 200, refreshed.text)
})

test('whoever comes by no trusted proxy tells nothing of their device', async () => {
  await server.restart({ env: { SLUICE_TRUSTED_PROXIES: '192.0.2.0/24' } })
  assert.equal(await opens('payroll', { 'client-cert': certificate }), false)
  assert.equal(await opens('plans', { 'x-device-managed': 'yes' }), false)
})
