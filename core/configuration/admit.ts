import type { Plugin } from '../api/index.ts'
import { catalogProblems } from './catalog-checks.ts'
import type { Disabled } from './external-plugins.ts'
import { type Grants, ungranted } from './grants.ts'

export type Found = { readonly path: string; readonly plugin: Plugin }

/** As far as its data is what its type says. */
export const kindsOf = ({ stages, authenticators, policies, protocols, sinks }: Plugin): readonly string[] =>
  [stages, authenticators, policies, protocols, sinks].flatMap((items) =>
    Array.isArray(items) ? items.map(({ kind }: { readonly kind: unknown }) => String(kind)) : [],
  )

const problemsWith = (accepted: readonly Plugin[], { plugin }: Found, ports: ReadonlySet<string>): readonly string[] => {
  // Its pages would have to be built here.
  if (plugin.interfaces?.length) return [`plugin "${plugin.id}" brings an interface, which only plugins of this repository can`]
  try {
    return catalogProblems([...accepted, plugin], ports)
  } catch (error) {
    // Its data is not what its type says.
    return [`plugin "${plugin.id}" cannot be read: ${error instanceof Error ? error.message : String(error)}`]
  }
}

/**
 * Takes those plugins from elsewhere that work beside the bundled ones: of two that claim the same, the first. One may need another that comes
 * later. Each of the others is disabled with all its reasons.
 */
export const admit = (
  bundled: readonly Plugin[],
  found: readonly Found[],
  { ports, grants }: { readonly ports: ReadonlySet<string>; readonly grants: Grants },
): { readonly admitted: readonly Found[]; readonly disabled: readonly Disabled[] } => {
  const admitted: Found[] = []
  let waiting = found
  for (;;) {
    const refused: (Disabled & { readonly found: Found })[] = []
    const before = admitted.length
    for (const one of waiting) {
      const plugins = [...bundled, ...admitted.map(({ plugin }) => plugin)]
      const problems = problemsWith(plugins, one, ports)
      const grant = problems.length === 0 ? ungranted(one.plugin, grants) : undefined
      const reasons = grant === undefined ? problems : [grant]
      if (reasons.length === 0) admitted.push(one)
      else refused.push({ id: one.plugin.id, kinds: kindsOf(one.plugin), path: one.path, reason: reasons.join('; '), found: one })
    }
    if (admitted.length === before) return { admitted, disabled: refused.map(({ found: _, ...disabled }) => disabled) }
    waiting = refused.map((one) => one.found)
  }
}
