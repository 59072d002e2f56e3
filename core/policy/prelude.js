// Guest code: its default export is what runs inside the sandbox, before each expression, and gives the scope what JSON cannot carry. The names are those of scope.ts.
export default (() => {
  'use strict'
  const { freeze, isFrozen, defineProperty } = Object

  const shown = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value))

  /** Four numbers of a dotted address, exactly: no leading zeros, which some read as octal. */
  const dotted = (text) => {
    const parts = text.split('.')
    return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255) ? parts.map(Number) : null
  }

  const groups = (text) => (text === '' ? [] : text.split(':'))

  /** Sixteen bytes of an IPv6 address (RFC 4291 §2.2), without zone. */
  const colons = (text) => {
    const halves = text.split('::')
    if (halves.length > 2) return null
    const lists = halves.map(groups)
    const last = lists[lists.length - 1]
    const tail = last.length > 0 && last[last.length - 1].includes('.') ? dotted(last.pop()) : []
    if (tail === null) return null
    const written = lists.reduce((sum, list) => sum + list.length, 0) + (tail.length / 4) * 2
    // A `::` stands for one group at least.
    if (halves.length === 2 ? written > 7 : written !== 8) return null
    if (!lists.every((list) => list.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)))) return null
    const bytes = (list) => list.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
    if (halves.length === 1) return [...bytes(lists[0]), ...tail]
    const [head, rest] = [bytes(lists[0]), [...bytes(lists[1]), ...tail]]
    return [...head, ...Array.from({ length: 16 - head.length - rest.length }, () => 0), ...rest]
  }

  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]
  const isMapped = (bytes) => bytes.length === 16 && mapped.every((byte, index) => bytes[index] === byte)

  const bytesOf = (text) => (text.includes(':') ? colons(text) : dotted(text))

  /** The bytes of an address; one of IPv4 that came as IPv6 (RFC 4291 §2.5.5.2) is one of IPv4. */
  const address = (text) => {
    const bytes = bytesOf(text)
    return bytes !== null && isMapped(bytes) ? bytes.slice(12) : bytes
  }

  const bitsOf = (bytes, count) => bytes.reduce((all, byte) => all + byte.toString(2).padStart(8, '0'), '').slice(0, count)

  /** The bits that a network's addresses begin with, and how long its addresses are. */
  const network = (text) => {
    const refuse = (why) => {
      throw new TypeError(`${shown(text)} is not a network${why}; write e.g. "10.0.0.0/8" or "2001:db8::/32"`)
    }
    if (typeof text !== 'string') refuse('')
    const [written, length, ...more] = text.split('/')
    const bytes = bytesOf(written)
    if (bytes === null || more.length > 0) refuse('')
    const count = length === undefined ? bytes.length * 8 : /^(0|[1-9]\d{0,2})$/.test(length) ? Number(length) : -1
    if (count < 0 || count > bytes.length * 8) refuse(`: the number after / must be 0 to ${bytes.length * 8}`)
    const all = bitsOf(bytes, bytes.length * 8)
    if (all.slice(count).includes('1')) refuse(`: it has bits set beyond the first ${count}`)
    return isMapped(bytes) && count >= 96 ? { size: 4, bits: all.slice(96, count) } : { size: bytes.length, bits: all.slice(0, count) }
  }

  const isIn = (text, networks) => {
    if (networks.length === 0) throw new TypeError('in() needs a network, e.g. "10.0.0.0/8"')
    // All of them, so that a malformed one shows at once and not only where it would count.
    const known = networks.flat().map(network)
    const bytes = address(text)
    return bytes !== null && known.some(({ size, bits }) => size === bytes.length && bitsOf(bytes, bits.length) === bits)
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
