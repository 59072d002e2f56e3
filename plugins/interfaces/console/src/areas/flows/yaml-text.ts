import type { Mark } from 'sluice/interface'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify, type Document } from 'yaml'
import type { Spec } from './outline/steps.ts'

/** A value as people write it in a configuration document. */
export const yamlOf = (value: unknown): string => (value === undefined ? '' : stringify(value, { lineWidth: 100 }))

/** Also in the order of names: that is of the text, too. */
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

type Place = readonly (string | number)[]
/** Writes into a document what differs; what is the same keeps its node, and with it its comments. */
const rewrite = (document: Document, place: Place, [before, after]: readonly [unknown, unknown]): void => {
  if (same(before, after)) return
  const node = document.getIn(place, true)
  if (isObject(before) && isObject(after) && isMap(node)) {
    for (const name of Object.keys(before)) if (after[name] === undefined) document.deleteIn([...place, name])
    for (const [name, value] of Object.entries(after)) if (value !== undefined) rewrite(document, [...place, name], [before[name], value])
  } else if (Array.isArray(before) && Array.isArray(after) && isSeq(node)) {
    const old: readonly unknown[] = before
    const now: readonly unknown[] = after
    // An item that is there as it was takes its node along, wherever it goes.
    const left = old.map((value, index) => ({ value, index, node: node.items[index] }))
    const taken = now.map((value) => {
      const at = left.findIndex((one) => same(one.value, value))
      return at === -1 ? undefined : left.splice(at, 1)[0]
    })
    const items = now.map((value, index) => {
      // One that was changed where it stands keeps what is the same in it.
      const at = taken[index] ? -1 : left.findIndex((one) => one.index === index)
      const [changed] = at === -1 ? [] : left.splice(at, 1)
      return { value, changed: changed?.value, node: taken[index]?.node ?? changed?.node ?? document.createNode(value) }
    })
    node.items = items.map((item) => item.node)
    for (const [index, { value, changed }] of items.entries())
      if (changed !== undefined) rewrite(document, [...place, index], [changed, value])
  } else document.setIn(place, document.createNode(after))
}
/** The text with another value in it: its comments and its order stay, as far as what they are about does. */
export const rewritten = (text: string, before: unknown, after: unknown): string => {
  const document = parseDocument(text)
  if (document.errors.length > 0 || !isMap(document.contents)) return yamlOf(after)
  rewrite(document, [], [before, after])
  const next = document.toString({ lineWidth: 100 })
  const read = readYaml(next)
  return 'value' in read && same(read.value, after) ? next : yamlOf(after)
}

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
