import { factorsBy } from '../access/factors.ts'
import { linkAccess } from './access.ts'
import { linkApplications } from './applications.ts'
import { linkAuthenticators } from './authenticators.ts'
import { brandChoice, linkBrands } from './brands.ts'
import { hashOf } from './canonical.ts'
import { compileCondition } from '../policy/compile.ts'
import type { Catalog } from './catalog.ts'
import type { Document } from './document.ts'
import { flowsOf } from './flow-cache.ts'
import { type GroupSeed, type KindName, kinds, type UserSeed } from './kinds.ts'
import { layer } from './layer.ts'
import { inOrder, type Problem } from './problem.ts'
import { conditionLibrary, linkPolicies } from './policies.ts'
import { linkProviders } from './providers.ts'
import { linkReferences } from './link-references.ts'
import { linkScopeMappings } from './scope-mappings.ts'
import { linkRoles } from './roles.ts'
import { sealSecrets } from './secrets.ts'
import { linkSinks } from './sinks.ts'
import { linkSettings } from './settings.ts'
import type { CompileFlow, Items, Seeds, Snapshot } from './types.ts'

export type SnapshotInput = {
  readonly documents: readonly Document[]
  /** Read-only layer below: an object of a document replaces one of the same slug. */
  readonly shipped: readonly Document[]
  readonly catalog: Catalog
  readonly compileFlow: CompileFlow
}

export type SnapshotResult =
  | { readonly snapshot: Snapshot; readonly seeds: Seeds; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] }

const seedsOf = <T>(kind: KindName, items: Items): Readonly<Record<string, T>> =>
  Object.fromEntries([...items].map(([slug, { spec }]) => [slug, sealSecrets(kinds[kind].schema, spec) as T]))

/** What is compiled: the objects of each kind, and what their compiling needs. */
export type Tree = {
  readonly of: (kind: KindName) => Items
  readonly catalog: Catalog
  readonly compileFlow: CompileFlow
  /** Authenticators that were left out since something is wrong with them. */
  readonly authenticatorsOut?: ReadonlySet<string>
  /** Is this an entry that a role may have? Everything is, where nobody knows better. */
  readonly isPermission?: ((entry: string) => boolean) | undefined
}

/**
 * Links and compiles checked objects; what stands in the way is added to `problems`, and then the snapshot is not to be used. What is allowed but
 * worth a look is added to `warnings`.
 */
export const compileTree = (
  { of, catalog, compileFlow, authenticatorsOut, isPermission }: Tree,
  problems: Problem[],
  warnings: Problem[] = [],
): Snapshot => {
  const roles = linkRoles(of('roles'), isPermission, problems)
  const { lifetime, defaultFlows, tokens, email, eventRetention, rotateKeysEvery, mfa, device } = linkSettings(of('settings'), problems)
  const policies = linkPolicies(of('policies'), catalog, problems)
  const levels = mfa.levels.map(({ acr }) => acr)
  const library = conditionLibrary(policies, of('policies'), new Set(roles.keys()), new Set(levels))
  const flows = flowsOf(
    { items: of('flows'), of, catalog, condition: (written) => compileCondition(written, library), compileFlow, lifetime, levels },
    problems,
    warnings,
  )
  const flowAccess = linkAccess(of('flows'), library, problems)
  const brands = linkBrands(of('brands'), of('flows'), problems)
  const applications = linkApplications(
    {
      applications: of('applications'),
      providers: of('providers'),
      flows: of('flows'),
      brands,
      defaults: defaultFlows,
      saidBy: of('settings').get('flows'),
      access: linkAccess(of('applications'), library, problems),
    },
    problems,
  )
  const mappings = linkScopeMappings(of('scopeMappings'), problems)
  const { providers, index } = linkProviders({ providers: of('providers'), applications, catalog, mappings, tokens }, problems)
  const authenticators = linkAuthenticators(of('authenticators'), catalog, problems)
  const outOfUse = authenticatorsOut && { outOfUse: authenticatorsOut }
  const factors = Object.freeze({ ...mfa, authenticators, ...outOfUse, factorsOf: factorsBy(authenticators) })
  const sinks = linkSinks(of('sinks'), catalog, problems)
  linkReferences(of, catalog, problems)

  let revision: string | undefined
  return Object.freeze<Snapshot>({
    // Asked for by few, and costly: not computed before.
    get revision() {
      return (revision ??= hashOf([
        Object.fromEntries(roles),
        Object.fromEntries([...flows].map(([slug, { hash }]) => [slug, hash])),
        Object.fromEntries([...policies].map(([slug, { hash }]) => [slug, hash])),
        Object.fromEntries([...flowAccess].map(([slug, { hash }]) => [slug, hash])),
        Object.fromEntries([...applications].map(([slug, application]) => [slug, { ...application, access: application.access?.hash }])),
        Object.fromEntries(providers),
        Object.fromEntries([...sinks].map(([slug, { hash }]) => [slug, hash])),
        mfa,
        of('settings').get('device')?.spec ?? null,
        [...(authenticatorsOut ?? [])],
        [...authenticators].map(([kind, { authenticator, settings }]) => [kind, authenticator.upgrades?.length ?? 0, settings]),
        email ?? null,
        eventRetention,
        rotateKeysEvery ?? null,
        Object.fromEntries([...of('brands')].map(([slug, { spec }]) => [slug, spec])),
        Object.fromEntries([...of('scopeMappings')].map(([slug, { spec }]) => [slug, spec])),
      ]))
    },
    roles,
    policies,
    flows,
    flowAccess,
    applications,
    brands,
    brandOf: brandChoice(brands, (slug) => applications.get(slug)?.brand),
    providers,
    sinks,
    defaultFlows,
    factors,
    device,
    email,
    eventRetention,
    rotateKeysEvery,
    providersOf: (protocol) => ({
      find: (setting, value) => index.get(protocol)?.get(setting)?.get(value),
      byApplication(slug) {
        const provider = providers.get(applications.get(slug)?.provider ?? '')
        return provider?.protocol === protocol ? provider : undefined
      },
    }),
  })
}

/** What the documents say of users and groups. */
export const seedsIn = (of: Tree['of']): Seeds => ({
  users: seedsOf<UserSeed>('users', of('users')),
  groups: seedsOf<GroupSeed>('groups', of('groups')),
})

/** Checks, links and compiles documents into one snapshot, or says everything that stands in the way, in the order of the files. */
export const compileSnapshot = ({ documents, shipped, catalog, compileFlow }: SnapshotInput): SnapshotResult => {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const below = layer(shipped, problems)
  const above = layer(documents, problems)
  const of = (kind: KindName): Items => new Map([...(below.items.get(kind) ?? []), ...(above.items.get(kind) ?? [])])
  const snapshot = compileTree({ of, catalog, compileFlow }, problems, warnings)
  return problems.length > 0 ? { problems: inOrder(problems) } : { snapshot, seeds: seedsIn(of), warnings: inOrder(warnings) }
}
