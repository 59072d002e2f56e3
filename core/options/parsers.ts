import { isIP } from 'node:net'
import { resolve } from 'node:path'

/** Why a value cannot be used, and what would do. Made to follow the option's name and the value. */
export class Refusal extends Error {}

export type Context = {
  /** What relative paths are relative to: the directory of the file that said it, else the working directory. */
  readonly directory: string
}
export type Parser<T> = (text: string, context: Context) => T

export type Listen = { readonly host: string; readonly port: number }

/** An origin: scheme, host and port, nothing behind. */
export const origin: Parser<URL> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new Refusal('is not an address; write it like https://id.example.com')
  if (url.username || url.password) throw new Refusal('contains a user name; leave it out')
  if (url.pathname !== '/' || url.search || url.hash) throw new Refusal(`has something after the host; write ${url.origin}`)
  return url
}

/** `127.0.0.1:9000`, `[::]:9000`, `localhost:9000`. Port 0 takes any free one. */
export const listen: Parser<Listen> = (text) => {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || (bracketed !== undefined && isIP(bracketed) !== 6))
    throw new Refusal('is not an address and a port; write it like 0.0.0.0:9000 or [::]:9000')
  if (/^[\d.]+$/.test(host) && isIP(host) === 0) throw new Refusal(`has no IPv4 address before the port; write it like 127.0.0.1:${digits}`)
  const port = Number(digits)
  if (port > 65_535) throw new Refusal(`has the port ${port}; the highest is 65535`)
  return { host, port }
}

/** Where metrics are served. `byDefault`: nobody asked for it. */
export type ListenMetrics = Listen & { readonly byDefault: boolean }

/** An address and a port, or `off`. */
export const listenOrOff: Parser<Listen | 'off'> = (text, context) => (text.toLowerCase() === 'off' ? 'off' : listen(text, context))

/** A whole number above zero. */
export const amount: Parser<number> = (text) => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refusal('is not a whole number from 1 to 9999999')
  return Number(text)
}

/** Processes of one server. */
export const workers: Parser<number> = (text) => {
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1 || Number(text) > 64) throw new Refusal('is not a whole number from 1 to 64')
  return Number(text)
}

/** A length of time such as `500ms` or `2s`, in milliseconds. */
export const shortTime: Parser<number> = (text) => {
  const [, digits = '', unit] = /^(\d{1,6})(ms|s)$/.exec(text) ?? []
  if (unit === undefined) throw new Refusal('is not a length of time; write it like 500ms or 2s')
  return Number(digits) * (unit === 's' ? 1000 : 1)
}

export const path: Parser<string> = (text, { directory }) => resolve(directory, text)

const entries = (text: string) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')

export const paths: Parser<readonly string[]> = (text, context) => entries(text).map((entry) => path(entry, context))

/** Networks in CIDR notation (RFC 4632); a single address is a network of one. */
export const networks: Parser<readonly string[]> = (text) =>
  entries(text).map((entry) => {
    const [address = '', bits, ...rest] = entry.split('/')
    const version = isIP(address)
    if (version === 0 || rest.length > 0)
      throw new Refusal(`contains "${entry}", which is not a network; write it like 10.0.0.0/8 or ::1/128`)
    const most = version === 4 ? 32 : 128
    if (bits === undefined) return `${address}/${most}`
    if (!/^\d{1,3}$/.test(bits) || Number(bits) > most)
      throw new Refusal(`contains "${entry}"; after the slash stands a number from 0 to ${most}`)
    return entry
  })

/** `postgresql://user:password@host:port/name`, as libpq has it. Nothing of it is repeated: it may hold a password. */
const postgresql = (text: string): string => {
  const cure = 'write it like postgresql://sluice:password@localhost:5432/sluice'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^postgres(ql)?:\/\//i.test(text))
    throw new Refusal(`is not the address of a PostgreSQL database; ${cure}, with signs such as @ in the password as %40`)
  if (url.pathname.length < 2) throw new Refusal(`names no database after the host; ${cure}`)
  return text
}

/** `sqlite:<path>`, `sqlite::memory:` or the address of a PostgreSQL database. */
export const database: Parser<string> = (text, context) => {
  if (/^postgres(ql)?:/i.test(text)) return postgresql(text)
  const [, file] = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(text) ?? []
  if (file === undefined)
    throw new Refusal('is not a database; write it like sqlite:./data/sluice.db or postgresql://sluice:password@localhost:5432/sluice')
  return file === ':memory:' ? text : `sqlite:${path(file, context)}`
}

/** `redis:` or `rediss:` with a host; user, password, port and the number of a database may be in it. */
export const redis: Parser<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || !url.hostname)
    throw new Refusal('is not the address of a Redis; write it like redis://user:password@redis:6379/0')
  if (!/^(\/\d*)?$/.test(url.pathname) || url.search || url.hash)
    throw new Refusal('has something after the host that is no database number; write it like redis://redis:6379/0')
  return text
}

export const secretKey: Parser<string> = (text) => {
  if (text.length < 32) throw new Refusal(`has ${text.length} characters, 32 are the least; make one by: openssl rand -base64 32`)
  return text
}

/**
 * Ports by plugin: `acme-login=users.write+keys,other=grants`, or the same as JSON, `{"acme-login": ["users.write", "keys"]}`. Whether there are
 * such plugins and ports is told when they are loaded.
 */
export const grants: Parser<ReadonlyMap<string, readonly string[]>> = (text) => {
  if (text.trimStart().startsWith('{')) return new Map(Object.entries(grantsOfJson(text)))
  return new Map(
    entries(text).map((entry) => {
      const [, plugin, list = ''] = /^([^=\s]+)\s*=\s*(\S+)$/.exec(entry) ?? []
      if (plugin === undefined) throw new Refusal(`contains "${entry}"; write it like acme-login=users.write+keys`)
      return [plugin, list.split('+').filter((port) => port !== '')] as const
    }),
  )
}

const grantsOfJson = (text: string): Readonly<Record<string, readonly string[]>> => {
  try {
    const value = JSON.parse(text) as unknown
    const isList = (list: unknown) => Array.isArray(list) && list.every((port) => typeof port === 'string')
    if (typeof value === 'object' && value !== null && Object.values(value).every(isList)) return value as Record<string, string[]>
  } catch {
    // told below, like JSON of another shape
  }
  throw new Refusal('is not a map of plugins to lists of ports; write it like {"acme-login": ["users.write", "keys"]}')
}

export const email: Parser<string> = (text) => {
  if (!/^[^\s@]+@[^\s@]+$/.test(text)) throw new Refusal('is not an e-mail address')
  return text
}

export const password: Parser<string> = (text) => {
  const { length } = Array.from(text)
  if (length < 8) throw new Refusal(`has ${length} characters, 8 are the least`)
  return text
}

/** What can stand in a header as it is. */
export const bootstrapToken: Parser<string> = (text) => {
  if (text.length < 32) throw new Refusal(`has ${text.length} characters, 32 are the least; make one by: openssl rand -hex 32`)
  if (!/^[\x21-\x7e]{1,1000}$/.test(text)) throw new Refusal('may have letters, digits and signs of ASCII only, no spaces, 1000 at most')
  return text
}

export const oneOf =
  <T extends string>(...words: readonly T[]): Parser<T> =>
  (text) => {
    const found = words.find((word) => word === text.toLowerCase())
    if (!found) throw new Refusal(`is not one of ${words.join(', ')}`)
    return found
  }
