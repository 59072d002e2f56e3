/** What the engine asks of its surroundings that must not be theirs: the time of day, and the time zone. */
export type Patched = { readonly clock: number; readonly zone: number }

/** `tm` of C, in words of 32 bits. */
const writeUtc = (words: Uint32Array, pointer: number, seconds: number): void => {
  const date = new Date(seconds * 1000)
  const year = date.getUTCFullYear()
  const dayOfYear = Math.floor((Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000)
  words.set(
    [
      date.getUTCSeconds(),
      date.getUTCMinutes(),
      date.getUTCHours(),
      date.getUTCDate(),
      date.getUTCMonth(),
      year - 1900,
      date.getUTCDay(),
      dayOfYear,
      0,
      0,
    ],
    pointer >>> 2,
  )
}

/**
 * Replaces them in the imports. Their names are minified, so they are found by what they are; whether all were, and whether it works, is checked
 * afterwards by what the engine says the time is.
 */
export const patchImports = (
  imports: Record<string, Record<string, unknown>>,
  { now, words }: { readonly now: () => number; readonly words: () => Uint32Array },
): Patched => {
  let clock = 0
  let zone = 0
  for (const names of Object.values(imports)) {
    for (const [name, value] of Object.entries(names)) {
      if (typeof value !== 'function') continue
      const source = Function.prototype.toString.call(value)
      if (/^\(\)\s*=>\s*Date\.now\(\)$/.test(source)) {
        names[name] = now
        clock++
      } else if (source.includes('getSeconds') && source.includes('getTimezoneOffset')) {
        names[name] = (seconds: bigint | number, pointer: number) => writeUtc(words(), pointer, Number(seconds))
        zone++
      }
    }
  }
  return { clock, zone }
}
