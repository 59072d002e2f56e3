import { pointerOf } from './pointer.ts'
import { isKept, isObject } from './schema.ts'

type Path = readonly string[]
/** A field that two people changed, each to something else. `undefined`: it is not said. */
export type Conflict = { readonly pointer: string; readonly base: unknown; readonly mine: unknown; readonly theirs: unknown }
export type Merged = {
  /** Of conflicts it holds what is mine. */
  readonly value: unknown
  readonly conflicts: readonly Conflict[]
  /** Fields of theirs that were taken in. */
  readonly taken: readonly string[]
}

/** The same content; the order of an object's keys says nothing. */
export const isSame = (one: unknown, other: unknown): boolean => {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]))
  if (!isObject(one) || !isObject(other)) return Object.is(one, other)
  const keys = new Set([...Object.keys(one), ...Object.keys(other)].filter((key) => one[key] !== undefined || other[key] !== undefined))
  return [...keys].every((key) => isSame(one[key], other[key]))
}

/** A stored secret is one thing, whatever it is made of. */
const isTree = (value: unknown): value is Readonly<Record<string, unknown>> => isObject(value) && !isKept(value)
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')
const isSet = (value: unknown): value is readonly string[] => isTexts(value) && new Set(value).size === value.length

/** Lists of texts, such as addresses and scopes: what either of them added and took away. Undefined: they are in another order, which may matter. */
const mergedSets = (base: readonly string[], mine: readonly string[], theirs: readonly string[]): readonly string[] | undefined => {
  const inOrder = (list: readonly string[]): boolean =>
    isSame(
      list.filter((item) => base.includes(item)),
      base.filter((item) => list.includes(item)),
    )
  if (!inOrder(mine) || !inOrder(theirs)) return undefined
  const kept = theirs.filter((item) => mine.includes(item) || !base.includes(item))
  return [...kept, ...mine.filter((item) => !base.includes(item) && !kept.includes(item))]
}

const mergedTrees = (trees: { readonly base: unknown; readonly mine: object; readonly theirs: object }, path: Path): Merged => {
  const base = isTree(trees.base) ? trees.base : {}
  const mine = trees.mine as Readonly<Record<string, unknown>>
  const theirs = trees.theirs as Readonly<Record<string, unknown>>
  const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])]
  const parts = keys.map((key) => [key, mergedAt({ base: base[key], mine: mine[key], theirs: theirs[key] }, [...path, key])] as const)
  return {
    value: Object.fromEntries(parts.filter(([, { value }]) => value !== undefined).map(([key, { value }]) => [key, value])),
    conflicts: parts.flatMap(([, { conflicts }]) => conflicts),
    taken: parts.flatMap(([, { taken }]) => taken),
  }
}

const mergedAt = ({ base, mine, theirs }: Omit<Conflict, 'pointer'>, path: Path): Merged => {
  if (isSame(mine, theirs) || isSame(theirs, base)) return { value: mine, conflicts: [], taken: [] }
  if (isTree(mine) && isTree(theirs)) return mergedTrees({ base, mine, theirs }, path)
  const pointer = pointerOf(path)
  if (isSame(mine, base)) return { value: theirs, conflicts: [], taken: [pointer] }
  if (isSet(base) && isSet(mine) && isSet(theirs)) {
    const value = mergedSets(base, mine, theirs)
    if (value) return { value, conflicts: [], taken: [pointer] }
  }
  return { value: mine, conflicts: [{ pointer, base, mine, theirs }], taken: [] }
}

/**
 * Brings together what two people made of one thing, field by field.
 * @param base what both began with
 */
export const merge = (base: unknown, mine: unknown, theirs: unknown): Merged => mergedAt({ base, mine, theirs }, [])
