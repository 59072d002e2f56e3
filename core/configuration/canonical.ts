import { createHash } from 'node:crypto'

/** JSON with its keys in order, so that equal content is equal text. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !('toJSON' in inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )

/** Names content: SHA-256 of its canonical form. Secrets are not part of it. */
export const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('base64url')
