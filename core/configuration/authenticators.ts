import type { ConfiguredAuthenticator } from '../access/factors.ts'
import type { Catalog } from './catalog.ts'
import { problemOf } from './document.ts'
import type { AuthenticatorSpec } from './kinds.ts'
import type { Problem } from './problem.ts'
import { settingsWith } from './settings-with.ts'
import type { Items } from './types.ts'

/** The authenticators that are enabled, by kind, in the order of their names; what is wrong with one is added to `problems`. */
export const linkAuthenticators = (items: Items, catalog: Catalog, problems: Problem[]): ReadonlyMap<string, ConfiguredAuthenticator> => {
  const linked = new Map<string, ConfiguredAuthenticator>()
  for (const item of items.values()) {
    const { type, enabled = true } = item.spec as Partial<AuthenticatorSpec>
    if (type === undefined) continue
    const authenticator = catalog.authenticators.get(type)
    if (!authenticator) {
      problems.push(problemOf(item, ['type'], catalog.unknownAuthenticator(type)))
      continue
    }
    // What users have enrolled is known by its type alone.
    if (item.slug !== type) {
      problems.push(problemOf(item, ['type'], `an authenticator goes by its type, so this one must be called "${type}"; rename it`))
      continue
    }
    const settings = settingsWith(item, authenticator, catalog, problems)
    if (settings && enabled) linked.set(type, Object.freeze({ authenticator, settings }))
  }
  return linked
}
