import type { ConditionLibrary, ConfiguredPolicy } from '../policy/types.ts'
import { hashOf } from './canonical.ts'
import type { Catalog } from './catalog.ts'
import { problemOf } from './document.ts'
import type { PolicySpec } from './kinds.ts'
import type { Problem } from './problem.ts'
import { settingsWith } from './settings-with.ts'
import { didYouMean } from './suggest.ts'
import type { Items } from './types.ts'

/** Every policy by slug, ready to be asked; what is wrong with one is added to `problems`. */
export const linkPolicies = (policies: Items, catalog: Catalog, problems: Problem[]): ReadonlyMap<string, ConfiguredPolicy> => {
  const linked = new Map<string, ConfiguredPolicy>()
  for (const item of policies.values()) {
    const { type } = item.spec as Partial<PolicySpec>
    if (type === undefined) continue
    const policy = catalog.policies.get(type)
    if (!policy) {
      problems.push(problemOf(item, ['type'], catalog.unknownPolicy(type)))
      continue
    }
    const settings = settingsWith(item, policy, catalog, problems)
    const hash = hashOf([type, policy.upgrades?.length ?? 0, settings])
    if (settings) linked.set(item.slug, Object.freeze({ slug: item.slug, policy, settings, hash }))
  }
  return linked
}

const unknown = (what: string, slug: string, known: Iterable<string>): string => {
  const all = [...known]
  return `there is no ${what} "${slug}"${didYouMean(slug, all) || (all.length > 0 ? `; there are ${all.toSorted().join(', ')}` : '')}`
}

/** What conditions may refer to. `policies` are those that work, `items` all that are written. */
export const conditionLibrary = (
  policies: ReadonlyMap<string, ConfiguredPolicy>,
  items: Items,
  roles: ReadonlySet<string>,
  levels: ReadonlySet<string>,
): ConditionLibrary => ({
  policy: (slug) => policies.get(slug),
  unknownPolicy: (slug) =>
    items.has(slug) ? `the policy "${slug}" cannot be used, since something in it is wrong` : unknown('policy', slug, items.keys()),
  role: (slug) => roles.has(slug),
  unknownRole: (slug) => unknown('role', slug, roles),
  level: (acr) => levels.has(acr),
  unknownLevel: (acr) => unknown('level of authentication', acr, levels),
})
