import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { devices, laptop, server, stranger, strangers } from '../../test/kit/client-certificates.ts'
import { clientCertificate } from './client-certificate.ts'

const authorities = [new X509Certificate(devices)]
const now = Date.UTC(2027, 0, 1)
const base64 = laptop.replace(/-----.*-----|\s/g, '')
const shown = (header: string, at = now, trusted = authorities) => clientCertificate(header, trusted, at)

test('a certificate is read as each proxy passes it on', () => {
  const ways = {
    'Client-Cert of RFC 9440': `:${base64}:`,
    'DER in Base64 (Traefik, HAProxy)': base64,
    'PEM with percent encoding (nginx)': encodeURIComponent(laptop),
    'PEM with spaces (Apache)': laptop.replaceAll('\n', ' '),
    'DER with percent encoding': encodeURIComponent(base64),
  }
  for (const [way, header] of Object.entries(ways))
    assert.deepEqual(
      shown(header),
      {
        subject: 'O=Example, CN=laptop-7',
        commonName: 'laptop-7',
        names: ['laptop-7.example.com', 'ada@example.com'],
        issuer: 'O=Example, CN=Example devices',
        serialNumber: new X509Certificate(laptop).serialNumber.toLowerCase(),
        fingerprint: new X509Certificate(laptop).fingerprint256.replaceAll(':', '').toLowerCase(),
      },
      way,
    )
})

test('what no authority of the settings signed, for clients, for now, is no certificate', () => {
  const pem = encodeURIComponent
  assert.equal(shown(pem(stranger)), undefined, 'the same name, signed by another authority of the same name')
  assert.ok(shown(pem(stranger), now, [...authorities, new X509Certificate(strangers)]), 'which can be believed, too')
  assert.equal(shown(pem(server)), undefined, 'for servers')
  assert.equal(shown(pem(devices)), undefined, 'of the authority itself')
  assert.equal(shown(pem(laptop), Date.UTC(2020, 0, 1)), undefined, 'not yet')
  assert.equal(shown(pem(laptop), Date.UTC(2200, 0, 1)), undefined, 'no more')
  const der = Buffer.from(base64, 'base64')
  for (const at of [der.length - 1, Math.floor(der.length / 2)]) {
    const bent = Buffer.from(der)
    bent.writeUInt8(bent.readUInt8(at) ^ 1, at)
    assert.equal(shown(bent.toString('base64')), undefined, `byte ${at}`)
  }
})

test('what is no certificate is none, and breaks nothing', () => {
  for (const header of ['', '(null)', 'NONE', '%', '%E0%A4%A', `${base64}, ${base64}`, ':::', 'A'.repeat(100), 'A'.repeat(100_000)])
    assert.equal(shown(header), undefined, header.slice(0, 20))
})
