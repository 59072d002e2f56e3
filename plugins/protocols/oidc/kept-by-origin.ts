import type { OidcProvider } from './types.ts'

/** Origins of one provider whose texts are kept: without `SLUICE_URL` every loopback host is one, so strangers can make up any number. */
const most = 8

/**
 * Builds a text once for each version of a provider and each origin; old ones go with their provider, which every configuration makes anew. `more`:
 * what is the same for the whole of a configuration.
 */
export const keptByOrigin = <More extends readonly unknown[] = []>(
  build: (origin: string, provider: OidcProvider, ...more: More) => string,
) => {
  const texts = new WeakMap<OidcProvider, Map<string, string>>()
  return (origin: string, provider: OidcProvider, ...more: More): string => {
    const kept = texts.get(provider) ?? new Map<string, string>()
    texts.set(provider, kept)
    const before = kept.get(origin)
    if (before !== undefined) return before
    const text = build(origin, provider, ...more)
    if (kept.size >= most) kept.clear()
    kept.set(origin, text)
    return text
  }
}
