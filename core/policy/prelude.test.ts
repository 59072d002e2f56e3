import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { after, describe, test } from 'node:test'
import * as fc from 'fast-check'
import { compileExpression, programOf } from './expressions.ts'
import { createPolicyPool } from './pool.ts'

/** The address with all bits beyond the first `count` cleared. */
const networkOf = (address: string, count: number): string => {
  const [separator, base, width] = address.includes(':') ? ([':', 16, 16] as const) : (['.', 10, 8] as const)
  const parts = address.split(separator).map((part, index) => {
    const kept = Math.min(Math.max(count - index * width, 0), width)
    return Math.floor(Number.parseInt(part, base) / 2 ** (width - kept)) * 2 ** (width - kept)
  })
  return parts.map((part) => part.toString(base)).join(separator)
}

describe('what the sandbox adds to the scope', () => {
  const pool = createPolicyPool()
  after(() => pool.close())

  /** Its value, or what failed. */
  const run = async (source: string, scope: object = {}, now = 0): Promise<unknown> => {
    const compiled = compileExpression(source)
    assert.ok('expression' in compiled, JSON.stringify(compiled))
    const result = await pool.run({ program: programOf(compiled.expression), scope, now })
    return result.ok ? result.value : result.failure.message
  }
  /** The networks come by the scope: those that are written out are checked before. */
  const isIn = (address: string, ...networks: readonly string[]) =>
    run('request.ip.in(...facts.networks)', { request: { ip: address }, facts: { networks } })

  test('addresses are found in networks, IPv4 also where it comes as IPv6', async () => {
    for (const [address, network] of [
      ['10.255.0.1', '10.0.0.0/8'],
      ['10.0.0.1', '10.0.0.1'],
      ['10.0.0.1', '10.0.0.1/32'],
      ['203.0.113.7', '0.0.0.0/0'],
      ['::ffff:10.1.2.3', '10.0.0.0/8'],
      ['::ffff:a01:203', '10.0.0.0/8'],
      ['10.1.2.3', '::ffff:10.0.0.0/104'],
      ['2001:db8::1', '2001:db8::/32'],
      ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1/128'],
      ['fe80::1', 'fe80::/10'],
      ['fe80::1%eth0', 'fe80::/10'],
      ['::1', '::/0'],
    ] as const)
      assert.equal(await isIn(address, network), true, `${address} in ${network}`)
    assert.equal(await isIn('192.0.2.1', '10.0.0.0/8', '192.0.2.0/24'), true)
  })

  test('other addresses are not', async () => {
    for (const [address, network] of [
      ['11.0.0.1', '10.0.0.0/8'],
      ['10.0.0.128', '10.0.0.0/25'],
      ['2001:db9::1', '2001:db8::/32'],
      ['10.0.0.1', '::/0'],
      ['::1', '0.0.0.0/0'],
      ['::10.0.0.1', '10.0.0.0/8'],
      ['fe80::1%eth0', 'fec0::/10'],
    ] as const)
      assert.equal(await isIn(address, network), false, `${address} in ${network}`)
  })

  test('what is no address is neither in a network nor outside of it', async () => {
    const dotted = [
      '',
      'x',
      'unknown',
      '10.0.0',
      '10.0.0.1.1',
      '010.0.0.1',
      '10.0.0.256',
      '0x0a.0.0.1',
      ' 10.0.0.1',
      '10.0.0.1%eth0',
      '10.0.0.1/8',
      '10.0.0.1:80',
    ]
    const colons = [':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::12345', '[::1]:80', '1:2:3:4:5:6:7::8', '::1.2.3']
    for (const address of [...dotted, ...colons]) {
      const scope = { request: { ip: address } }
      for (const source of ['request.ip.in("10.0.0.0/8")', '!request.ip.in("10.0.0.0/8")', '!ipInCidr(request.ip, "::/0")'])
        assert.match(String(await run(source, scope)), /is not an address$/, `${source} of ${address}`)
    }
  })

  test('what is no network fails and says why, wherever it stands', async () => {
    for (const network of [
      '',
      'office',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/08',
      '10.0.0.0/8/8',
      '10.0.0',
      '2001:db8::/129',
      '10.0.0.0/',
    ])
      assert.match(String(await isIn('10.0.0.1', '10.0.0.0/8', network)), /is not a network.*write e\.g\. "10\.0\.0\.0\/8"/, network)
    assert.match(String(await isIn('10.0.0.1', '10.0.0.1/8')), /it has bits set beyond the first 8/)
    assert.match(String(await isIn('10.0.0.1')), /needs a network/)
    assert.match(String(await run('request.ip.in(10)', { request: { ip: '10.0.0.1' } })), /10 is not a network/)
  })

  test('random addresses and networks: as Node itself finds them', async () => {
    const v4 = fc.ipV4()
    const v6 = fc
      .tuple(...Array.from({ length: 8 }, () => fc.integer({ min: 0, max: 0xffff })))
      .map((parts) => parts.map((part) => part.toString(16)).join(':'))
    const cases = fc.sample(fc.record({ address: fc.oneof(v4, v6), base: fc.oneof(v4, v6), bits: fc.nat(), near: fc.boolean() }), {
      numRuns: 300,
      seed: 4711,
    })
    const runs = cases.map(({ address, base, bits, near }) => {
      // Half of them around the address itself, or nearly all would be outside.
      const of = near ? address : base
      const size = of.includes(':') ? 128 : 32
      const count = bits % (size + 1)
      const network = networkOf(of, count)
      const list = new BlockList()
      list.addSubnet(network, count, size === 128 ? 'ipv6' : 'ipv4')
      const expected = address.includes(':') === of.includes(':') && list.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
      return { address, network: `${network}/${count}`, expected }
    })
    const source = 'facts.cases.map(({ address, network }) => address.in(network))'
    assert.deepEqual(
      await run(source, { facts: { cases: runs } }),
      runs.map(({ expected }) => expected),
    )
  })

  test('a list of networks and the helper ask the same', async () => {
    assert.equal(await run('request.ip.in(["10.0.0.0/8", "192.0.2.0/24"])', { request: { ip: '192.0.2.1' } }), true)
    assert.equal(await run('ipInCidr(request.ip, "10.0.0.0/8")', { request: { ip: '10.0.0.1' } }), true)
  })

  test('groups are asked for by slug', async () => {
    const scope = { user: { groups: ['finance', 'staff'] } }
    assert.equal(await run('user.isInGroup("finance")', scope), true)
    assert.equal(await run('user.is_in_group("sales", "staff")', scope), true)
    assert.equal(await run('user.isInGroup("Finance")', scope), false)
    assert.match(String(await run('user.isInGroup()', scope)), /needs the slug of a group/)
    assert.match(String(await run('user.isInGroup(/fin/)', scope)), /is not the slug of a group/)
  })

  test('the scope is frozen', async () => {
    const scope = { user: { username: 'ada', groups: [], attributes: { a: { b: 1 } } }, facts: { login: { identifier: 'x' } } }
    for (const change of ['user.groups.push("admins")', 'delete user.attributes.a.b', 'Object.assign(facts.login, { identifier: "y" })'])
      assert.match(String(await run(`${change}; return "changed"`, scope)), /TypeError/, change)
  })

  test('times are dates', async () => {
    const at = Date.UTC(2026, 0, 2, 3, 4, 5)
    assert.equal(await run('now.getUTCHours() + Date.now() - now.getTime()', { now: at }, at), 3)
    assert.equal(await run('session.at.getTime() + proofs[0].at.getTime()', { session: { at: 1 }, proofs: [{ method: 'pwd', at: 2 }] }), 3)
    assert.equal(await run('session === null', { session: null }), true)
  })

  test('slugify', async () => {
    assert.equal(await run('slugify("  Ops & Sales, Zürich ")'), 'ops-sales-zurich')
  })
})
