import { createHash } from 'node:crypto'
import type { Application, MappedScope, Protocol } from '../api/index.ts'
import type { Catalog } from './catalog.ts'
import { type Item, problemOf } from './document.ts'
import type { ProviderSpec } from './kinds.ts'
import type { Problem } from './problem.ts'
import type { Schema } from './schema.ts'
import { scopeProblems } from './scope-mappings.ts'
import { resolveSecrets } from './secrets.ts'
import type { TokenLifetimes } from './token-settings.ts'
import type { ConfiguredApplication, ConfiguredProvider, Items } from './types.ts'

type Linked = {
  readonly providers: Items
  readonly applications: ReadonlyMap<string, ConfiguredApplication>
  readonly catalog: Catalog
  readonly mappings: readonly MappedScope[]
  /** What holds where a provider says nothing. */
  readonly tokens: TokenLifetimes
}
/** Protocol → setting → value → provider. */
type Index = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, ConfiguredProvider>>>

/** With what comes from elsewhere where nothing is written. */
const withDefaults = (
  schema: Schema,
  slug: string,
  tokens: TokenLifetimes,
  settings: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const sources = new Map<string | undefined, unknown>([
    ['slug', slug],
    ...Object.entries(tokens).map(([name, seconds]) => [`tokens.${name}`, seconds] as const),
  ])
  const defaults = Object.entries(schema.properties ?? {}).filter(([, property]) => sources.has(property['x-default-from']))
  return { ...Object.fromEntries(defaults.map(([name, property]) => [name, sources.get(property['x-default-from'])])), ...settings }
}

/** `tokens`: the lifetimes that it was checked with. */
type Checked = { readonly settings: Record<string, unknown> | undefined; readonly problems: readonly Problem[]; readonly tokens: string }
const kept = new WeakMap<Catalog, WeakMap<Item, Checked>>()

type Given = Pick<Linked, 'catalog' | 'tokens'>

/** The settings of one provider as its protocol gets them, or nothing and a line for each problem. An item is checked once. */
const settingsOf = (item: Item, protocol: Protocol, given: Given, problems: Problem[]): Record<string, unknown> | undefined => {
  const { catalog } = given
  const tokens = JSON.stringify(given.tokens)
  const known = kept.get(catalog) ?? new WeakMap<Item, Checked>()
  kept.set(catalog, known)
  const found: Problem[] = []
  const earlier = known.get(item)
  const checked =
    earlier?.tokens === tokens ? earlier : { settings: checkedSettings(item, protocol, given, found), problems: found, tokens }
  known.set(item, checked)
  problems.push(...checked.problems)
  return checked.settings
}

const checkedSettings = (
  item: Item,
  protocol: Protocol,
  { catalog, tokens }: Given,
  problems: Problem[],
): Record<string, unknown> | undefined => {
  const schema = catalog.schema(protocol)
  const written = withDefaults(schema, item.slug, tokens, { ...(item.spec as Partial<ProviderSpec>).with })
  const resolved = resolveSecrets(schema, written, item.document.secrets)
  const checked = catalog.settings(protocol, resolved.value)
  const found = [...resolved.problems, ...('problems' in checked ? checked.problems : [])]
  if ('value' in checked && found.length === 0) return checked.value
  problems.push(...found.map(({ path = [], message }) => problemOf(item, ['with', ...path], message)))
  return undefined
}

const applicationOf = ({ slug, name, launchUrl }: ConfiguredApplication): Application => ({ slug, name, ...(launchUrl && { launchUrl }) })

/** A short text that no other provider and application have. What is not stored has nothing but its slug. */
const identityOf = (item: Item, application: ConfiguredApplication): string =>
  createHash('sha256')
    .update(JSON.stringify([item.id ?? item.slug, application.id ?? application.slug]))
    .digest('base64url')
    .slice(0, 22)

/** Every provider by slug, and the index by which protocols find theirs. */
export const linkProviders = (
  { providers, applications, catalog, mappings, tokens }: Linked,
  problems: Problem[],
): { readonly providers: ReadonlyMap<string, ConfiguredProvider>; readonly index: Index } => {
  const linked = new Map<string, ConfiguredProvider>()
  const index = new Map<string, Map<string, Map<string, ConfiguredProvider>>>()
  const applicationByProvider = new Map([...applications.values()].map((application) => [application.provider, application]))

  for (const item of providers.values()) {
    const { type } = item.spec as Partial<ProviderSpec>
    if (type === undefined) continue
    const protocol = catalog.protocols.get(type)
    if (!protocol) {
      problems.push(problemOf(item, ['type'], catalog.unknownProtocol(type)))
      continue
    }
    const settings = settingsOf(item, protocol, { catalog, tokens }, problems)
    // Mappings change without the provider.
    const unknown = settings ? scopeProblems(catalog.schema(protocol), settings, mappings) : []
    problems.push(...unknown.map(({ path, message }) => problemOf(item, ['with', ...path], message)))
    if (unknown.length > 0) continue
    const application = applicationByProvider.get(item.slug)
    if (!settings || !application) continue
    const provider: ConfiguredProvider = Object.freeze({
      slug: item.slug,
      id: identityOf(item, application),
      protocol: type,
      settings,
      application: applicationOf(application),
      mappings,
    })
    linked.set(item.slug, provider)
    for (const setting of protocol.index ?? []) addToIndex(item, provider, setting)
  }
  return { providers: linked, index }

  function addToIndex(item: Item, provider: ConfiguredProvider, setting: string): void {
    const { [setting]: value } = provider.settings as Readonly<Record<string, unknown>>
    for (const key of Array.isArray(value) ? value : [value]) {
      if (typeof key !== 'string') continue
      const settings = index.get(provider.protocol) ?? new Map<string, Map<string, ConfiguredProvider>>()
      const values = settings.get(setting) ?? new Map<string, ConfiguredProvider>()
      const other = values.get(key)
      if (other)
        problems.push(problemOf(item, ['with', setting], `"${key}" belongs to the provider "${other.slug}" already; it may occur once`))
      else values.set(key, provider)
      index.set(provider.protocol, settings.set(setting, values))
    }
  }
}
