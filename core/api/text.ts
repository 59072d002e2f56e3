import Type, { type Static } from 'typebox'
import { literal, type Message } from './base.ts'

/**
 * A setting for text that people read: one text for everybody, or one per language, e.g. `{ en: 'Welcome', de: 'Willkommen' }`.
 * Show it by `localized`.
 */
export const localText = (options: { readonly title: string; readonly description: string }) =>
  Type.Union(
    [
      Type.String({ title: 'one text', minLength: 1 }),
      Type.Record(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' }), Type.String({ minLength: 1 }), {
        title: 'a text per language, e.g. { en: Welcome, de: Willkommen }',
        minProperties: 1,
        additionalProperties: false,
      }),
    ],
    options,
  )
export type LocalText = Static<ReturnType<typeof localText>>

/** The text for a language tag: the tag itself, shorter and shorter (lookup, RFC 4647 §3.4), English, else the first there is. */
export function localized(text: LocalText, locale: string): Message {
  if (typeof text === 'string') return literal(text)
  const subtags = locale.split('-')
  const tags = subtags.map((_, dropped) => subtags.slice(0, subtags.length - dropped).join('-'))
  const found = [...tags, 'en'].find((tag) => Object.hasOwn(text, tag))
  return literal((found === undefined ? Object.values(text)[0] : text[found]) ?? '')
}

/** Control characters, halves of surrogate pairs, and the signs that turn the direction of text: with them one name looks like another. */
const unseen = '\\p{Cc}\\p{Cs}\\u202a-\\u202e\\u2066-\\u2069'
const line = `^[^${unseen}]*$`
const lines = `^(?:[\\n\\t]|[^${unseen}])*$`
const linePattern = new RegExp(line, 'u')
const linesPattern = new RegExp(lines, 'u')

/** Can people read all of a text? `several`: lines and tabs may be in it. */
export const isReadable = (text: string, { several = false } = {}): boolean => (several ? linesPattern : linePattern).test(text)

/** A field for a text of one line that people read, such as a name. */
export const lineOfText = (options: Type.TStringOptions) =>
  Type.String({
    ...options,
    pattern: line,
    'x-hint': 'one line without control characters, and without such as turn the direction of text',
  })

/** A field for a text of several lines that people read, such as a description. */
export const linesOfText = (options: Type.TStringOptions) =>
  Type.String({ ...options, pattern: lines, 'x-hint': 'text without control characters, and without such as turn the direction of text' })
