import { BadImage } from './image.ts'
import { functions } from './svg-names.ts'

/** Names of elements that something may refer to. */
const idPattern = /^[A-Za-z_][\w.:-]{0,199}$/
const local = /^\s*(["']?)#([^"')\s]+)\1\s*$/

/** Without comments; the rest where one has no end. Not by one pattern: that would look through all of a long text again and again. */
const withoutComments = (css: string): string => {
  const parts: string[] = []
  let at = 0
  for (let start = css.indexOf('/*'); start >= 0; start = css.indexOf('/*', at)) {
    const end = css.indexOf('*/', start + 2)
    if (end < 0) break
    parts.push(css.slice(at, start))
    at = end + 2
  }
  return [...parts, css.slice(at)].join(' ')
}

/** Every call in a style: the name before a parenthesis, and what stands behind it up to the next one. */
function* callsIn(css: string): Generator<readonly [name: string, argument: string]> {
  for (let at = css.indexOf('('); at >= 0; at = css.indexOf('(', at + 1)) {
    const [name = ''] = /[\w-]*$/.exec(css.slice(Math.max(0, at - 40), at).trimEnd()) ?? []
    const [argument = ''] = /^[^()]*/.exec(css.slice(at + 1, at + 300)) ?? []
    yield [name.toLowerCase(), argument]
  }
}

/**
 * The ids that a style, or an attribute's value, refers to by `url(#id)`. Throws `BadImage` for one that could load something: any other
 * address, at-rules, functions that are not known, escapes (which hide both).
 */
export const referencesIn = (css: string, where: string): readonly string[] => {
  const refuse = (what: string) => new BadImage(`${where} has ${what}, which could load something from elsewhere; remove it`)
  const plain = withoutComments(css)
  if (plain.includes('\\')) throw refuse('an escape (\\)')
  if (plain.includes('/*')) throw refuse('a comment without an end')
  const rule = /@[\w-]{0,40}/.exec(plain)?.[0]
  if (rule !== undefined) throw refuse(rule)
  const ids: string[] = []
  for (const [name, argument] of callsIn(plain)) {
    if (!functions.has(name)) throw refuse(`${name}(…)`)
    if (name !== 'url') continue
    const id = local.exec(argument)?.[2]
    if (id === undefined) throw refuse(`url(${argument.slice(0, 40)})`)
    ids.push(id)
  }
  return ids
}

/** The id that an address names, which must be in this image. Throws `BadImage` for any other. */
export const idIn = (href: string, element: string): string => {
  const id = local.exec(href)?.[2]
  if (id === undefined || !idPattern.test(id))
    throw new BadImage(
      `<${element}> refers to ${JSON.stringify(href.slice(0, 40))}, and only what is in the image itself can be referred to; remove it`,
    )
  return id
}

const length = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:px)?\s*$/

/** A length in pixels; null for one in other units, or for none. */
export const pixels = (value = ''): number | null => {
  const number = length.exec(value.slice(0, 40))?.[1]
  return number === undefined ? null : Number(number)
}

/** Width and height of a `viewBox`; undefined where it cannot be read. */
export const viewBoxSize = (value: string): readonly [width: number, height: number] | undefined => {
  const numbers = value
    .trim()
    .split(/[\s,]+/)
    .map(Number)
  const [, , width = 0, height = 0] = numbers
  return numbers.length === 4 && numbers.every(Number.isFinite) && width > 0 && height > 0 ? [width, height] : undefined
}
