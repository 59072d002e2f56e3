import assert from 'node:assert/strict'
import test from 'node:test'
import { authorize, confidential, publicClient, world } from '../test/harness.ts'

const one = await world({ app: confidential, spa: publicClient })

/** A request that must not be answered by a redirect: the page's error, and what it shows. */
const page = async (changes: Record<string, string | undefined>, raw = '') => {
  const response = await authorize(one, changes, raw)
  assert.equal(response.statusCode, 400)
  assert.equal(response.headers.location, undefined)
  return { text: response.body, why: response.json().page.nodes[0].text.key }
}

test('a request without client_id gets a page', async () => {
  assert.equal((await page({ client_id: undefined })).why, 'oidc.refused.client-missing')
})

test('a request of an unknown client gets a page that shows the client ID', async () => {
  const { why, text } = await page({ client_id: 'nobody' })
  assert.equal(why, 'oidc.refused.client-unknown')
  assert.match(text, /"nobody"/)
})

test('a request without redirect_uri gets a page, though only one is registered', async () => {
  assert.equal((await page({ redirect_uri: undefined })).why, 'oidc.refused.redirect-missing')
})

const foreign = [
  'https://app.example/cb/../evil',
  'https://app.example/cb%2f..%2fevil',
  'https://app.example/cb/%2e%2e/x',
  'https://app.example.evil.tld/cb',
  'https://app.example@evil.tld/cb',
  'https://evil.tld\\@app.example/cb',
  'https://app.example#@evil.tld',
  'https://spa.example/cb',
  'javascript:alert(1)',
]
for (const redirect_uri of foreign)
  test(`an answer to ${redirect_uri} is refused by a page that shows it and nothing registered`, async () => {
    const { why, text } = await page({ redirect_uri })
    assert.equal(why, 'oidc.refused.redirect-unknown')
    const shown = JSON.parse(text).page.nodes[1].items
    assert.deepEqual(
      shown.map(({ value }: { value: string }) => value),
      ['app', redirect_uri],
    )
    assert.doesNotMatch(text, /"https:\/\/app\.example\/cb"/)
  })

test('a loopback client is answered at the port it asks for, and at no other host', async () => {
  const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
  const asked = { client_id: 'spa', ...challenge }
  const response = await authorize(one, { ...asked, redirect_uri: 'http://127.0.0.1:53123/cb' })
  assert.match(response.headers.location ?? '', /^http:\/\/127\.0\.0\.1:53123\/cb\?code=/)
  for (const redirect_uri of ['http://localhost.evil.tld:1/cb', 'http://127.0.0.1.nip.io/cb', 'http://localhost/cb'])
    assert.equal((await page({ ...asked, redirect_uri })).why, 'oidc.refused.redirect-unknown')
})

for (const [name, value] of Object.entries({ redirect_uri: 'https://evil.tld/', client_id: 'spa', state: 'x', unheard_of: '1' }))
  test(`${name} sent twice gets a page`, async () => {
    assert.equal((await page({ [name]: value }, `&${new URLSearchParams({ [name]: value })}`)).why, 'oidc.refused.repeated')
  })

test('a very long value is cut short', async () => {
  const { text } = await page({ client_id: 'x'.repeat(5000) })
  assert.ok(text.length < 2000)
})

test('who may see providers is shown the registered address that is nearest, and where it is kept', async () => {
  const two = await world({
    app: { ...confidential, redirectUris: ['https://other.example/', 'https://app.example/cb', 'http://127.0.0.1/cb'] },
  })
  const shown = async (redirect_uri: string) => JSON.stringify((await authorize(two, { redirect_uri })).json().page.nodes)
  assert.doesNotMatch(await shown('https://app.example/cb/'), /"https:\/\/app\.example\/cb"/)
  two.setting.permissions = ['providers.view']
  assert.match(await shown('https://app.example/cb/'), /"value":"https:\/\/app\.example\/cb"\}.*"href":"\/if\/admin\/providers\/app"/)
  assert.match(await shown('http://127.0.0.1:80/callback'), /"value":"http:\/\/127\.0\.0\.1\/cb"\}/)
})
