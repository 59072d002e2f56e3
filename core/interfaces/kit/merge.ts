/** A field that two people changed in ways that cannot both be, by its RFC 6901 pointer. `undefined`: it is not there. */
export type Conflict = { readonly pointer: string; readonly base: unknown; readonly mine: unknown; readonly theirs: unknown }
export type Merged<T> = {
  /** With the changes of both; at conflicts with mine. */
  readonly merged: T
  readonly conflicts: readonly Conflict[]
  /** Pointers of what the others changed and was taken in. */
  readonly taken: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same as JSON, whatever the order of names; what is `undefined` is not there. */
export const same = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true
  if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((item, index) => same(item, other[index]))
  if (!isFields(one) || !isFields(other)) return false
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => same(one[name], other[name]))
}

/** A secret that is stored is one thing, whatever stands for it. */
const isSecret = (value: Fields): boolean => Object.hasOwn(value, '$keep')

const isSet = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') && new Set(value).size === value.length

/** Did a list keep the order of what it has in common with another? Where not, the order was meant. */
const keepsOrder = (list: readonly string[], base: readonly string[]): boolean =>
  same(
    list.filter((item) => base.includes(item)),
    base.filter((item) => list.includes(item)),
  )

const mergeSets = (base: readonly string[], mine: readonly string[], theirs: readonly string[]): readonly string[] => [
  ...theirs.filter((item) => mine.includes(item) || !base.includes(item)),
  ...mine.filter((item) => !base.includes(item) && !theirs.includes(item)),
]

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
const unescaped = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~')

const withoutAbsent = (entries: readonly (readonly [string, unknown])[]): Fields =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined))

/** What tells an item of a list from the others, wherever it stands; `undefined`: nothing does, so its list is one field. */
export type Naming = (item: unknown, pointer: string) => string | undefined
type Found = { readonly conflicts: Conflict[]; readonly taken: string[]; readonly nameOf: Naming }

type Items = ReadonlyMap<string, unknown>
const itemsOf = (list: unknown, pointer: string, nameOf: Naming): Items | undefined => {
  if (!Array.isArray(list)) return undefined
  const named = list.map((item: unknown) => [nameOf(item, pointer), item] as const)
  const items = new Map(named.flatMap(([name, item]) => (name === undefined ? [] : [[name, item] as const])))
  return items.size === list.length ? items : undefined
}
/** One side left which items there are and their order alone, and what it changed in them is still there at the other. */
const isKeptBy = (side: Items, base: Items, other: Items): boolean =>
  same([...side.keys()], [...base.keys()]) && [...side].every(([name, item]) => other.has(name) || same(item, base.get(name)))

/** Lists whose items have names, item by item, in the order of the side that changed it; `undefined`: that cannot be. */
const mergeItems = (pointer: string, lists: readonly [unknown, unknown, unknown], found: Found): unknown => {
  const [base, mine, theirs] = lists.map((list) => itemsOf(list, pointer, found.nameOf))
  if (!base || !mine || !theirs) return undefined
  const order = isKeptBy(mine, base, theirs) ? theirs : isKeptBy(theirs, base, mine) ? mine : undefined
  if (!order) return undefined
  if (order === theirs && !same([...theirs.keys()], [...base.keys()])) found.taken.push(pointer)
  return [...order].map(([name, item], index) =>
    base.has(name) ? mergeValue(`${pointer}/${index}`, [base.get(name), mine.get(name), theirs.get(name)], found) : item,
  )
}

const mergeValue = (pointer: string, [base, mine, theirs]: readonly [unknown, unknown, unknown], found: Found): unknown => {
  if (same(mine, theirs) || same(theirs, base)) return mine
  if (isFields(mine) && isFields(theirs) && !isSecret(mine) && !isSecret(theirs)) {
    const before = isFields(base) ? base : {}
    const names = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])]
    return withoutAbsent(
      names.map((name) => [name, mergeValue(`${pointer}/${escaped(name)}`, [before[name], mine[name], theirs[name]], found)]),
    )
  }
  if (same(mine, base)) {
    found.taken.push(pointer)
    return theirs
  }
  if (isSet(base) && isSet(mine) && isSet(theirs) && keepsOrder(mine, base) && keepsOrder(theirs, base)) {
    found.taken.push(pointer)
    return mergeSets(base, mine, theirs)
  }
  const items = mergeItems(pointer, [base, mine, theirs], found)
  if (items) return items
  found.conflicts.push({ pointer, base, mine, theirs })
  return mine
}

/**
 * Puts together what two people made of the same thing, field by field: what only one changed is as they made it. Lists are fields as a whole;
 * only those whose items are distinct texts, in an order that nobody touched, are merged by what was added and taken out, and those whose items
 * have names, item by item.
 */
export const mergeFields = <T extends object>(base: T, mine: T, theirs: T, nameOf: Naming = () => undefined): Merged<T> => {
  const found: Found = { conflicts: [], taken: [], nameOf }
  const merged = mergeValue('', [base, mine, theirs], found) as T
  return { merged, conflicts: found.conflicts, taken: found.taken }
}

const setAt = (value: unknown, names: readonly string[], wanted: unknown): unknown => {
  const [name, ...rest] = names
  if (name === undefined) return wanted
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === Number(name) ? setAt(item, rest, wanted) : item))
  const fields = isFields(value) ? value : {}
  return withoutAbsent([...Object.entries(fields).filter(([other]) => other !== name), [name, setAt(fields[name], rest, wanted)]])
}

/** What was merged, with theirs at these conflicts. */
export const taking = <T extends object>(merged: T, theirs: readonly Conflict[]): T =>
  theirs.reduce<T>((value, { pointer, theirs: wanted }) => setAt(value, pointer.split('/').slice(1).map(unescaped), wanted) as T, merged)

/** The fields of `value` that are not as in `base`: what a PATCH has to send. */
export const changed = <T extends object>(base: T, value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([name, field]) => !same(field, (base as Fields)[name]))) as Partial<T>
