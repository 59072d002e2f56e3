import type { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/

/** A date and time (RFC 3339 §5.6) that can be reckoned with: leap seconds cannot, nor days that a month has not. */
const isInstant = (text: string): boolean => dateTime.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))
const isDay = (text: string): boolean => {
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** Adds the formats of JSON Schema. */
export const addAllFormats = (ajv: Ajv2020): void => {
  addFormats.default(ajv)
  ajv.addFormat('date-time', isInstant)
}
