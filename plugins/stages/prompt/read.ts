import { isReadable, msg, type Json, type Message } from 'sluice/plugin'
import type { PromptField } from './settings.ts'

/** What one field's answer comes to; `undefined`: nothing was entered. */
export type Read = { readonly value: Json | undefined } | { readonly error: Message }

/** Longest answers, in UTF-16 code units as HTML counts them. A user name's limit is the directory's, an address' is RFC 5321's. */
const longest = { text: 500, username: 150, email: 254, textarea: 10_000 } as const

const address = /^[^\s@<>()]+@[^\s@<>()]+$/u
const decimal = /^[+-]?\d{1,15}(\.\d{1,15})?$/

type Reader = (text: string, field: PromptField) => Read

/** Reads text that is not empty and has no spaces at its ends. */
const readers: Readonly<Partial<Record<PromptField['type'], Reader>>> = {
  text: (text) => readText(text, longest.text),
  username: (text) => readText(text, longest.username),
  email: (text) => (address.test(text) ? readText(text, longest.email) : { error: msg('prompt.not-an-address') }),
  textarea: (text) => readText(text, longest.textarea, { several: true }),
  number: (text) => (decimal.test(text) ? { value: Number(text) } : { error: msg('prompt.not-a-number') }),
  date: (text) => (isDate(text) ? { value: text } : { error: msg('prompt.not-a-date') }),
  select: readOption,
  radio: readOption,
}

/** Reads any field but a password. `typed` is what was sent, if anything; what is not asked does not look at it. */
export function readField(field: PromptField, typed: string | undefined): Read {
  if (field.type === 'hidden') return { value: field.initial }
  if (field.type === 'check') return readCheck(field, typed)
  const reader = readers[field.type]
  if (!reader) return { value: undefined }
  const text = (typed ?? '').replaceAll('\r\n', '\n').trim()
  if (text) return reader(text, field)
  return field.required ? { error: msg('prompt.required') } : { value: undefined }
}

function readOption(text: string, field: PromptField): Read {
  return field.options?.some((option) => option.value === text) ? { value: text } : { error: msg('prompt.not-an-option') }
}

function readCheck(field: PromptField, typed: string | undefined): Read {
  const checked = typed === 'on'
  return field.required && !checked ? { error: msg('prompt.unchecked') } : { value: checked }
}

function readText(text: string, most: number, lines?: { readonly several: boolean }): Read {
  if (text.length > most) return { error: msg('prompt.too-long', { most }) }
  return isReadable(text, lines) ? { value: text } : { error: msg('prompt.untypable') }
}

/** A full date (RFC 3339 §5.6) that the calendar has. */
function isDate(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  return at !== undefined && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
