import type { ApiParts } from './parts.ts'
import { ApiProblem } from './problem.ts'

const named = { users: 'user', groups: 'group', roles: 'role', media: 'image' } as const

/** Throws `ApiProblem` (409), naming who refers, for a user, group, role or image that the configuration names: deleting or renaming it would change what that means. */
export const mustBeFree = ({ plane }: Pick<ApiParts, 'plane'>, kind: keyof typeof named, slug: string): void => {
  const users = plane.usedBy(kind, slug)
  if (users.length === 0) return
  const places = users.slice(0, 10).map((user) => `${user.kind}.${user.slug} (${user.pointer})`)
  const more = users.length > places.length ? ` and ${users.length - places.length} more` : ''
  throw new ApiProblem(409, 'in-use', `The ${named[kind]} "${slug}" is named by ${places.join(', ')}${more}; change that first.`)
}
