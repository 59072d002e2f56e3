import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { extname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const built = join(import.meta.dirname, '../../dist/interfaces')
const interfaces = { portal: '/if/user/', console: '/if/admin/' } as const
type Name = keyof typeof interfaces
const names = Object.keys(interfaces) as Name[]

let server: TestServer
let admin: Api
before(async () => {
  const users = { eve: { password: 'a long password of eve' } }
  server = await startServer({ apply: configuration({ users }), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string | undefined>>; readonly body: Buffer }
/** Asks for an address exactly as it is written: `fetch` would tidy it up, and unpack what comes. */
const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Answer['headers'],
          body: Buffer.concat(parts),
        }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })

const fileNames = (name: Name) => readdirSync(join(built, name, 'assets')).map((file) => `${name}/assets/${file}`)
const fileOf = (name: Name, extension: string): string => {
  const found = fileNames(name).find((file) => extname(file) === extension && existsSync(join(built, `${file}.br`)))
  assert.ok(found, `${name} has a ${extension} that is compressed`)
  return found
}
const address = (file: string) => `/static/interfaces/${file}`
const onDisk = (file: string) => readFileSync(join(built, file))

describe('files of interfaces', () => {
  for (const name of names) {
    test(`${name}: are whole, of their type, for everybody, and never asked for again`, async () => {
      for (const [extension, type] of [
        ['.js', 'text/javascript; charset=utf-8'],
        ['.css', 'text/css; charset=utf-8'],
        ['.svg', 'image/svg+xml'],
      ] as const) {
        const file = fileOf(name, extension)
        const { status, headers, body } = await ask(address(file))
        assert.deepEqual([status, headers['content-type'], headers['x-content-type-options']], [200, type, 'nosniff'], file)
        assert.deepEqual([headers['cache-control'], headers['vary']], ['public, max-age=31536000, immutable', 'accept-encoding'], file)
        assert.deepEqual([headers['content-encoding'], headers['set-cookie']], [undefined, undefined], file)
        assert.ok(body.equals(onDisk(file)), file)
      }
    })

    test(`${name}: what keeps its name is asked for again`, async () => {
      const { status, headers } = await ask(address(`${name}/theme.js`))
      assert.deepEqual([status, headers['cache-control']], [200, 'no-cache'])
    })
  }

  test('are compressed as the browser takes it', async () => {
    const file = fileOf('portal', '.js')
    const open = { br: brotliDecompressSync, gzip: gunzipSync } as const
    const cases = {
      'gzip, deflate, br, zstd': 'br',
      'gzip, br;q=0': 'gzip',
      'gzip, br; q=0': 'gzip',
      'br;q=0.000 , gzip;q=0.5': 'gzip',
      'br;q=0.1, gzip': 'br',
      gzip: 'gzip',
      deflate: undefined,
      identity: undefined,
      '': undefined,
      'brotli, gzipped': undefined,
      'br;q=0, gzip;q=0.0': undefined,
    } as const
    for (const [accepted, expected] of Object.entries(cases)) {
      const { status, headers, body } = await ask(address(file), { 'accept-encoding': accepted })
      assert.deepEqual([status, headers['content-encoding'], headers['vary']], [200, expected, 'accept-encoding'], accepted)
      assert.ok((expected ? open[expected](body) : body).equals(onDisk(file)), accepted)
    }
  })

  test('are not sent again to who has them', async () => {
    for (const encoding of ['br', 'gzip', 'identity']) {
      const file = address(fileOf('console', '.css'))
      const first = await ask(file, { 'accept-encoding': encoding })
      const etag = first.headers['etag'] ?? ''
      assert.match(etag, /^"[^"]+"$/)
      const again = await ask(file, { 'accept-encoding': encoding, 'if-none-match': etag })
      assert.deepEqual([again.status, again.body.length, again.headers['etag']], [304, 0, etag])
      assert.equal(again.headers['cache-control'], first.headers['cache-control'])
      assert.equal((await ask(file, { 'accept-encoding': encoding, 'if-none-match': '"another"' })).status, 200)
    }
  })

  test('have heads without bodies', async () => {
    const file = address(fileOf('portal', '.js'))
    for (const encoding of ['br', 'identity']) {
      const [head, whole] = await Promise.all([
        ask(file, { 'accept-encoding': encoding }, 'HEAD'),
        ask(file, { 'accept-encoding': encoding }),
      ])
      assert.deepEqual([head.status, head.body.length], [200, 0])
      for (const name of ['content-type', 'content-encoding', 'etag', 'cache-control', 'vary'])
        assert.equal(head.headers[name], whole.headers[name], name)
    }
  })

  test('are those of the build alone', async () => {
    const file = fileOf('portal', '.js')
    const missing = [
      'portal/assets/none.js',
      'portal/assets/',
      'portal',
      '',
      'portal/index.html',
      'portal/index.html.br',
      'portal/.vite/manifest.json',
      'stamp',
      `${file}.br`,
      `${file}.gz`,
      `${file}/`,
      `${file}%00`,
      `${file}%00.css`,
      'constructor',
      '__proto__',
    ]
    for (const name of missing) {
      const { status, headers } = await ask(address(name))
      assert.deepEqual([status, headers['cache-control']?.includes('immutable') ?? false], [404, false], name)
    }
  })

  test('lead nowhere else', async () => {
    const steps = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '%252e%252e%252f', '..;/', '....//', '.%2e/', '%c0%ae%c0%ae/']
    const targets = ['package.json', 'etc/passwd', 'core/main.ts']
    for (const step of steps) {
      for (const depth of [1, 2, 3, 4, 12]) {
        for (const target of targets) {
          for (const start of ['', 'portal/', 'portal/assets/']) {
            const path = address(`${start}${step.repeat(depth)}${target}`)
            const { status, body } = await ask(path)
            assert.ok(status === 404 || status === 400, `${path}: ${status}`)
            assert.doesNotMatch(body.toString(), /root:|"dependencies"|import /, path)
          }
        }
      }
    }
    for (const absolute of ['/etc/passwd', '%2fetc%2fpasswd', 'file:%2f%2f%2fetc%2fpasswd', join(built, 'stamp')])
      assert.equal((await ask(address(absolute))).status, 404, absolute)
  })
})

describe('pages of interfaces', () => {
  const signedIn = async (who: { readonly username: string; readonly password: string } = people.ada) => {
    const client = new Client(server.url)
    await signIn(client, who)
    return client
  }

  for (const name of names) {
    const path = interfaces[name]

    test(`${name}: every address below it is the same page`, async () => {
      const client = await signedIn()
      const page = await client.ask(path)
      assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8'])
      assert.equal(page.headers.get('cache-control'), 'no-store')
      for (const deep of [path.slice(0, -1), `${path}security`, `${path}users/0190/access?tab=a%20b`, `${path}no/such/page`]) {
        const { status, body } = await client.ask(deep)
        assert.deepEqual([status, body === page.body], [200, true], deep)
      }
      const scripts = [...page.body.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, file = '']) => file)
      assert.ok(scripts.length > 2)
      for (const file of scripts) assert.equal((await ask(file)).status, 200, file)
      assert.doesNotMatch(page.body, /<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=|https?:\/\//i)
    })

    test(`${name}: a strict policy`, async () => {
      const { headers } = await (await signedIn()).ask(path)
      const csp = headers.get('content-security-policy') ?? ''
      const rules = new Map(csp.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]))
      assert.doesNotMatch(csp, /unsafe-|\*|https?:|blob:/)
      for (const [rule, value] of [
        ['default-src', "'none'"],
        ['script-src', "'self'"],
        ['style-src', "'self'"],
        ['connect-src', "'self'"],
        ['frame-ancestors', "'none'"],
        ['base-uri', "'none'"],
        ['form-action', "'self'"],
      ] as const)
        assert.equal(rules.get(rule), value, rule)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
    })

    test(`${name}: speaks the language of who asks`, async () => {
      const client = await signedIn()
      const { body, headers } = await client.ask(path, { headers: { 'accept-language': 'de-AT,de;q=0.9' } })
      assert.match(body, /<html lang="de" dir="ltr">/)
      assert.equal(headers.get('content-language'), 'de')
    })

    test(`${name}: who is not signed in signs in, and comes back to where they wanted to go`, async () => {
      const client = new Client(server.url)
      const deep = `${path}security?a=1&b=%C3%A4%26#not-sent`
      const away = await client.ask(deep)
      assert.deepEqual([away.status, away.headers.get('cache-control')], [303, 'no-store'])
      assert.deepEqual([away.to?.pathname, away.to?.searchParams.get('next')], ['/if/flow/redirect/', deep.split('#')[0]])
      const identified = await client.submit(await client.follow(away), { identifier: people.bob.username })
      let back = await client.send(identified, { password: people.bob.password })
      // By `Location` alone: for who runs no scripts the page itself leads on, to the plain one.
      for (let location = back.headers.get('location'); location !== null; location = back.headers.get('location'))
        back = await client.ask(location)
      assert.deepEqual([back.status, back.url.pathname + back.url.search], [200, deep.split('#')[0]])
      assert.match(back.body, /<div id="app">/)
    })

    test(`${name}: a head without a body`, async () => {
      const client = await signedIn()
      const [head, page] = [await client.ask(path, { method: 'HEAD' }), await client.ask(path)]
      assert.deepEqual([head.status, head.body], [200, ''])
      for (const header of ['content-type', 'content-security-policy', 'cache-control'])
        assert.equal(head.headers.get(header), page.headers.get(header), header)
      assert.equal((await new Client(server.url).ask(path, { method: 'HEAD' })).status, 303)
    })

    test(`${name}: nothing but reading`, async () => {
      const client = await signedIn()
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const { status } = await client.ask(path, { method, headers: { origin: server.url, 'sec-fetch-site': 'same-origin' } })
        assert.ok(status === 404 || status === 405, `${method}: ${status}`)
      }
    })
  }

  test('a path that only begins like one is no page of it', async () => {
    const client = await signedIn()
    for (const path of ['/if/users', '/if/userx/', '/if/adminx', '/if/']) assert.equal((await client.ask(path)).status, 404, path)
  })

  test('whose account was disabled signs in', async () => {
    const client = await signedIn({ username: 'eve', password: 'a long password of eve' })
    for (const name of names) assert.equal((await client.ask(interfaces[name])).status, 200, name)
    const [{ id }] = (await admin.must('GET', '/users?username=eve')).items
    await admin.must('PATCH', `/users/${id}`, { enabled: false })
    for (const name of names) {
      const { status, to, body } = await client.ask(interfaces[name])
      assert.deepEqual([status, to?.pathname, body.includes('id="app"')], [303, '/if/flow/redirect/', false], name)
    }
  })
})
