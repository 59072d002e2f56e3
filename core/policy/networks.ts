import { isIP } from 'node:net'

const dotted = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** Why a text is no network, as far as that can be told without running anything; the prelude, which decides, is stricter about IPv6. */
export const networkProblem = (text: string): string | undefined => {
  const [address = '', length, ...more] = text.split('/')
  const size = address.includes('%') ? undefined : { 4: 32, 6: 128 }[isIP(address)]
  if (size === undefined || more.length > 0) return `"${text}" is not a network; write e.g. "10.0.0.0/8" or "2001:db8::/32"`
  if (length === undefined) return undefined
  const bits = /^(0|[1-9]\d{0,2})$/.test(length) ? Number(length) : Infinity
  if (bits > size) return `"${text}" is not a network: the number after / must be 0 to ${size}`
  const host = 2 ** (32 - bits)
  if (size !== 32 || dotted(address) % host === 0) return undefined
  const start = dotted(address) - (dotted(address) % host)
  const network = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')
  return `"${text}" is not a network, since it has bits set beyond the first ${bits}; did you mean "${network}/${bits}"?`
}
