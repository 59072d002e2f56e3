import { fileURLToPath } from 'node:url'
import { isPattern } from '../access/permissions.ts'
import { type Events, ports } from '../api/index.ts'
import { compileFlow } from '../engine/compile.ts'
import type { Options } from '../options/options.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { contained } from './contained.ts'
import { admit } from './admit.ts'
import { auditCommit } from './commit-event.ts'
import { loadExternalPlugins } from './external-plugins.ts'
import { uselessGrants } from './grants.ts'
import { type Document, itemsOf } from './document.ts'
import { rehearseMounts } from './rehearsal.ts'
import { loadDocuments } from './load.ts'
import { loadPlugins } from './plugins.ts'
import { inOrder, type Problem, problemText } from './problem.ts'
import { compileSnapshot } from './snapshot.ts'
import { createPlane } from './plane.ts'
import type { PlaneParts, Watching } from './plane-state.ts'
import type { Actor, Plane } from './plane-types.ts'
import type { Seeds, Snapshot } from './types.ts'

/** Everything that is wrong with plugins or configuration, a line each. */
export class Misconfigured extends Error {
  readonly problems: readonly string[]
  constructor(what: string, problems: readonly string[]) {
    super(`${what}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'Misconfigured'
    this.problems = problems
  }
}

const folder = (name: string) => fileURLToPath(new URL(`../../${name}/`, import.meta.url))

/**
 * The plugins of this repository, checked, and those from elsewhere that work beside them. Throws `Misconfigured` for a bundled one that cannot
 * work; one from elsewhere is disabled with its reason.
 */
export async function readCatalog(
  { plugins, grants }: Pick<Options, 'plugins' | 'grants'> = { plugins: [], grants: new Map() },
): Promise<Catalog> {
  const [loaded, elsewhere] = await Promise.all([loadPlugins(folder('plugins')), loadExternalPlugins(plugins)])
  if ('problems' in loaded) throw new Misconfigured('Plugins could not be loaded', loaded.problems)
  const offered = new Set(Object.values(ports).map(({ id }) => id))
  const { admitted: works, disabled } = admit(loaded.plugins, elsewhere.found, { ports: offered, grants })
  const { admitted, unmountable } = await rehearseMounts(works)
  const told = new Set(elsewhere.found.map(({ plugin }) => plugin.id))
  const made = createCatalog([...loaded.plugins, ...admitted.map(({ plugin }) => contained(plugin))], offered, {
    external: new Map(admitted.map(({ plugin, path }) => [plugin.id, path])),
    disabled: [...elsewhere.disabled, ...disabled, ...unmountable],
    warnings: uselessGrants(grants, told),
  })
  if ('problems' in made) throw new Misconfigured('Plugins that cannot work', made.problems)
  return made.catalog
}

type Files = Pick<Options, 'apply' | 'configuration'>
type Environment = Readonly<Record<string, string | undefined>>

/** The configuration cannot be used, and why. */
const unusable = (problems: readonly Problem[]): Misconfigured =>
  new Misconfigured('The configuration cannot be used', inOrder(problems).map(problemText))

/** What every configuration begins with: the flows of this repository. */
const shippedDocuments = (): readonly Document[] => {
  const { documents, problems } = loadDocuments([folder('flows')])
  if (problems.length > 0) throw unusable(problems)
  return documents
}

/** The documents of `SLUICE_APPLY` and of `sluice.yml`, read; what they say is not linked yet. Throws `Misconfigured` with all problems. */
export function readDocuments({ apply, configuration }: Files, env: Environment): readonly Document[] {
  const applied = loadDocuments(apply, env)
  const documents = [...applied.documents, ...(configuration ? [configuration] : [])]
  const problems = [...applied.problems, ...documents.flatMap((document) => itemsOf(document).problems)]
  if (applied.problems.length > 0) throw unusable(problems)
  return documents
}

/** The shipped flows, and over them the documents of `SLUICE_APPLY` and of `sluice.yml`: as on an empty database. Throws `Misconfigured` with all problems. */
export function readConfiguration(
  catalog: Catalog,
  { apply, configuration }: Files,
  env: Environment,
): { readonly snapshot: Snapshot; readonly seeds: Seeds; readonly warnings: readonly Problem[] } {
  const applied = loadDocuments(apply, env)
  const compiled = compileSnapshot({
    shipped: shippedDocuments(),
    documents: [...applied.documents, ...(configuration ? [configuration] : [])],
    catalog,
    compileFlow,
  })
  const problems: readonly Problem[] = [...applied.problems, ...('problems' in compiled ? compiled.problems : [])]
  if ('problems' in compiled || problems.length > 0) throw unusable(problems)
  return compiled
}

/** The configuration of a database, over what is shipped. */
export const openPlane = (
  parts: Pick<PlaneParts, 'database' | 'seal' | 'clock' | 'log' | 'hash'> & Watching,
  catalog: Catalog,
): ReturnType<typeof createPlane> => createPlane({ ...parts, isPermission: isPattern, catalog, shipped: shippedDocuments(), compileFlow })

/** Applies what the files of the options say, as owner `file`. Throws `Misconfigured` with all problems. */
export async function applyFiles(plane: Plane, documents: readonly Document[], events: Pick<Events, 'record'>): Promise<void> {
  if (documents.length === 0) return
  const files = documents.flatMap(({ at }) => at([])?.file ?? [])
  const actor: Actor = { type: 'file', name: [...new Set(files)].join(', ') }
  let done = await plane.commit({ documents, owner: 'file', actor })
  // Several servers that start together apply the same; whoever comes second finds it done.
  for (let tries = 1; 'conflict' in done && tries < 5; tries++) done = await plane.commit({ documents, owner: 'file', actor })
  if ('problems' in done) throw unusable(done.problems)
  if ('conflict' in done)
    throw new Misconfigured('The configuration could not be applied', [
      `another process has committed revision ${done.conflict.head} meanwhile; start again`,
    ])
  await auditCommit(events, done, actor)
}
