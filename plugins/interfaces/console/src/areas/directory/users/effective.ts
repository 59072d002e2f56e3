/** What is known of a group for what its members may do. */
export type GroupNode = {
  readonly slug: string
  readonly name: string
  readonly parents: readonly string[]
  readonly roles: readonly string[]
}
/** A role, and by what somebody has it: a group, or `null` for by themselves. */
export type HeldRole = { readonly role: string; readonly by: readonly (string | null)[] }

/** The groups that somebody is in, with those above, each once. Reads every group once. */
export const groupsAbove = async (
  direct: readonly string[],
  read: (slug: string) => Promise<GroupNode>,
): Promise<ReadonlyMap<string, GroupNode>> => {
  const known = new Map<string, GroupNode>()
  let next = direct
  while (next.length > 0) {
    const found = await Promise.all(next.map(read))
    for (const group of found) known.set(group.slug, group)
    next = [...new Set(found.flatMap(({ parents }) => parents))].filter((slug) => !known.has(slug))
  }
  return known
}

/** All roles of somebody, with what gives them. */
export const heldRoles = (direct: readonly string[], groups: Iterable<GroupNode>): readonly HeldRole[] => {
  const by = new Map<string, (string | null)[]>(direct.map((role) => [role, [null]]))
  for (const { slug, roles } of groups) for (const role of roles) by.set(role, [...(by.get(role) ?? []), slug])
  return [...by].map(([role, of]) => ({ role, by: of }))
}

const allows = (entry: string, permission: string): boolean => {
  if (entry === '*') return true
  const [thing, action] = permission.split('.')
  const [allowedThing, allowedAction] = entry.split('.')
  return (allowedThing === '*' || allowedThing === thing) && (allowedAction === '*' || allowedAction === action)
}

/** What entries of roles and scopes (`users.*`, `*.view`) come to, by thing. */
export const permissionsByThing = (entries: readonly string[], all: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const things = new Map<string, readonly string[]>()
  for (const permission of all.filter((one) => entries.some((entry) => allows(entry, one)))) {
    const [thing = '', action = ''] = permission.split('.')
    things.set(thing, [...(things.get(thing) ?? []), action])
  }
  return things
}
