// Guest code: its default export is what runs inside the sandbox, before each expression, and gives the scope what JSON cannot carry. The names are those of scope.ts.
export default (() => {
  'use strict'
  const { freeze, isFrozen, defineProperty } = Object

  const shown = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value))

  /** A whole number up to `most`, exactly: no sign, no leading zeros, which some read as octal. -1 for anything else. */
  const decimal = (text, most) => {
    if (text.length === 0 || text.length > 3 || (text.length > 1 && text[0] === '0')) return -1
    let value = 0
    for (let at = 0; at < text.length; at++) {
      const digit = text.charCodeAt(at) - 48
      if (digit < 0 || digit > 9) return -1
      value = value * 10 + digit
    }
    return value > most ? -1 : value
  }

  /** Four bytes of a dotted address. */
  const dotted = (text) => {
    const parts = text.split('.')
    if (parts.length !== 4) return null
    for (let at = 0; at < 4; at++) {
      parts[at] = decimal(parts[at], 255)
      if (parts[at] < 0) return null
    }
    return parts
  }

  /** Adds the bytes of groups of hexadecimal digits; false if one is none. */
  const addGroups = (bytes, groups) => {
    for (const group of groups) {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return false
      const value = parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
    }
    return true
  }

  /** Sixteen bytes of an IPv6 address (RFC 4291 §2.2), without zone. */
  const colons = (text) => {
    const halves = text.split('::')
    if (halves.length > 2) return null
    const lists = halves.map((half) => (half === '' ? [] : half.split(':')))
    const last = lists[lists.length - 1]
    const tail = last.length > 0 && last[last.length - 1].includes('.') ? dotted(last.pop()) : []
    const [head, rest] = [[], []]
    if (tail === null || !addGroups(head, lists[0]) || !addGroups(rest, lists[1] || [])) return null
    const written = head.length + rest.length + tail.length
    // A `::` stands for one group at least.
    if (halves.length === 2 ? written > 14 : written !== 16) return null
    while (head.length + rest.length + tail.length < 16) head.push(0)
    return [...head, ...rest, ...tail]
  }

  const bytesOf = (text) => (text.includes(':') ? colons(text) : dotted(text))

  /** IPv4 that comes as IPv6 (RFC 4291 §2.5.5.2). */
  const isMapped = (bytes) => bytes.length === 16 && bytes[11] === 255 && bytes[10] === 255 && bytes.findIndex((byte) => byte !== 0) === 10

  /** Are the first bits of both the same? */
  const agree = (one, other, count) => {
    const whole = count >> 3
    for (let at = 0; at < whole; at++) if (one[at] !== other[at]) return false
    const rest = 8 - (count & 7)
    return rest === 8 || one[whole] >> rest === other[whole] >> rest
  }

  /** The bytes of a network, and how many bits its addresses begin with. */
  const network = (text) => {
    const refuse = (why) => {
      throw new TypeError(`${shown(text)} is not a network${why}; write e.g. "10.0.0.0/8" or "2001:db8::/32"`)
    }
    if (typeof text !== 'string') refuse('')
    const slash = text.indexOf('/')
    const bytes = bytesOf(slash < 0 ? text : text.slice(0, slash))
    if (bytes === null) refuse('')
    const size = bytes.length * 8
    const count = slash < 0 ? size : decimal(text.slice(slash + 1), size)
    if (count < 0) refuse(`: the number after / must be 0 to ${size}`)
    const cut = count >> 3
    const beyond = cut < bytes.length && (bytes[cut] << (count & 7)) & 255
    if (beyond || bytes.slice(cut + 1).some((byte) => byte !== 0)) refuse(`: it has bits set beyond the first ${count}`)
    return count >= 96 && isMapped(bytes) ? { bytes: bytes.slice(12), count: count - 96 } : { bytes, count }
  }

  const isIn = (text, networks) => {
    if (networks.length === 0) throw new TypeError('in() needs a network, e.g. "10.0.0.0/8"')
    // All of them, so that a malformed one shows at once and not only where it would count.
    const known = networks.flat().map(network)
    // The zone says by which interface an address is reached, not where it is.
    const all = bytesOf(text.includes(':') ? text.split('%', 1)[0] : text)
    // Neither inside nor outside of any network: "not in" must not hold for what nobody could read.
    if (all === null) throw new TypeError(`${shown(text)} is not an address`)
    const bytes = isMapped(all) ? all.slice(12) : all
    return known.some((one) => one.bytes.length === bytes.length && agree(one.bytes, bytes, one.count))
  }

  defineProperty(String.prototype, 'in', {
    value: function (...networks) {
      return isIn(String(this), networks)
    },
  })

  const helpers = {
    ipInCidr: (text, ...networks) => isIn(String(text), networks),
    slugify: (text) =>
      String(text)
        .normalize('NFKD')
        .toLowerCase()
        .replace(/\p{M}/gu, '')
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, ''),
  }

  const deepFreeze = (value) => {
    if (typeof value !== 'object' || value === null || isFrozen(value)) return
    for (const key of Object.keys(value)) deepFreeze(value[key])
    freeze(value)
  }

  const asDate = (object, key) => {
    if (object && typeof object[key] === 'number') object[key] = new Date(object[key])
  }

  return (scope) => {
    const { user, proofs, session } = scope
    if (user && user.groups) {
      const slugs = user.groups
      const isInGroup = (...wanted) => {
        const asked = wanted.flat()
        if (asked.length === 0) throw new TypeError('isInGroup() needs the slug of a group')
        for (const slug of asked)
          if (typeof slug !== 'string') throw new TypeError(`isInGroup(): ${shown(slug)} is not the slug of a group`)
        return asked.some((slug) => slugs.includes(slug))
      }
      for (const name of ['isInGroup', 'is_in_group']) defineProperty(user, name, { value: isInGroup })
    }
    if (proofs) for (const proof of proofs) asDate(proof, 'at')
    asDate(session, 'at')
    asDate(scope, 'now')
    for (const key of Object.keys(scope)) deepFreeze(scope[key])
    return Object.assign(scope, helpers)
  }
})()
