import { isDelivered } from '../sinks/on.ts'
import { hashOf } from './canonical.ts'
import type { Catalog } from './catalog.ts'
import { problemOf } from './document.ts'
import type { SinkSpec } from './kinds.ts'
import type { Problem } from './problem.ts'
import { settingsReferences } from './references.ts'
import { settingsWith } from './settings-with.ts'
import type { ConfiguredSink, Items } from './types.ts'

/** Every sink by slug, ready to be delivered to; what is wrong with one is added to `problems`. */
export const linkSinks = (sinks: Items, catalog: Catalog, problems: Problem[]): ReadonlyMap<string, ConfiguredSink> => {
  const linked = new Map<string, ConfiguredSink>()
  for (const item of sinks.values()) {
    const { type, name, on = [], enabled = true } = item.spec as Partial<SinkSpec>
    if (type === undefined) continue
    const sink = catalog.sinks.get(type)
    if (!sink) {
      problems.push(problemOf(item, ['type'], catalog.unknownSink(type)))
      continue
    }
    const settings = settingsWith(item, sink, catalog, problems)
    if (!settings) continue
    const hash = hashOf([type, sink.upgrades?.length ?? 0, enabled, on, settings])
    const groups = [...settingsReferences(item, catalog)].flatMap((one) => (one.to === 'groups' ? [one.slug] : []))
    const whatItIs = { slug: item.slug, name: name ?? item.slug, sink, settings, enabled, groups, hash }
    linked.set(item.slug, Object.freeze({ ...whatItIs, gets: isDelivered(on) }))
  }
  return linked
}
