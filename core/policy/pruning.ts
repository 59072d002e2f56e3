import type { Fetch, Fetched } from './directory.ts'
import { entryOf, type Entry, type Field } from './scope.ts'
import type { Situation } from './types.ts'

type Paths = readonly (readonly string[])[]

/** Fields of an entry that these paths name; one that ends at the entry stands for all of them. */
const fieldsOf = (name: string, { fields = {} }: Entry, paths: Paths): readonly (readonly [string, Field])[] => {
  const own = paths.filter(([first]) => first === name)
  if (own.some((path) => path.length === 1)) return Object.entries(fields)
  const named = new Set(own.map(([, field = '']) => field))
  return Object.entries(fields).filter(([field]) => named.has(field))
}

/** Names of the scope that a program reads. */
export const readsOf = (paths: Paths): readonly string[] => [...new Set(paths.flatMap(([name = '']) => (entryOf(name) ? name : [])))]

/** What the directory has to be asked for a program. */
export const needsOf = (paths: Paths): ReadonlySet<Fetch> => {
  const needs = new Set<Fetch>()
  for (const name of readsOf(paths)) {
    const entry = entryOf(name)
    if (entry?.fetch) needs.add(entry.fetch)
    if (entry) for (const [, { fetch }] of fieldsOf(name, entry, paths)) if (fetch) needs.add(fetch)
  }
  return needs
}

/** The scope for one program, as JSON: names and fields that it names, and nothing else. Facts are pruned by their names. */
export const scopeFor = (paths: Paths, situation: Situation, fetched: Fetched): Readonly<Record<string, unknown>> => {
  const given = { situation, fetched }
  const built: Record<string, unknown> = {}
  for (const name of readsOf(paths)) {
    const entry = entryOf(name)
    if (entry?.isThere?.(given) === false) built[name] = null
    else if (entry?.fields) built[name] = pick(entry, fieldsOf(name, entry, paths))
    else if (name === 'facts') built[name] = factsOf(situation.facts, paths)
    else built[name] = entry?.of?.(given)
  }
  return built

  function pick({ fields }: Entry, wanted: readonly (readonly [string, Field])[]): Record<string, unknown> {
    const values = wanted.map(([field, { of, from }]) => (from === undefined ? [field, of?.(given)] : [from, fields?.[from]?.of?.(given)]))
    return Object.fromEntries(values) as Record<string, unknown>
  }
}

const factsOf = (facts: Situation['facts'], paths: Paths): Situation['facts'] => {
  const own = paths.filter(([first]) => first === 'facts')
  if (own.some((path) => path.length === 1)) return facts
  const named = new Set(own.map(([, fact]) => fact))
  return Object.fromEntries(Object.entries(facts).filter(([fact]) => named.has(fact)))
}
