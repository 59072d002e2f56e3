import { createHash } from 'node:crypto'
import type { CompileCondition, ConditionLibrary } from '../policy/types.ts'
import { linkApplications } from './applications.ts'
import type { Catalog } from './catalog.ts'
import { type Document, type Item, itemsOf, positionOf } from './document.ts'
import { compileFlows } from './flows.ts'
import { type GroupSeed, type KindName, kinds, type UserSeed } from './kinds.ts'
import { type Problem, pathText } from './problem.ts'
import { linkProviders } from './providers.ts'
import { sealSecrets } from './secrets.ts'
import type { ApplicationFlows, CompileFlow, Items, Seeds, Snapshot } from './types.ts'

export type SnapshotInput = {
  readonly documents: readonly Document[]
  /** Read-only layer below: an object of a document replaces one of the same slug. */
  readonly shipped: readonly Document[]
  readonly catalog: Catalog
  readonly compileFlow: CompileFlow
  readonly compileCondition: CompileCondition
}

export type SnapshotResult =
  | { readonly snapshot: Snapshot; readonly seeds: Seeds; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] }

const conditionLibrary: ConditionLibrary = {
  policy: () => undefined,
  unknownPolicy: (slug) => `there is no policy "${slug}"`,
  role: (slug) => slug === 'admin' || slug === 'viewer',
  unknownRole: (slug) => `there is no role "${slug}"; there are admin and viewer`,
}

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

/** JSON with its keys in order, so that equal content is equal text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !('toJSON' in inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )

const seedsOf = <T>(kind: KindName, items: Items): Readonly<Record<string, T>> =>
  Object.fromEntries([...items].map(([slug, { spec }]) => [slug, sealSecrets(kinds[kind].schema, spec) as T]))

/** Checks, links and compiles documents into one snapshot, or says everything that stands in the way, in the order of the files. */
export const compileSnapshot = ({ documents, shipped, catalog, compileFlow, compileCondition }: SnapshotInput): SnapshotResult => {
  const problems: Problem[] = []
  const below = layer(shipped, problems)
  const above = layer(documents, problems)
  const of = (kind: KindName): Items => new Map([...(below.get(kind) ?? []), ...(above.get(kind) ?? [])])

  const { programs: flows, warnings } = compileFlows(
    of('flows'),
    catalog,
    (written) => compileCondition(written, conditionLibrary),
    compileFlow,
    problems,
  )
  const applications = linkApplications(
    { applications: of('applications'), providers: of('providers'), flows: of('flows'), defaults: shippedDefaults },
    problems,
  )
  const { providers, index } = linkProviders({ providers: of('providers'), applications, catalog }, problems)
  if (problems.length > 0) return { problems: inOrder(problems) }

  const revision = createHash('sha256')
    .update(
      canonical([
        Object.fromEntries([...flows].map(([slug, { hash }]) => [slug, hash])),
        Object.fromEntries(applications),
        Object.fromEntries(providers),
      ]),
    )
    .digest('base64url')
  const snapshot: Snapshot = {
    revision,
    flows,
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
    warnings,
    seeds: { users: seedsOf<UserSeed>('users', of('users')), groups: seedsOf<GroupSeed>('groups', of('groups')) },
  }
}
