import type { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const absolute = /^https?:\/\/[^\s\\]+$/

/** An address of the web that browsers can open as it is written. */
const isWebAddress = (text: string): boolean => absolute.test(text) && URL.canParse(text)

/** Adds the formats of JSON Schema and our own. */
export const addAllFormats = (ajv: Ajv2020): void => {
  addFormats.default(ajv)
  ajv.addFormat('web-address', isWebAddress)
}
