import { isClosedAttribute, isUrlAttribute, type Place, placesOf } from './html-places.ts'

/** Markup that is safe to send. Only `html` and `attr` make it. */
class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
  toString(): string {
    return this.markup
  }
}
export type { Html }
export type Value = string | number | URL | Html | false | null | undefined | readonly Value[]

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!)

/** Browsers drop control characters from addresses and read `\` as `/`, so both could hide another host. */
const goodAddress = /^(?!.*[\p{Cc}\\])(?:https?:\/\/|mailto:|\/(?!\/)|[?#]|$)/iu
const scripting = /^(?:javascript|vbscript|data|blob|filesystem|file|about|view-source):$/

/** Is this an address whose scheme runs script, or shows content of its own, where it is opened? */
export const runsScript = (url: URL): boolean => scripting.test(url.protocol)

/**
 * An address as text may be http(s), mailto or on this site. A `URL` was read and judged by whoever made it, e.g. the registered
 * `com.example.app:/callback` of a native application (RFC 8252 §7.1): any scheme but those that run or show content of their own.
 */
const address = (value: string | URL): string => {
  if (value instanceof URL) return runsScript(value) ? '#blocked' : value.href
  return goodAddress.test(value) ? value : '#blocked'
}

const isNothing = (value: Value): value is false | null | undefined => value === false || value === null || value === undefined

const asText = (value: Value): string => {
  if (isNothing(value)) return ''
  if (value instanceof Html) return value.markup
  if (Array.isArray(value)) return value.map(asText).join('')
  return escape(String(value))
}

const asValue = (value: Value, place: Place): string => {
  if (isNothing(value)) return ''
  if (value instanceof Html || Array.isArray(value)) throw new TypeError('html: markup inside an attribute')
  const plain = value instanceof URL ? value : String(value)
  return escape(place === 'url' ? address(plain) : String(plain))
}

const asAttributes = (value: Value): string => {
  if (isNothing(value)) return ''
  if (value instanceof Html) return value.markup
  throw new TypeError('html: only attr() inside a tag')
}

const write = (place: Place, value: Value): string => {
  if (place === 'text') return asText(value)
  return place === 'attributes' ? asAttributes(value) : asValue(value, place)
}

const known = new WeakMap<TemplateStringsArray, readonly Place[]>()

/**
 * Markup from a template: every hole is written as its place in the markup demands. Throws, at the template's first use, where
 * escaping is not enough: in `on…`, `style`, `srcdoc`, `<script>`, `<style>`, comments, values without quotes, names of elements.
 * An address of a refused scheme becomes `#blocked`.
 */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => {
  let places = known.get(parts)
  if (!places) known.set(parts, (places = placesOf(parts)))
  let markup = parts[0]!
  for (const [index, place] of places.entries()) markup += write(place, values[index]) + parts[index + 1]!
  return new Html(markup)
}

/** Attributes of a tag, `<input ${attr({ required: true, value })}>`: `true` writes the bare name; false, null and undefined nothing. */
export const attr = (attributes: Readonly<Record<string, string | number | boolean | URL | null | undefined>>): Html => {
  const written: string[] = []
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^[a-z][a-z0-9-]*$/.test(name) || isClosedAttribute(name)) throw new TypeError(`html: no attribute ${JSON.stringify(name)}`)
    if (value === true) written.push(name)
    else if (!isNothing(value)) written.push(`${name}="${asValue(value, isUrlAttribute(name) ? 'url' : 'value')}"`)
  }
  return new Html(written.join(' '))
}
