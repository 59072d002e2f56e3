import type { Database } from '../data/database.ts'

type Spec = Readonly<Record<string, unknown>>
type Named = readonly (readonly [slug: string, spec: Spec])[]

const grouped = <T>(rows: readonly T[], key: (row: T) => string, value: (row: T) => string): ReadonlyMap<string, readonly string[]> => {
  const lists = new Map<string, string[]>()
  for (const row of rows) lists.set(key(row), [...(lists.get(key(row)) ?? []), value(row)])
  return lists
}

const list = (name: string, values: readonly string[] | undefined): Spec => (values?.length ? { [name]: values.toSorted() } : {})

/** Users and groups as a configuration document says them, without passwords. A few queries, whatever their number. */
export const exportedDirectory = async ({ sql }: Database): Promise<{ readonly groups: Named; readonly users: Named }> => {
  const [groups, parents, users, memberships, roles] = await Promise.all([
    sql.selectFrom('groups').select(['id', 'slug', 'name']).orderBy('slug').execute(),
    sql
      .selectFrom('group_parents')
      .innerJoin('groups', 'groups.id', 'group_parents.parent_id')
      .select(['group_parents.group_id as id', 'groups.slug as slug'])
      .execute(),
    sql.selectFrom('users').select(['id', 'username', 'name', 'email', 'enabled', 'attributes']).orderBy('username').execute(),
    sql
      .selectFrom('memberships')
      .innerJoin('groups', 'groups.id', 'memberships.group_id')
      .select(['memberships.user_id as id', 'groups.slug as slug'])
      .execute(),
    sql.selectFrom('role_assignments').select(['subject_id as id', 'role as slug']).execute(),
  ])
  const slugs = (rows: readonly { readonly id: string; readonly slug: string }[]) =>
    grouped(
      rows,
      ({ id }) => id,
      ({ slug }) => slug,
    )
  const [parentsOf, groupsOf, rolesOf] = [slugs(parents), slugs(memberships), slugs(roles)]
  return {
    groups: groups.map(({ id, slug, name }) => [
      slug,
      { ...(name !== slug && { name }), ...list('parents', parentsOf.get(id)), ...list('roles', rolesOf.get(id)) },
    ]),
    users: users.map(({ id, username, name, email, enabled, attributes }) => [
      username,
      {
        ...(name && { name }),
        ...(email && { email }),
        ...(!enabled && { enabled: false }),
        ...list('groups', groupsOf.get(id)),
        ...list('roles', rolesOf.get(id)),
        ...(attributes !== '{}' && { attributes: JSON.parse(attributes) }),
      },
    ]),
  }
}
