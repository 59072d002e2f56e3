import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGuard } from './addresses.ts'

const strict = createGuard([])
const words = (text: string) => text.trim().split(/\s+/)

test('no form of an address inside leads out: loopback, private, link, metadata, shared, multicast, and IPv4 hidden in IPv6', () => {
  const refused = words(`
    0.0.0.0 0.1.2.3 10.0.0.5 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
    192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1
    255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:ffff:0a00:0001 ::ffff:8.8.8.8 ::127.0.0.1
    64:ff9b::7f00:1 64:ff9b:1::a00:1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1
    3fff::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 100::1 4000::1 5f00::1
  `)
  assert.deepEqual(
    refused.filter((address) => strict(address) === undefined),
    [],
  )
})

test('the public Internet is let through, up to the edges of what is refused', () => {
  const open = words(`
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
    172.15.255.255 172.32.0.0 192.167.255.255 198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111 2a00:1450::1
  `)
  assert.deepEqual(
    open.filter((address) => strict(address) !== undefined),
    [],
  )
})

test('an allowed network lets through what is in it and nothing else, in no other family', () => {
  const guard = createGuard(['10.1.2.0/24', 'fd00::/8'])
  assert.equal(guard('10.1.2.3'), undefined)
  assert.equal(guard('fd12::1'), undefined)
  assert.equal(guard('10.1.3.3'), 'is private')
  assert.equal(guard('::ffff:10.1.2.3'), 'is an IPv4 address in the form of IPv6')
  assert.equal(guard('::1'), 'is this machine')
  assert.notEqual(createGuard(['0.0.0.0/0'])('::1'), undefined)
  assert.notEqual(createGuard(['::/0'])('127.0.0.1'), undefined)
})

test('what is no address is refused', () => {
  for (const text of ['', 'localhost', '127.1', '0x7f.1', '2130706433']) assert.equal(strict(text), 'is not an address')
})
