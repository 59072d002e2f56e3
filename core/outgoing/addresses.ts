import { BlockList, isIP } from 'node:net'

type Range = readonly [network: string, bits: number, what: string]

/** Networks of IPv4 that are not the public Internet (RFC 6890 and the registry that follows from it). */
const special: readonly Range[] = [
  ['0.0.0.0', 8, 'means this machine'],
  ['10.0.0.0', 8, 'is private'],
  ['100.64.0.0', 10, 'is private to a provider'],
  ['127.0.0.0', 8, 'is this machine'],
  ['169.254.0.0', 16, 'is of the link, where clouds tell secrets'],
  ['172.16.0.0', 12, 'is private'],
  ['192.0.0.0', 24, 'is reserved'],
  ['192.0.2.0', 24, 'is for documents'],
  ['192.88.99.0', 24, 'is a relay to IPv6'],
  ['192.168.0.0', 16, 'is private'],
  ['198.18.0.0', 15, 'is for measurements'],
  ['198.51.100.0', 24, 'is for documents'],
  ['203.0.113.0', 24, 'is for documents'],
  ['224.0.0.0', 4, 'is multicast'],
  ['240.0.0.0', 4, 'is reserved'],
]

/** Networks of IPv6 that have a reason of their own; whatever else is outside of 2000::/3 is refused as well, so that no form is forgotten. */
const special6: readonly Range[] = [
  ['::1', 128, 'is this machine'],
  ['::', 128, 'means this machine'],
  ['::ffff:0:0', 96, 'is an IPv4 address in the form of IPv6'],
  ['64:ff9b::', 96, 'leads to an IPv4 address (NAT64)'],
  ['64:ff9b:1::', 48, 'leads to an IPv4 address (NAT64)'],
  ['2001::', 32, 'leads to an IPv4 address (Teredo)'],
  ['2001::', 23, 'is reserved'],
  ['2001:db8::', 32, 'is for documents'],
  ['2002::', 16, 'leads to an IPv4 address (6to4)'],
  ['3fff::', 20, 'is for documents'],
  ['fc00::', 7, 'is private'],
  ['fe80::', 10, 'is of the link, where clouds tell secrets'],
  ['fec0::', 10, 'is private'],
  ['ff00::', 8, 'is multicast'],
]

type Family = 'ipv4' | 'ipv6'
const familyOf = (address: string): Family => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

const listOf = (networks: readonly (readonly [string, number])[], family: Family): BlockList => {
  const list = new BlockList()
  for (const [network, bits] of networks) list.addSubnet(network, bits, family)
  return list
}

// A list for each range: the list itself tells only that some range has the address, and not which.
const judged = {
  ipv4: special.map(([network, bits, what]) => ({ what, list: listOf([[network, bits]], 'ipv4') })),
  ipv6: special6.map(([network, bits, what]) => ({ what, list: listOf([[network, bits]], 'ipv6') })),
}
const global6 = listOf([['2000::', 3]], 'ipv6')

/** Addresses of the link. No server that we speak to stands there, whatever the protocol. */
export const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16)
linkLocal.addSubnet('fe80::', 10, 'ipv6')

/** Says why an address may not be connected to, as the end of a sentence, e.g. "is private"; `undefined`: it may. */
export type Guard = (address: string) => string | undefined

/** Lets through what is on the public Internet, and the networks (CIDR) of `allow`. What is no address is refused. */
export const createGuard = (allow: readonly string[]): Guard => {
  const networks = allow.map((network): readonly [string, number] => {
    const [address = '', bits] = network.split('/')
    return [address, Number(bits)]
  })
  // Apart by family: one list for both would match the mapped forms of each other's.
  const allowed = {
    ipv4: listOf(
      networks.filter(([address]) => familyOf(address) === 'ipv4'),
      'ipv4',
    ),
    ipv6: listOf(
      networks.filter(([address]) => familyOf(address) === 'ipv6'),
      'ipv6',
    ),
  }
  return (text) => {
    const [address = ''] = text.split('%')
    if (isIP(address) === 0) return 'is not an address'
    const family = familyOf(address)
    if (allowed[family].check(address, family)) return undefined
    const found = judged[family].find(({ list }) => list.check(address, family))
    if (found) return found.what
    return family === 'ipv6' && !global6.check(address, family) ? 'is not on the public Internet' : undefined
  }
}
