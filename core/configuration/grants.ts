import { broughtBy } from './brought.ts'
import { ports, type Plugin, type Use } from '../api/index.ts'
import { didYouMean } from './suggest.ts'

/** Ports by the id of the plugin that may use them. */
export type Grants = ReadonlyMap<string, readonly string[]>

/** By core's own table: what a plugin's port object says of itself counts for nothing. */
const strong: ReadonlySet<string> = new Set(Object.values(ports).flatMap(({ id, strong }) => (strong ? [id] : [])))

const usesOf = (plugin: Plugin): readonly string[] => [
  ...new Set(broughtBy(plugin).flatMap(({ use = {} }) => Object.values(use as Use).map(({ id }) => id))),
]

/** Why a plugin from elsewhere may not be used yet, if it asks for strong ports that nobody granted. */
export const ungranted = (plugin: Plugin, grants: Grants): string | undefined => {
  const granted = grants.get(plugin.id) ?? []
  const asked = usesOf(plugin).filter((port) => strong.has(port))
  const missing = asked.filter((port) => !granted.includes(port))
  if (missing.length === 0) return undefined
  const list = missing.map((port) => `"${port}"`).join(' and ')
  const [word, verb] = missing.length === 1 ? ['port', 'it'] : ['ports', 'them']
  return `plugin "${plugin.id}" asks for the ${word} ${list}; grant ${verb} by SLUICE_GRANTS=${plugin.id}=${asked.join('+')}, or in sluice.yml by grants: { ${plugin.id}: [${asked.join(', ')}] }`
}

/** Grants that do nothing, since no such plugin or port is there: probably a slip. */
export const uselessGrants = (grants: Grants, external: ReadonlySet<string>): readonly string[] =>
  [...grants].flatMap(([id, granted]) => {
    if (!external.has(id)) return [`grants: there is no plugin "${id}" from elsewhere${didYouMean(id, external)}`]
    return granted
      .filter((port) => !strong.has(port))
      .map((port) => {
        const everyday = Object.values(ports).some((one) => one.id === port)
        return everyday
          ? `grants: the port "${port}" needs no grant; remove it from ${id}`
          : `grants: there is no port "${port}", which ${id} is granted${didYouMean(port, strong)}`
      })
  })
