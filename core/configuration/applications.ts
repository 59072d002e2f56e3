import { type Item, problemOf } from './document.ts'
import type { ApplicationSpec, ProviderSpec, WrittenFlow } from './kinds.ts'
import type { Condition } from '../policy/types.ts'
import type { Path, Problem } from './problem.ts'
import type { ConfiguredApplication, DefaultFlows, Items } from './types.ts'
import { didYouMean } from './suggest.ts'

type Linked = {
  readonly applications: Items
  readonly providers: Items
  readonly flows: Items
  readonly defaults: DefaultFlows
  readonly saidBy?: Item | undefined
  readonly access: ReadonlyMap<string, Condition>
}

const uses = ['authentication', 'authorization', 'invalidation'] as const
const designationOf = (use: keyof DefaultFlows) => (use === 'passwordChange' ? 'stage-configuration' : use)

/** Why this flow cannot be used for this, if it cannot. */
const misfit = (slug: string, use: string, flows: Items): string | undefined => {
  const item = flows.get(slug)
  if (!item) return `there is no flow "${slug}"${didYouMean(slug, flows.keys())}`
  const flow = item.spec as Partial<WrittenFlow>
  if (flow.designation !== undefined && flow.designation !== use) return `the flow "${slug}" is for ${flow.designation}, not for ${use}`
  if (flow.entry === 'call') return `the flow "${slug}" is run by other flows only`
  return flow.entry === 'link' ? `the flow "${slug}" is opened by a link from an operator only` : undefined
}

/**
 * Every application by slug, with the provider and the flows that it uses. A provider that no application names gets an application of its
 * own slug.
 */
export const linkApplications = (
  { applications, providers, flows, defaults, saidBy, access }: Linked,
  problems: Problem[],
): ReadonlyMap<string, ConfiguredApplication> => {
  const linked = new Map<string, ConfiguredApplication>()
  const userOf = new Map<string, string>()
  const { passwordChange: _, ...ofApplications } = defaults
  for (const use of [...uses, 'passwordChange'] as const) {
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
    for (const use of uses) {
      const flow = spec.flows?.[use]
      const why = flow === undefined ? undefined : misfit(flow, use, flows)
      if (why) problem(['flows', use], why)
    }
    const condition = access.get(item.slug)
    const { name = item.slug, launchUrl, description, provider } = spec
    linked.set(item.slug, {
      slug: item.slug,
      name,
      ...(launchUrl && { launchUrl }),
      ...(description && { description }),
      provider,
      flows: { ...ofApplications, ...spec.flows },
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
