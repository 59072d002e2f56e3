import { isMap } from '../../configuration/document.ts'
/** JSON Merge Patch (RFC 7396): maps are merged, `null` removes, anything else replaces. */
export const merged = (target: unknown, patch: unknown): unknown => {
  if (!isMap(patch)) return patch
  const result = new Map(Object.entries(isMap(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, merged(result.get(key), value))
  }
  return Object.fromEntries(result)
}
