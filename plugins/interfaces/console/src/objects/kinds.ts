import { applications, providers, scopeMappings } from '../areas/applications/kinds.ts'
import { roles } from '../areas/directory/roles/kind.ts'
import { policies } from '../areas/flows/policies.ts'
import type { ObjectKind } from './kind.ts'

export const objectKinds: readonly ObjectKind[] = [applications, providers, scopeMappings, policies, roles]

/** Kinds that have pages of their own kind elsewhere in the console. */
const others: Readonly<Record<string, string>> = { groups: '/groups', users: '/users', flows: '/flows', settings: '/settings' }

/** Where a kind has its list, one of it its page and, with `new`, one is made. */
export const pathOf = (kind: string, slug?: string): string | undefined => {
  const base = objectKinds.find((one) => one.kind === kind)?.path ?? others[kind]
  return base === undefined || slug === undefined ? base : `${base}/${encodeURIComponent(slug)}`
}
