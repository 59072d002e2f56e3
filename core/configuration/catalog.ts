import type { Authenticator, Configurable, Plugin, Policy, Protocol, Sink, Stage } from '../api/index.ts'
import type { Check } from '../engine/program.ts'
import { catalogProblems } from './catalog-checks.ts'
import type { Disabled } from './external-plugins.ts'
import { pathOf } from './explain.ts'
import { compileTexts } from './expressions.ts'
import { answerCheckOf, checkOf, closed, type Schema } from './schema.ts'
import { sealSecrets } from './secrets.ts'
import { didYouMean } from './suggest.ts'

/** What can be configured, by kind: everything that the loaded plugins bring. */
export type Catalog = {
  readonly plugins: readonly Plugin[]
  /** Where plugins from elsewhere came from, by id. */
  readonly external: ReadonlyMap<string, string>
  /** Plugins from elsewhere that are not in use, with their reasons. */
  readonly disabled: readonly Disabled[]
  /** What is probably a slip, e.g. a grant for a plugin that is not there. */
  readonly warnings: readonly string[]
  readonly stages: ReadonlyMap<string, Stage>
  readonly authenticators: ReadonlyMap<string, Authenticator>
  readonly policies: ReadonlyMap<string, Policy>
  readonly protocols: ReadonlyMap<string, Protocol>
  readonly sinks: ReadonlyMap<string, Sink>
  stage(kind: string): Stage | undefined
  /** Why there is no such stage, and which was probably meant. */
  unknownStage(kind: string): string
  unknownAuthenticator(kind: string): string
  unknownPolicy(kind: string): string
  unknownProtocol(kind: string): string
  unknownSink(kind: string): string
  /** The settings' schema, in which what it does not name is an error. */
  schema(item: Configurable<any>): Schema
  /** Settings as the plugin gets them: checked, with defaults, secret texts as `Secret`, expressions compiled. */
  settings(item: Configurable<any>, value: unknown): ReturnType<Check>
  /** A check of answers by a stage's schema; what the schema does not name is dropped. */
  answers(schema: object): Check
}

const byKind = <T extends { readonly kind: string }>(items: readonly T[]): ReadonlyMap<string, T> =>
  new Map(items.map((item) => [item.kind, item]))

/** What is not there may be in a plugin that is not in use: then its reason is what helps. */
const unknown = (what: string, items: ReadonlyMap<string, unknown>, disabled: readonly Disabled[]) => (kind: string) => {
  const off = disabled.find(({ kinds = [] }) => kinds.includes(kind))
  if (off) return `there is no ${what} "${kind}": ${off.reason}`
  const guess = didYouMean(kind, items.keys())
  return `there is no ${what} "${kind}"${guess || `; there are ${[...items.keys()].toSorted().join(', ') || 'none'}`}`
}

/**
 * Reads what plugins bring, and refuses what cannot work before anything is started.
 * @param ports ids of the ports that are offered
 * @returns all problems at once, each naming its plugin
 */
export const createCatalog = (
  plugins: readonly Plugin[],
  ports: ReadonlySet<string>,
  { external = new Map(), disabled = [], warnings = [] }: Partial<Pick<Catalog, 'external' | 'disabled' | 'warnings'>> = {},
): { readonly catalog: Catalog } | { readonly problems: readonly string[] } => {
  const problems = catalogProblems(plugins, ports)
  if (problems.length > 0) return { problems }

  const stages = byKind(plugins.flatMap((plugin) => plugin.stages ?? []))
  const authenticators = byKind(plugins.flatMap((plugin) => plugin.authenticators ?? []))
  const policies = byKind(plugins.flatMap((plugin) => plugin.policies ?? []))
  const protocols = byKind(plugins.flatMap((plugin) => plugin.protocols ?? []))
  const sinks = byKind(plugins.flatMap((plugin) => plugin.sinks ?? []))
  const entries = new Map<Configurable<any>, { readonly schema: Schema; readonly check: Check }>()
  for (const items of [stages, authenticators, policies, protocols, sinks])
    for (const item of items.values()) {
      const schema = closed(item.settings as Schema)
      entries.set(item, { schema, check: checkOf(schema) })
    }
  const entry = (item: Configurable<any>) => {
    const found = entries.get(item)
    if (!found) throw new Error(`"${item.kind}" is not in the catalog`)
    return found
  }

  const catalog: Catalog = {
    plugins,
    external,
    disabled,
    warnings,
    stages,
    authenticators,
    policies,
    protocols,
    sinks,
    stage: (kind) => stages.get(kind),
    unknownStage: unknown('stage', stages, disabled),
    unknownAuthenticator: unknown('type of authenticator', authenticators, disabled),
    unknownPolicy: unknown('type of policy', policies, disabled),
    unknownProtocol: unknown('protocol', protocols, disabled),
    unknownSink: unknown('type of sink', sinks, disabled),
    schema: (item) => entry(item).schema,
    settings(item, value) {
      const { schema, check } = entry(item)
      const checked = check(value)
      if ('problems' in checked) return checked
      const compiled = compileTexts(schema, sealSecrets(schema, checked.value))
      if ('problems' in compiled) return compiled
      const said = item.check?.(compiled.value) ?? []
      return said.length === 0 ? compiled : { problems: said.map(({ pointer, message }) => ({ path: pathOf(pointer), message })) }
    },
    answers: (schema) => answerCheckOf(schema),
  }
  return { catalog: Object.freeze(catalog) }
}
