import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Certificate, createAuthority } from '../../kit/certificates.ts'
import { configuration } from '../../kit/configuration.ts'
import { freePort, startServer, temporaryDirectory, type TestServer } from '../../kit/server.ts'
import { type Peer, startPeer } from '../process.ts'

// Proxies that ask for a certificate by TLS and pass it on, as the documents say it: `Client-Cert` is theirs alone to write.
const ours = createAuthority()
const strangers = createAuthority()
const host = ours.certificate('DNS:localhost')
const [laptop, stranger] = [ours.certificate('DNS:laptop.example.com'), strangers.certificate('DNS:laptop.example.com')]
const directory = temporaryDirectory()
const at = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}
const both = at('both.pem', readFileSync(ours.ca, 'utf8') + readFileSync(strangers.ca, 'utf8'))

const nginx = async (backend: URL, port: number): Promise<Peer> => {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(directory, name)};`)
  const file = at(
    'nginx.conf',
    `daemon off;
pid ${join(directory, 'pid')};
error_log stderr;
events {}
http {
  access_log off;
  ${places.join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${host.cert};
    ssl_certificate_key ${host.key};
    ssl_verify_client optional;
    ssl_client_certificate ${both};
    location / {
      proxy_pass http://127.0.0.1:${backend.port};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Client-Cert $ssl_client_escaped_cert;
    }
  }
}
`,
  )
  return startPeer('nginx', ['-p', directory, '-c', file, '-e', join(directory, 'error.log')], { port })
}

const haproxy = async (backend: URL, port: number): Promise<Peer> => {
  const pair = at('host.pem', readFileSync(host.cert, 'utf8') + readFileSync(host.key, 'utf8'))
  const file = at(
    'haproxy.cfg',
    `defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend front
  bind 127.0.0.1:${port} ssl crt ${pair} ca-file ${both} verify optional
  http-request del-header Client-Cert
  http-request set-header Client-Cert :%[ssl_c_der,base64]: if { ssl_c_used }
  http-request set-header X-Forwarded-Proto https
  default_backend back
backend back
  server sluice 127.0.0.1:${backend.port}
`,
  )
  return startPeer('haproxy', ['-db', '-f', file], { port })
}

let server: TestServer
before(async () => {
  const wants = { type: 'deny', when: "device.certificate?.names.includes('laptop.example.com') !== true" }
  server = await startServer({
    apply: configuration({
      settings: { device: { certificate: { header: 'Client-Cert', authorities: readFileSync(ours.ca, 'utf8') } } },
      flows: {
        laptops: { title: 'Laptops', designation: 'authentication', steps: [wants, { type: 'identification' }, { type: 'password' }] },
      },
    }),
  })
})
after(() => server?.stop())

/** Whether the flow lets somebody begin: by its first answer. */
const begins = (port: number, shown: Certificate | undefined, headers: Readonly<Record<string, string>> = {}): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const pair = shown && { cert: readFileSync(shown.cert), key: readFileSync(shown.key) }
    const sent = request(
      `https://localhost:${port}/api/v1/flows/laptops/run`,
      {
        method: 'POST',
        ca: readFileSync(ours.ca),
        agent: false,
        family: 4,
        ...pair,
        headers: { 'content-type': 'application/json', ...headers },
      },
      (answer) => {
        let text = ''
        answer.on('data', (part: Buffer) => (text += part.toString()))
        answer.on('end', () => {
          if (text.includes('identifier') === text.includes('denied')) reject(new Error(`${answer.statusCode}: ${text.slice(0, 400)}`))
          else resolve(text.includes('identifier'))
        })
      },
    )
    sent.on('error', reject)
    sent.end('{}')
  })

for (const [name, start] of Object.entries({ nginx, HAProxy: haproxy }))
  test(`${name} passes on the certificate that a device showed, and none that somebody wrote`, async () => {
    const port = await freePort()
    const proxy = await start(new URL(server.url), port)
    try {
      assert.equal(await begins(port, laptop), true)
      assert.equal(await begins(port, undefined), false)
      assert.equal(await begins(port, stranger), false, 'an authority that the proxy knows, and the settings do not')
      const written = encodeURIComponent(readFileSync(laptop.cert, 'utf8'))
      assert.equal(await begins(port, undefined, { 'client-cert': written }), false)
      assert.equal(await begins(port, stranger, { 'client-cert': written }), false)
    } finally {
      await proxy.stop()
    }
  })
