import { applications, providers, scopeMappings } from '../areas/applications/kinds.ts'
import { roles } from '../areas/directory/roles/kind.ts'
import { policies } from '../areas/flows/policies.ts'
import { brands } from '../areas/system/brands.ts'
import { newOf, pathOf } from '../paths.ts'
import type { ObjectKind } from './kind.ts'

export const objectKinds: readonly ObjectKind[] = [applications, providers, scopeMappings, policies, roles, brands]

/** What fields that refer to others link to: one of them or, without a slug, a new one. */
export const formPath = (kind: string, slug?: string): string | undefined => {
  // Users have their pages by their ids.
  if (slug !== undefined) return kind === 'users' ? undefined : pathOf(kind, slug)
  return kind === 'flows' ? undefined : newOf(kind)
}
