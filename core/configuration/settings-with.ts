import type { Configurable } from '../api/index.ts'
import type { Catalog } from './catalog.ts'
import { type Item, problemOf } from './document.ts'
import type { Problem } from './problem.ts'
import { resolveSecrets } from './secrets.ts'

/** What an object says in `with`, as its plugin gets it; what is wrong with it is added to `problems`, and then there is nothing. */
export const settingsWith = (
  item: Item,
  configurable: Configurable<any>,
  catalog: Catalog,
  problems: Problem[],
): Record<string, unknown> | undefined => {
  const written = (item.spec as { readonly with?: Record<string, unknown> }).with ?? {}
  const resolved = resolveSecrets(catalog.schema(configurable), written, item.document.secrets)
  const checked = catalog.settings(configurable, resolved.value)
  const found = [...resolved.problems, ...('problems' in checked ? checked.problems : [])]
  if ('value' in checked && found.length === 0) return checked.value
  problems.push(...found.map(({ path = [], message }) => problemOf(item, ['with', ...path], message)))
  return undefined
}
