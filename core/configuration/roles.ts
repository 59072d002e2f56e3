import { problemOf } from './document.ts'
import type { RoleSpec } from './kinds.ts'
import type { Problem } from './problem.ts'
import type { ConfiguredRole, Items } from './types.ts'

/** Roles of every configuration, below what people write. */
export const shippedRoles: Readonly<Record<string, RoleSpec>> = {
  admin: { name: 'Administrator', description: 'May do everything.', permissions: ['*'] },
  viewer: { name: 'Viewer', description: 'May see everything and change nothing.', permissions: ['*.view'] },
}

/** Every role by slug. */
export const linkRoles = (
  items: Items,
  isPermission: ((entry: string) => boolean) | undefined,
  problems: Problem[],
): ReadonlyMap<string, ConfiguredRole> => {
  const linked = new Map<string, ConfiguredRole>(Object.entries(shippedRoles).map(([slug, role]) => [slug, { slug, ...role }]))
  for (const item of items.values()) {
    const { name = item.slug, description, permissions = [] } = item.spec as Partial<RoleSpec>
    if (Object.hasOwn(shippedRoles, item.slug)) {
      problems.push(problemOf(item, [], `the role "${item.slug}" is built in and cannot be changed; choose another slug`))
      continue
    }
    for (const [index, entry] of permissions.entries()) {
      if (isPermission && !isPermission(entry))
        problems.push(problemOf(item, ['permissions', index], `there is no permission ${JSON.stringify(entry)}`))
    }
    linked.set(item.slug, { slug: item.slug, name, ...(description !== undefined && { description }), permissions })
  }
  return linked
}
