import type { Configurable, Fact, Stage } from '../../api/index.ts'
import { broughtBy } from '../../configuration/brought.ts'
import type { Catalog } from '../../configuration/catalog.ts'
import { filledIn } from '../../configuration/named-secrets.ts'

type TextOf = (key: string) => string | undefined

const byKind = <T extends { readonly kind: string }>(items: Iterable<T>): readonly T[] =>
  [...items].toSorted((a, b) => (a.kind < b.kind ? -1 : 1))

/** Names of facts; `null`: they depend on the settings. */
const factsOf = (facts: Stage['needs']): readonly string[] | null =>
  typeof facts === 'function' ? null : ((facts ?? []) as readonly Fact[]).map(({ name }) => name)

/**
 * What a `type` may say, by family, in the order of their names. Titles are those that plugins have messages for: `<kind>.title`, `<kind>.description`,
 * or, of what is not named as its plugin is, `<plugin>.<kind>.title`.
 */
export const typesOfPlugins = (catalog: Catalog, textOf: TextOf) => {
  const pluginOf = new Map(
    catalog.plugins.flatMap((plugin) => broughtBy(plugin).map((item): readonly [Configurable<any>, string] => [item, plugin.id])),
  )
  const shown = (item: Configurable<any>) => {
    const plugin = pluginOf.get(item) ?? item.kind
    const key = plugin === item.kind ? item.kind : `${plugin}.${item.kind}`
    return {
      kind: item.kind,
      plugin,
      title: textOf(`${key}.title`) ?? null,
      description: textOf(`${key}.description`) ?? null,
      settings: filledIn(catalog.schema(item)),
    }
  }
  return {
    stages: byKind(catalog.stages.values()).map((stage) => ({
      ...shown(stage),
      needs: factsOf(stage.needs),
      gives: factsOf(stage.gives),
      proves: stage.proves ?? [],
    })),
    authenticators: byKind(catalog.authenticators.values()).map(shown),
    policies: byKind(catalog.policies.values()).map(shown),
    protocols: byKind(catalog.protocols.values()).map(shown),
    sinks: byKind(catalog.sinks.values()).map(shown),
  }
}
