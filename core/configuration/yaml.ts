import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Path, Position, Problem } from './problem.ts'

/** What a YAML text says, as plain JSON, with the places it says it in. */
export type Parsed = {
  readonly value: unknown
  /** Where a value stands, or its key; of a value that is missing, where it is missing from. */
  readonly at: (path: Path, part?: 'key' | 'value') => Position
}

export const maxBytes = 10 * 1024 * 1024
const maxDepth = 64
/** Values that aliases may repeat, all together: a small text must not become a large document. */
const maxRepeated = 10_000
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype'])

type Target = { readonly key: Node | undefined; readonly node: Node | null }

class Reader {
  readonly problems: Problem[] = []
  readonly #anchors = new Map<string, Node>()
  readonly #targets = new WeakMap<Node, Node>()
  readonly #open = new Set<Node>()
  readonly #position: (offset: number) => Position
  #repeated = 0
  #inAlias = 0

  constructor(position: (offset: number) => Position) {
    this.#position = position
  }

  positionOf(node: Node | null | undefined): Position {
    return this.#position(node?.range?.[0] ?? 0)
  }

  problem(node: Node | null | undefined, path: Path, message: string): undefined {
    this.problems.push({ position: this.positionOf(node), path, message })
    return undefined
  }

  read(node: Node | null, path: Path): unknown {
    if (path.length > maxDepth) return this.problem(node, path.slice(0, 3), `is nested deeper than ${maxDepth} levels`)
    if (this.#inAlias > 0 && ++this.#repeated > maxRepeated) {
      if (this.#repeated === maxRepeated + 1) this.problem(node, path, `aliases repeat more than ${maxRepeated} values; write them out`)
      return undefined
    }
    if (node === null) return null
    if (isAlias(node)) return this.#alias(node.source, node, path)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    this.#open.add(node)
    const value = isMap(node)
      ? this.#map(node.items as { key: Node; value: Node | null }[], path)
      : isSeq(node)
        ? node.items.map((item, index) => this.read(item as Node | null, [...path, index]))
        : isScalar(node)
          ? this.#scalar(node.value, node, path)
          : this.problem(node, path, 'is neither a value, a list nor a map')
    this.#open.delete(node)
    return value
  }

  #alias(name: string, node: Node, path: Path): unknown {
    const target = this.#anchors.get(name)
    if (!target) return this.problem(node, path, `*${name} refers to no anchor above it`)
    if (this.#open.has(target)) return this.problem(node, path, `*${name} contains itself`)
    this.#targets.set(node, target)
    this.#inAlias++
    const value = this.read(target, path)
    this.#inAlias--
    return value
  }

  #scalar(value: unknown, node: Node, path: Path): unknown {
    if (typeof value === 'number' && !Number.isFinite(value)) return this.problem(node, path, `${value} is not a number that can be stored`)
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return this.problem(node, path, `${value} is too large to be kept exactly; put it in quotes if it is a text`)
    }
    return value
  }

  #map(items: readonly { readonly key: Node; readonly value: Node | null }[], path: Path): unknown {
    const map: Record<string, unknown> = {}
    const seen = new Set<string>()
    for (const { key, value } of items) {
      // What was written counts: the slug `2024` is a text, and so is `yes`.
      const name = isScalar(key) ? (key.source ?? '') : undefined
      if (name === undefined || name === '') {
        this.problem(key ?? value, path, 'has a key that is not a text')
      } else if (refusedKeys.has(name)) {
        this.problem(key, [...path, name], `the key "${name}" is not allowed`)
      } else if (seen.has(name)) {
        this.problem(key, [...path, name], `"${name}" is there twice; remove one of them`)
      } else {
        seen.add(name)
        map[name] = this.read(value, [...path, name])
      }
    }
    return map
  }

  locate(root: Node | null, path: Path): Target {
    let found: Target = { key: undefined, node: root }
    for (const part of path) {
      const node = (found.node && this.#targets.get(found.node)) ?? found.node
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && key.source === String(part))
        if (!pair) break
        found = { key: pair.key as Node, node: pair.value as Node | null }
      } else if (isSeq(node) && node.items[Number(part)]) {
        found = { key: undefined, node: node.items[Number(part)] as Node }
      } else break
    }
    return found
  }
}

/**
 * Reads YAML 1.2 (and so JSON): strictly, since it is configuration. Refused are texts above 10 MB, keys that occur twice, keys that would reach
 * an object's prototype, custom tags, more than one document, deep nesting and aliases that unfold to much.
 */
export const readYaml = (text: string, file: string): { readonly parsed: Parsed } | { readonly problems: readonly Problem[] } => {
  const start: Position = { file, line: 1, column: 1 }
  if (Buffer.byteLength(text) > maxBytes)
    return { problems: [{ position: start, message: 'is larger than 10 MB; split it into several files' }] }
  const lines = new LineCounter()
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return line === 0 ? start : { file, line, column: col }
  }
  // Keys are compared by the reader, in linear time.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, strict: true })
  const syntax = [...document.errors, ...document.warnings]
  if (syntax.length > 0) return { problems: syntax.map(({ pos, message }) => ({ position: position(pos[0]), message })) }
  const root = document.contents as Node | null
  const reader = new Reader(position)
  const value = reader.read(root, [])
  if (reader.problems.length > 0) return { problems: reader.problems }
  const at: Parsed['at'] = (path, part = 'value') => {
    const { key, node } = reader.locate(root, path)
    const shown = part === 'key' || !isScalar(node) ? (key ?? node) : node
    return reader.positionOf(shown)
  }
  return { parsed: { value, at } }
}
