import { type Caller, maySee } from '../../access/caller.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem } from './problem.ts'

const named = { users: 'user', groups: 'group', roles: 'role', media: 'image' } as const

/**
 * Throws `ApiProblem` (409) for a user, group, role or image that the configuration names: deleting or renaming it would change what that
 * means. It says who refers, of what the caller may see.
 */
export const mustBeFree = ({ plane }: Pick<ApiParts, 'plane'>, caller: Caller, kind: keyof typeof named, slug: string): void => {
  const users = plane.usedBy(kind, slug)
  if (users.length === 0) return
  const seen = users.filter((user) => maySee(caller, user.kind))
  const places = seen.slice(0, 10).map((user) => `${user.kind}.${user.slug} (${user.pointer})`)
  const hidden = users.length - seen.length
  const who = [
    ...places,
    ...(seen.length > places.length ? [`${seen.length - places.length} more`] : []),
    ...(hidden > 0 ? [hidden === 1 ? 'one place that you may not see' : `${hidden} places that you may not see`] : []),
  ]
  const told = new Intl.ListFormat('en').format(who)
  throw new ApiProblem(409, 'in-use', `The ${named[kind]} "${slug}" is named by ${told}; change that first.`)
}
