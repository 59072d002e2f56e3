import { isPattern, unknownPermission } from '../../access/permissions.ts'
import { didYouMean } from '../../configuration/suggest.ts'
import { impossible } from './problem.ts'
import type { Call } from './route.ts'
import { toldTo } from './told.ts'

/** Throws `ApiProblem` for a role that the configuration does not have. */
export const mustBeRoles = (slugs: readonly string[], { caller, roles: known }: Pick<Call, 'caller' | 'roles'>, pointer: string): void => {
  const told = toldTo(caller)
  const errors = slugs
    .filter((slug) => !known.has(slug))
    .map((slug) => ({
      pointer,
      detail: told(
        `there is no role "${slug}"${didYouMean(slug, known.keys()) || `; there are ${[...known.keys()].toSorted().join(', ')}`}`,
      ),
    }))
  if (errors.length > 0) throw impossible('unknown-role', errors)
}

/** Throws `ApiProblem` for a scope that stands for no permission. */
export const mustBeScopes = (scopes: readonly string[]): void => {
  const errors = scopes.flatMap((scope, index) =>
    isPattern(scope) ? [] : [{ pointer: `/scopes/${index}`, detail: unknownPermission(scope) }],
  )
  if (errors.length > 0) throw impossible('unknown-scope', errors)
}
