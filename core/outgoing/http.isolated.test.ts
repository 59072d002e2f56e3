// A process of its own: servers that hang and stream would hold the others up.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { selfSigned } from '../../test/kit/smtp.ts'
import { createHttp } from './http.ts'
import type { Resolve } from './resolve.ts'

const userAgent = 'Sluice/test'
const own = ['127.0.0.1/32']
const servers: Server[] = []

const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

describe('requests to other servers', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })

  test('a request arrives as it was asked for, under a name of our own', async () => {
    const port = await serve((request, reply) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method, headers } = request
        const seen = { method, body: Buffer.concat(chunks).toString(), agent: headers['user-agent'], mine: headers['x-mine'] }
        reply.writeHead(201, { 'x-seen': 'yes' }).end(JSON.stringify(seen))
      })
    })
    const http = createHttp({ allow: own, userAgent })
    const { status, headers, body } = await http.request({
      url: `http://127.0.0.1:${port}/hook`,
      method: 'POST',
      headers: { 'x-mine': '1' },
      body: 'grüße',
    })
    assert.equal(status, 201)
    assert.equal(headers['x-seen'], 'yes')
    assert.deepEqual(JSON.parse(body), { method: 'POST', body: 'grüße', agent: userAgent, mine: '1' })
  })

  test('an odd spelling of an address inside is that address, and no request arrives', async () => {
    let arrived = 0
    const port = await serve((_, reply) => void reply.end(String(++arrived)))
    const http = createHttp({ allow: [], userAgent })
    const hosts = [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      'localhost',
    ]
    for (const host of hosts)
      await assert.rejects(http.request({ url: `http://${host}:${port}/` }), /allow it by SLUICE_OUTGOING_ALLOW=/, host)
    assert.equal(arrived, 0)
  })

  test('a name that resolves to an address inside is refused by name, reason and cure, also beside one outside', async () => {
    const resolve: Resolve = async () => [
      { address: '1.1.1.1', family: 4 },
      { address: '10.0.0.5', family: 4 },
    ]
    const http = createHttp({ allow: [], userAgent, resolve })
    await assert.rejects(http.request({ url: 'https://hooks.example.com/' }), {
      message: 'hooks.example.com resolves to 10.0.0.5, which is private; if it is yours, allow it by SLUICE_OUTGOING_ALLOW=10.0.0.5/32',
    })
  })

  // A lookup that changes its answer stands for a name server that does.
  test('a name whose answer changes after the check is connected to where it was checked', async () => {
    let arrived = 0
    const port = await serve((_, reply) => void reply.end(String(++arrived)))
    let asked = 0
    const rebinding: Resolve = async () => [{ address: ++asked === 1 ? '127.0.0.1' : '10.0.0.5', family: 4 }]
    const http = createHttp({ allow: own, userAgent, resolve: rebinding })
    assert.equal((await http.request({ url: `http://rebind.example.com:${port}/` })).status, 200)
    assert.deepEqual([asked, arrived], [1, 1])
    await assert.rejects(http.request({ url: `http://rebind.example.com:${port}/` }), /10\.0\.0\.5, which is private/)
    assert.equal(arrived, 1)
  })

  test('a redirect, also to metadata, is an answer and is not followed', async () => {
    let arrived = 0
    const port = await serve((request, reply) => {
      arrived++
      reply.writeHead(307, { location: request.url === '/own' ? '/other' : 'http://169.254.169.254/latest/meta-data/' }).end()
    })
    const http = createHttp({ allow: [...own, '169.254.0.0/16'], userAgent })
    for (const path of ['/own', '/metadata'])
      assert.equal((await http.request({ url: `http://127.0.0.1:${port}${path}`, headers: { authorization: 'x' } })).status, 307)
    assert.equal(arrived, 2)
  })

  test('other schemes, credentials in addresses, and headers that are ours or break out of theirs are refused', async () => {
    const http = createHttp({ allow: own, userAgent })
    for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1/', 'data:,x', 'gopher://127.0.0.1/', 'nonsense'])
      await assert.rejects(http.request({ url }), /is not called|not a URL/, url)
    await assert.rejects(http.request({ url: 'http://jdoe:hunter2@127.0.0.1/' }), (error: Error) => !error.message.includes('hunter2'))
    for (const name of ['Host', 'Content-Length', 'Transfer-Encoding'])
      await assert.rejects(http.request({ url: 'http://127.0.0.1:1/', headers: { [name]: '1' } }), /cannot be set/)
    await assert.rejects(http.request({ url: 'http://127.0.0.1:1/', headers: { 'x-a': '1\r\nx-b: 2' } }), /Invalid character/)
  })

  test('a server with a certificate that nobody vouches for gets no request', async () => {
    let arrived = 0
    const server = createTlsServer(selfSigned(), (_, reply) => void reply.end(String(++arrived)))
    servers.push(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const http = createHttp({ allow: own, userAgent, resolve })
    const { port } = server.address() as AddressInfo
    await assert.rejects(http.request({ url: `https://localhost:${port}/` }), /could not be called: self-signed certificate/)
    assert.equal(arrived, 0)
  })

  test(
    'who answers without end, a byte at a time or not at all is given up after the time that was asked for',
    { timeout: 20_000 },
    async () => {
      const silent = await serve(() => {})
      const slow = await serve((_, reply) => {
        const timer = setInterval(() => reply.write('x'), 20)
        reply.on('close', () => clearInterval(timer))
      })
      const http = createHttp({ allow: own, userAgent })
      for (const port of [silent, slow])
        await assert.rejects(http.request({ url: `http://127.0.0.1:${port}/`, timeout: 0.3 }), /did not answer within 0\.3 seconds/)
      const hanging = createHttp({ allow: own, userAgent, resolve: () => new Promise(() => {}) })
      await assert.rejects(hanging.request({ url: 'http://slow.example.com/', timeout: 0.1 }), /did not answer within/)
      const signal = AbortSignal.timeout(50)
      await assert.rejects(http.request({ url: `http://127.0.0.1:${silent}/`, signal }), /was given up/)
    },
  )

  test('bodies and headers that are too large, and bodies that would grow, are not read', async () => {
    const huge = await serve((_, reply) => {
      const more = () => {
        while (reply.write(Buffer.alloc(65_536)));
      }
      reply.on('drain', more)
      more()
    })
    const heads = await serve((_, reply) => void reply.setHeader('x-long', 'x'.repeat(20_000)).end())
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    const packed = await serve((request, reply) => {
      assert.equal(request.headers['accept-encoding'], 'identity')
      reply.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    })
    const http = createHttp({ allow: own, userAgent })
    await assert.rejects(http.request({ url: `http://127.0.0.1:${huge}/` }), /more than 1048576 bytes/)
    await assert.rejects(http.request({ url: `http://127.0.0.1:${heads}/` }), /Header overflow/i)
    await assert.rejects(http.request({ url: `http://127.0.0.1:${packed}/` }), /encoding "gzip", which was not asked for/)
  })

  test('an answer that breaks off, and a port that nobody listens on, are errors and end nothing else', async () => {
    const broken = await serve((_, reply) => {
      reply.writeHead(200, { 'content-length': '100' })
      reply.write('half')
      setTimeout(() => reply.destroy(), 20)
    })
    const http = createHttp({ allow: own, userAgent })
    await assert.rejects(http.request({ url: `http://127.0.0.1:${broken}/` }), /could not be called/)
    await assert.rejects(http.request({ url: 'http://127.0.0.1:1/' }), /could not be called: .*ECONNREFUSED/)
  })
})
