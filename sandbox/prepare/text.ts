import type { SourceProblem } from '../types.ts'
import { strip } from './strip.ts'

/** Line and column of an offset. */
export const placeAt = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

/**
 * Characters by which a source can look other than it is (Trojan Source, CVE-2021-42574), or ends a line for the engine and not for the eye: line
 * and paragraph separators, bidirectional controls, zero-width ones, NUL.
 */
const odd = /[\u2028\u2029\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF\0]/

/** What is wrong with a text before anybody parses it. */
export const textProblem = (source: string, maxBytes: number): SourceProblem | undefined => {
  const bytes = Buffer.byteLength(source)
  if (bytes > maxBytes) return { line: 1, column: 1, message: `has ${bytes} bytes; ${maxBytes} are the most` }
  const found = odd.exec(source)
  if (!found) return undefined
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return { ...placeAt(source, found.index), message: `has the invisible character U+${code}; remove it, or write \\u${code} in a string` }
}

const opening = 'async function _(){'

/** Types become blanks, so every place stays where it was. Enums and other TypeScript that is not erasable is a problem. */
export const withoutTypes = (source: string): ReturnType<typeof strip> => {
  const stripped = strip(`${opening}${source}\n}`)
  return 'code' in stripped ? { code: stripped.code.slice(opening.length, -2) } : stripped
}
