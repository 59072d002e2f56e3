import { fileURLToPath } from 'node:url'
import { ports } from '../api/index.ts'
import { compileFlow } from '../engine/compile.ts'
import { noConditions } from '../policy/none.ts'
import type { Options } from '../options/options.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { admit } from './admit.ts'
import { loadExternalPlugins } from './external-plugins.ts'
import { uselessGrants } from './grants.ts'
import { loadDocuments } from './load.ts'
import { loadPlugins } from './plugins.ts'
import { type Problem, problemText } from './problem.ts'
import { compileSnapshot } from './snapshot.ts'
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
  const { admitted, disabled } = admit(loaded.plugins, elsewhere.found, { ports: offered, grants })
  const told = new Set(elsewhere.found.map(({ plugin }) => plugin.id))
  const made = createCatalog([...loaded.plugins, ...admitted.map(({ plugin }) => plugin)], offered, {
    external: new Map(admitted.map(({ plugin, path }) => [plugin.id, path])),
    disabled: [...elsewhere.disabled, ...disabled],
    warnings: uselessGrants(grants, told),
  })
  if ('problems' in made) throw new Misconfigured('Plugins that cannot work', made.problems)
  return made.catalog
}

/** The shipped flows, and over them the documents of `SLUICE_APPLY` and of `sluice.yml`. Throws `Misconfigured` with all problems. */
export function readConfiguration(
  catalog: Catalog,
  { apply, configuration }: Pick<Options, 'apply' | 'configuration'>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly snapshot: Snapshot; readonly seeds: Seeds; readonly warnings: readonly Problem[] } {
  const shipped = loadDocuments([folder('flows')])
  const applied = loadDocuments(apply, env)
  const compiled = compileSnapshot({
    shipped: shipped.documents,
    documents: [...applied.documents, ...(configuration ? [configuration] : [])],
    catalog,
    compileFlow,
    compileCondition: noConditions,
  })
  const problems: readonly Problem[] = [...shipped.problems, ...applied.problems, ...('problems' in compiled ? compiled.problems : [])]
  if ('problems' in compiled || problems.length > 0) throw new Misconfigured('The configuration cannot be used', problems.map(problemText))
  return compiled
}
