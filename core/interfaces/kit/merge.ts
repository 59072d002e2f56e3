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

type Found = { readonly conflicts: Conflict[]; readonly taken: string[] }

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
  found.conflicts.push({ pointer, base, mine, theirs })
  return mine
}

/**
 * Puts together what two people made of the same thing, field by field: what only one changed is as they made it. Lists are fields as a whole;
 * only those whose items are distinct texts, in an order that nobody touched, are merged by what was added and taken out.
 */
export const mergeFields = <T extends object>(base: T, mine: T, theirs: T): Merged<T> => {
  const found: Found = { conflicts: [], taken: [] }
  return { merged: mergeValue('', [base, mine, theirs], found) as T, ...found }
}

const setAt = (value: unknown, names: readonly string[], wanted: unknown): unknown => {
  const [name, ...rest] = names
  if (name === undefined) return wanted
  const fields = isFields(value) ? value : {}
  return withoutAbsent([...Object.entries(fields).filter(([other]) => other !== name), [name, setAt(fields[name], rest, wanted)]])
}

/** What was merged, with theirs at these conflicts. */
export const taking = <T extends object>(merged: T, theirs: readonly Conflict[]): T =>
  theirs.reduce<T>((value, { pointer, theirs: wanted }) => setAt(value, pointer.split('/').slice(1).map(unescaped), wanted) as T, merged)

/** The fields of `value` that are not as in `base`: what a PATCH has to send. */
export const changed = <T extends object>(base: T, value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([name, field]) => !same(field, (base as Fields)[name]))) as Partial<T>
