import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { answerTo, rawly, type Raw } from '../kit/socket.ts'
import { attacked } from './attack.ts'
import { hidden, pairs } from './smuggling.ts'

/** What the server allows is 10,000; here it is what a process of a test may open. */
const maxConnections = 600

let server: TestServer
before(async () => {
  server = await startServer({ apply: attacked(), env: { SLUICE_MAX_CONNECTIONS: String(maxConnections), SLUICE_LOG_LEVEL: 'debug' } })
})
after(() => server?.stop())

const head = 'Host: localhost\r\n'
const seconds = (n: number) => new Promise((resolve) => setTimeout(resolve, n * 1000))
const memory = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024
/** The server answers, and soon. */
const isWell = async () => {
  const started = performance.now()
  assert.equal((await new Client(server.url).ask('/-/health/live')).status, 200)
  assert.ok(performance.now() - started < 5000)
}

test('who sends headers, a body or nothing at all, byte by byte, is let go; others are served meanwhile', async () => {
  const trickle = ({ socket }: Raw, text: string) => {
    const timer = setInterval(() => socket.write(text), 500)
    socket.once('close', () => clearInterval(timer))
  }
  const silent = Array.from({ length: 100 }, () => rawly(server.url))
  const headers = Array.from({ length: 100 }, () => rawly(server.url, `GET / HTTP/1.1\r\n${head}`))
  for (const one of headers) trickle(one, 'X-A: b\r\n')
  const bodies = Array.from({ length: 100 }, () =>
    rawly(
      server.url,
      `POST /application/o/token/ HTTP/1.1\r\n${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\na`,
    ),
  )
  for (const one of bodies) trickle(one, 'a')
  await seconds(1)
  await isWell()
  await signIn(new Client(server.url), people.ada)
  const slowest = async (of: readonly Raw[]) => Math.max(...(await Promise.all(of.map(({ closed }) => closed))))
  assert.ok((await slowest(silent)) < 16_000, 'nothing at all: 10 s')
  assert.ok((await slowest(headers)) < 16_000, 'headers: 10 s')
  assert.ok((await slowest(bodies)) < 36_000, 'a body: 30 s')
  assert.ok(headers.every((raw) => raw.statuses().every((status) => status === 408)))
  await isWell()
})

test('more connections than may be are closed at once, and none of those that were there suffers', async () => {
  const client = new Client(server.url)
  await client.ask('/-/health/live')
  const before = memory()
  const all: Raw[] = []
  for (let n = 0; n < maxConnections * 2; n += 100) {
    all.push(...Array.from({ length: 100 }, () => rawly(server.url, `GET /-/health/live HTTP/1.1\r\n${head}\r\n`)))
    await seconds(0.1)
  }
  const isOpen = ({ socket }: Raw) => !socket.closed && socket.readable
  // As soon as the machine lets it: each has an answer, or is closed.
  for (let waited = 0; waited < 100 && !all.every((raw) => !isOpen(raw) || raw.statuses().length > 0); waited++) await seconds(0.1)
  const open = all.filter(isOpen)
  assert.ok(open.length <= maxConnections && open.length > maxConnections / 2, `${open.length} are open`)
  assert.ok(open.every((raw) => raw.statuses()[0] === 200))
  assert.ok(memory() - before < 100, `${memory() - before} MB more`)
  for (const { socket } of all) socket.destroy()
  // Until the server has seen that they are gone, it has no place for others.
  const answers = () =>
    new Client(server.url).ask('/-/health/live').then(
      () => true,
      () => false,
    )
  for (let waited = 0; waited < 100 && !(await answers()); waited++) await seconds(0.1)
  await isWell()
})

describe('requests of a size that nobody needs', () => {
  test('headers of a megabyte, or ten thousand of them, are refused', async () => {
    for (const lines of [`X-Big: ${'a'.repeat(1_000_000)}\r\n`, 'X-A: b\r\n'.repeat(10_000), `Cookie: ${'a=b; '.repeat(200_000)}\r\n`]) {
      const raw = await answerTo(server.url, `GET / HTTP/1.1\r\n${head}${lines}\r\n`)
      // The answer may be lost where the connection is reset while much of the request is still on its way.
      assert.ok([undefined, 431].includes(raw.statuses()[0]), raw.text().slice(0, 200))
      assert.ok(raw.statuses().length <= 1)
    }
    await isWell()
  })

  test('a form of ten thousand parts, of either kind, is refused or costs nothing', async () => {
    const boundary = 'x'
    const part = `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n`
    const started = performance.now()
    for (const path of ['/application/o/token/', '/if/flow/default-authentication/', '/api/v1/media', '/if/flow/redirect/']) {
      const parts = await new Client(server.url).ask(path, {
        body: `${part.repeat(10_000)}--${boundary}--\r\n`,
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      })
      assert.ok(parts.status >= 400 && parts.status < 500, `${path} ${parts.status}`)
      const fields = await new Client(server.url).ask(path, {
        body: 'a=b&'.repeat(10_000),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      assert.ok(fields.status >= 400 && fields.status < 500, `${path} ${fields.status}`)
    }
    assert.ok(performance.now() - started < 5000)
    await isWell()
  })
})

describe('a request whose end can be read in two ways', () => {
  for (const [name, bytes] of Object.entries(pairs))
    test(`${name}: is refused, or is one request`, async () => {
      const raw = await answerTo(server.url, bytes, 500)
      assert.ok(
        raw.statuses().length <= 1 ||
          raw
            .statuses()
            .slice(1)
            .every((status) => status === 400),
        raw.text(),
      )
      assert.ok(!raw.text().includes('{"status":"ok"}'), raw.text())
    })

  test('and none of them brought another one in', async () => {
    await new Client(server.url).ask('/-/health/live')
    const routes = server
      .logs()
      .split('\n')
      .flatMap((line) => (line.includes('"msg":"http"') ? [(JSON.parse(line) as { route: string }).route] : []))
    assert.ok(routes.includes('/-/health/live'))
    assert.ok(!routes.includes(hidden))
  })
})
