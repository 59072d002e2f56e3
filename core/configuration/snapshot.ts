import { type DirectoryReference, linkAccess } from './access.ts'
import { linkApplications } from './applications.ts'
import { hashOf } from './canonical.ts'
import type { Catalog } from './catalog.ts'
import { type Document, type Item, itemsOf, positionOf } from './document.ts'
import { compileFlows } from './flows.ts'
import { type GroupSeed, type KindName, kinds, type UserSeed } from './kinds.ts'
import { conditionLibrary, linkPolicies } from './policies.ts'
import { type Problem, pathText } from './problem.ts'
import { linkProviders } from './providers.ts'
import { linkScopeMappings } from './scope-mappings.ts'
import { sealSecrets } from './secrets.ts'
import type { ApplicationFlows, CompileFlow, Items, Seeds, Snapshot } from './types.ts'

export type SnapshotInput = {
  readonly documents: readonly Document[]
  /** Read-only layer below: an object of a document replaces one of the same slug. */
  readonly shipped: readonly Document[]
  readonly catalog: Catalog
  readonly compileFlow: CompileFlow
}

export type SnapshotResult =
  | { readonly snapshot: Snapshot; readonly seeds: Seeds; readonly references: readonly DirectoryReference[] }
  | { readonly problems: readonly Problem[] }

const shippedDefaults: ApplicationFlows = {
  authentication: 'default-authentication',
  authorization: 'default-authorization-implicit-consent',
  invalidation: 'default-invalidation',
}

/** The objects of one layer; two documents of a layer may not say the same thing twice. */
const layer = (documents: readonly Document[], problems: Problem[]): Map<KindName, Map<string, Item>> => {
  const kinds = new Map<KindName, Map<string, Item>>()
  for (const document of documents) {
    const found = itemsOf(document)
    problems.push(...found.problems)
    for (const item of found.items) {
      const map = kinds.get(item.kind) ?? new Map<string, Item>()
      kinds.set(item.kind, map)
      const earlier = map.get(item.slug)
      if (earlier) {
        const { file, line } = positionOf(earlier, [], 'key')
        const message = `is in ${file}:${line} too; remove one of them`
        problems.push({ position: positionOf(item, [], 'key'), path: [item.kind, item.slug], message })
      } else map.set(item.slug, item)
    }
  }
  return kinds
}

const inOrder = (problems: readonly Problem[]): readonly Problem[] => {
  const place = ({ position, path }: Problem) =>
    [position?.file ?? '', position?.line ?? 0, position?.column ?? 0, pathText(path ?? [])] as const
  return problems.toSorted((a, b) => {
    const [fileA, lineA, columnA] = place(a)
    const [fileB, lineB, columnB] = place(b)
    return fileA.localeCompare(fileB) || lineA - lineB || columnA - columnB
  })
}

/** Roles that are always there. */
const roles: ReadonlySet<string> = new Set(['admin', 'viewer'])

const seedsOf = <T>(kind: KindName, items: Items): Readonly<Record<string, T>> =>
  Object.fromEntries([...items].map(([slug, { spec }]) => [slug, sealSecrets(kinds[kind].schema, spec) as T]))

/** Checks, links and compiles documents into one snapshot, or says everything that stands in the way, in the order of the files. */
export const compileSnapshot = ({ documents, shipped, catalog, compileFlow }: SnapshotInput): SnapshotResult => {
  const problems: Problem[] = []
  const below = layer(shipped, problems)
  const above = layer(documents, problems)
  const of = (kind: KindName): Items => new Map([...(below.get(kind) ?? []), ...(above.get(kind) ?? [])])

  const policies = linkPolicies(of('policies'), catalog, problems)
  const library = conditionLibrary(policies, of('policies'), roles)
  const references: DirectoryReference[] = []
  const flows = compileFlows(of('flows'), catalog, compileFlow, problems)
  const flowAccess = linkAccess(of('flows'), library, problems, references)
  const access = linkAccess(of('applications'), library, problems, references)
  const applications = linkApplications(
    { applications: of('applications'), providers: of('providers'), flows: of('flows'), defaults: shippedDefaults, access },
    problems,
  )
  const mappings = linkScopeMappings(of('scopeMappings'), problems)
  const { providers, index } = linkProviders({ providers: of('providers'), applications, catalog, mappings }, problems)
  if (problems.length > 0) return { problems: inOrder(problems) }

  const revision = hashOf([
    Object.fromEntries([...policies].map(([slug, { hash }]) => [slug, hash])),
    Object.fromEntries([...flows].map(([slug, { hash }]) => [slug, hash])),
    Object.fromEntries([...flowAccess].map(([slug, { hash }]) => [slug, hash])),
    Object.fromEntries([...applications].map(([slug, application]) => [slug, { ...application, access: application.access?.hash }])),
    Object.fromEntries(providers),
    Object.fromEntries([...of('scopeMappings')].map(([slug, { spec }]) => [slug, spec])),
  ])
  const snapshot: Snapshot = {
    revision,
    policies,
    flows,
    flowAccess,
    applications,
    providers,
    defaultFlows: shippedDefaults,
    providersOf: (protocol) => ({
      find: (setting, value) => index.get(protocol)?.get(setting)?.get(value),
      byApplication(slug) {
        const provider = providers.get(applications.get(slug)?.provider ?? '')
        return provider?.protocol === protocol ? provider : undefined
      },
    }),
  }
  return {
    snapshot: Object.freeze(snapshot),
    references,
    seeds: { users: seedsOf<UserSeed>('users', of('users')), groups: seedsOf<GroupSeed>('groups', of('groups')) },
  }
}
