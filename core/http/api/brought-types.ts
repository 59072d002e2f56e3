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

/** `<kind>.title`; of a kind that is not named like its plugin `<plugin>.<kind>.title`: other plugins may bring something of that name. */
const textKey = (plugin: string, kind: string, what: 'title' | 'description') =>
  kind === plugin ? `${kind}.${what}` : `${plugin}.${kind}.${what}`

/**
 * What a `type` may say, by family, in the order of their names. Titles and descriptions are those that
 * plugins have messages for, see `textKey`.
 */
export const typesOfPlugins = (catalog: Catalog, textOf: TextOf) => {
  const pluginOf = new Map(
    catalog.plugins.flatMap((plugin) => broughtBy(plugin).map((item): readonly [Configurable<any>, string] => [item, plugin.id])),
  )
  const shown = (item: Configurable<any>) => {
    const { kind } = item
    const plugin = pluginOf.get(item) ?? kind
    return {
      kind,
      plugin,
      title: textOf(textKey(plugin, kind, 'title')) ?? null,
      description: textOf(textKey(plugin, kind, 'description')) ?? null,
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
