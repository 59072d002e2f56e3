import type { Mark } from 'sluice/interface'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify, type Document } from 'yaml'
import type { Spec } from './outline/steps.ts'

/** A value as people write it in a configuration document. */
export const yamlOf = (value: unknown): string => (value === undefined ? '' : stringify(value, { lineWidth: 100 }))

/** What a text says, or where it cannot be read. What is empty says nothing. */
export const readYaml = (text: string): { readonly value: unknown } | { readonly marks: readonly Mark[] } => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const wrong = [...document.errors, ...document.warnings]
  if (wrong.length > 0)
    return {
      marks: wrong.map(({ message, pos }) => {
        const { line, col } = lines.linePos(pos[0])
        return { line, column: col, detail: message }
      }),
    }
  try {
    return { value: document.contents === null ? undefined : document.toJS({ maxAliasCount: 1000 }) }
  } catch (error) {
    return { marks: [{ detail: error instanceof Error ? error.message : String(error) }] }
  }
}

/** The same for a flow, which is a map. */
export const readFlow = (text: string, notMap: string): { readonly spec: Spec } | { readonly marks: readonly Mark[] } => {
  const read = readYaml(text)
  if ('marks' in read) return read
  const { value } = read
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { spec: value as Spec }
    : { marks: [{ line: 1, detail: notMap }] }
}

const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The offset of what a pointer names; where it leads to nothing, of what it would be in. */
const offsetIn = (document: Document, pointer: string): number => {
  let node: unknown = document.contents
  let offset = 0
  for (const part of partsOf(pointer)) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part)
      if (!pair) break
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(part)]
      if (item === undefined) break
      offset = (item as { range?: readonly number[] | null } | null)?.range?.[0] ?? offset
      node = item
    } else break
  }
  return offset
}

/** Where in a text a value is that a JSON pointer names. */
export const placeOf = (text: string, pointer: string): { readonly line: number; readonly column: number } => {
  const lines = new LineCounter()
  const offset = offsetIn(parseDocument(text, { lineCounter: lines }), pointer)
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}
