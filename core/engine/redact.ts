import type { Json } from '../api/index.ts'

const secretNames = /^(hash|password|secret|token|code|key)$/i

/** What an effect would write, for people to read: what is called like a secret is not shown. */
export const redacted = (data: Json): Json => {
  if (Array.isArray(data)) return data.map(redacted)
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, secretNames.test(name) ? '[secret]' : redacted(value as Json)]),
  )
}
