import { type Item, problemOf } from './document.ts'
import { mediaPath } from '../media/media-path.ts'
import type { ConfiguredBrand } from './brands.ts'
import { flowUses, misfit } from './flow-uses.ts'
import type { ApplicationSpec, ProviderSpec } from './kinds.ts'
import type { Condition } from '../policy/types.ts'
import type { Path, Problem } from './problem.ts'
import type { ConfiguredApplication, DefaultFlows, Items } from './types.ts'
import { didYouMean } from './suggest.ts'

type Linked = {
  readonly applications: Items
  readonly providers: Items
  readonly flows: Items
  readonly brands: ReadonlyMap<string, ConfiguredBrand>
  readonly defaults: DefaultFlows
  readonly saidBy?: Item | undefined
  readonly access: ReadonlyMap<string, Condition>
}

/** Flows that people open for themselves. */
const ownUses = ['passwordChange', 'authenticatorSetup'] as const

const isOwnUse = (use: keyof DefaultFlows): use is (typeof ownUses)[number] => (ownUses as readonly string[]).includes(use)
const designationOf = (use: keyof DefaultFlows) => (isOwnUse(use) ? 'stage-configuration' : use)

/**
 * Every application by slug, with the provider and the flows that it uses. A provider that no application names gets an application of its
 * own slug.
 */
export const linkApplications = (
  { applications, providers, flows, brands, defaults, saidBy, access }: Linked,
  problems: Problem[],
): ReadonlyMap<string, ConfiguredApplication> => {
  const linked = new Map<string, ConfiguredApplication>()
  const userOf = new Map<string, string>()
  const { passwordChange: _, authenticatorSetup: __, ...ofApplications } = defaults
  for (const use of [...flowUses, ...ownUses]) {
    const why = misfit(defaults[use], designationOf(use), flows)
    const said = saidBy?.spec[use] !== undefined ? saidBy : undefined
    if (why && said) problems.push(problemOf(said, [use], why))
    else if (why) problems.push({ message: `the default flow for ${use} is missing: ${why}` })
  }

  for (const item of applications.values()) {
    const spec = item.spec as Partial<ApplicationSpec>
    const problem = (path: Path, message: string) => void problems.push(problemOf(item, path, message))
    if (spec.provider !== undefined) {
      const other = userOf.get(spec.provider)
      if (!providers.has(spec.provider))
        problem(['provider'], `there is no provider "${spec.provider}"${didYouMean(spec.provider, providers.keys())}`)
      else if (other)
        problem(
          ['provider'],
          `the application "${other}" uses the provider "${spec.provider}" already; make a provider for each application`,
        )
      else userOf.set(spec.provider, item.slug)
    }
    for (const use of flowUses) {
      const flow = spec.flows?.[use]
      const why = flow === undefined ? undefined : misfit(flow, use, flows)
      if (why) problem(['flows', use], why)
    }
    const brand = spec.brand === undefined ? undefined : brands.get(spec.brand)
    if (spec.brand !== undefined && !brand) problem(['brand'], `there is no brand "${spec.brand}"${didYouMean(spec.brand, brands.keys())}`)
    const condition = access.get(item.slug)
    const { name = item.slug, launchUrl, description, provider, icon } = spec
    linked.set(item.slug, {
      slug: item.slug,
      ...(item.id !== undefined && { id: item.id }),
      name,
      ...(launchUrl && { launchUrl }),
      ...(description && { description }),
      provider,
      flows: { ...ofApplications, ...brand?.flows, ...spec.flows },
      ...(icon && { icon: mediaPath(icon) }),
      ...(brand && { brand: brand.slug }),
      ...(condition && { access: condition }),
    })
  }

  for (const item of providers.values()) {
    if (userOf.has(item.slug)) continue
    const named = linked.get(item.slug)?.provider
    // That application names a provider that is not there: told already, and probably this one was meant.
    if (named !== undefined && !providers.has(named)) continue
    if (linked.has(item.slug)) {
      problems.push(
        problemOf(
          item,
          [],
          `no application uses it, and the application "${item.slug}" exists without it; write "provider: ${item.slug}" there`,
        ),
      )
    } else {
      const { name = item.slug } = item.spec as Partial<ProviderSpec>
      linked.set(item.slug, { slug: item.slug, name, provider: item.slug, flows: ofApplications })
    }
  }
  return linked
}
