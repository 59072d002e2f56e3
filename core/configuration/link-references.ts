import type { Catalog } from './catalog.ts'
import { type Item, problemOf } from './document.ts'
import { isSeed, type KindName, kindNames, type Referred } from './kinds.ts'
import type { Problem } from './problem.ts'
import { type Reference, referencesOf, settingsReferences } from './references.ts'
import { shippedRoles } from './roles.ts'
import { didYouMean } from './suggest.ts'
import type { Items } from './types.ts'

/** `flow`, of `flows`. */
export const one = (kind: Referred): string => kind.replace(/ies$/, 'y').replace(/s$/, '')

/** Why a flow is not what a stage needs. */
const unlike = ({ slug, spec }: Item, { designation, entry }: NonNullable<Reference['flow']>): string | undefined => {
  if (spec['designation'] !== designation) return `the flow "${slug}" is for ${String(spec['designation'])}, not for ${designation}`
  return spec['entry'] === entry ? undefined : `the flow "${slug}" is not opened by a one-time link; write "entry: ${entry}" there`
}

/**
 * References that no other linker looks at: those in the settings of plugins, and the roles of users and groups. Those into the directory are
 * and to images are asked for where the database is at hand.
 */
export const linkReferences = (of: (kind: KindName) => Items, catalog: Catalog, problems: Problem[]): void => {
  for (const kind of kindNames) {
    for (const item of of(kind).values()) {
      const references = isSeed(kind) ? referencesOf(item, catalog) : settingsReferences(item, catalog)
      for (const { to, slug, path, flow } of references) {
        const named = flow && of('flows').get(slug)
        const why = named && unlike(named, flow)
        if (why !== undefined) problems.push(problemOf(item, path, why))
        if (isSeed(to) || to === 'media' || of(to).has(slug) || (to === 'roles' && Object.hasOwn(shippedRoles, slug))) continue
        const known = [...of(to).keys(), ...(to === 'roles' ? Object.keys(shippedRoles) : [])]
        problems.push(problemOf(item, path, `there is no ${one(to)} "${slug}"${didYouMean(slug, known)}`))
      }
    }
  }
}
