type Wish = { readonly tag: string; readonly weight: number }

/** No browser sends more; what somebody else sends beyond is not worth reading. */
const longest = 512

/** Reads a language tag or a list of them with weights, e.g. `de-AT,de;q=0.8` (RFC 9110 §12.5.4), the most wanted first. */
const wishes = (list: string): readonly Wish[] =>
  list
    .slice(0, longest)
    .split(/[\s,]+/)
    .map((entry) => {
      const [tag = '', weight] = entry.split(';q=')
      return { tag: tag.toLowerCase(), weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => tag && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)

/** `de-at` → `de-at`, `de`. */
export const lookupOrder = (tag: string): readonly string[] => {
  const parts = tag.split('-')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('-'))
}

/**
 * The first of the `offered` languages that is wanted; `wanted` are tags or `Accept-Language` lists, the most telling first, e.g. the address,
 * the cookie, the header. English where none fits. What is malformed is passed over.
 */
export const negotiate = (offered: readonly string[], wanted: readonly (string | undefined)[]): string => {
  for (const list of wanted)
    for (const { tag } of wishes(list ?? ''))
      for (const candidate of lookupOrder(tag)) {
        const match = offered.find((locale) => locale.toLowerCase() === candidate)
        if (match) return match
      }
  return 'en'
}

/** Hebrew, Arabic, … are written from right to left. */
export const directionOf = (locale: string): 'ltr' | 'rtl' => new Intl.Locale(locale).getTextInfo().direction ?? 'ltr'

/** What a language calls itself: `Deutsch`. */
export const nameOf = (locale: string): string => new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale
