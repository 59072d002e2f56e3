import { api, ok } from './client.ts'

const referenceKinds = ['users', 'groups', 'roles', 'flows', 'policies', 'providers', 'applications', 'scopeMappings', 'brands'] as const
/** Kinds of things that have a list with a search. */
export type ReferenceKind = (typeof referenceKinds)[number]
/** What the `x-ref` of a schema calls a kind: by its name, or that of one of its objects. */
export const referenceKindOf = (name: string): ReferenceKind | undefined =>
  referenceKinds.find((kind) => kind === name || kind === `${name}s` || kind === `${name.replace(/y$/, 'ie')}s`)

/** What a field names: by the slug, users by their id or, in the configuration, by their user name. */
export type Reference = { readonly value: string; readonly label: string; readonly description?: string }
export type ReferenceWish = { readonly kind: ReferenceKind; readonly by?: 'id' | 'username' }

const limit = 20
const described = (value: string, label: string, description = value): Reference =>
  label && label !== value ? { value, label, description } : { value, label: value }

const users = async (query: object, by: 'id' | 'username', signal: AbortSignal): Promise<readonly Reference[]> => {
  const { items } = await ok(api.GET('/api/v1/users', { params: { query: { limit, ...query } }, signal }))
  return items.map(({ id, username, name }) => ({
    value: by === 'id' ? id : username,
    label: name || username,
    ...(name && name !== username && { description: username }),
  }))
}

const nameIn = (spec: Readonly<Record<string, unknown>>): string =>
  [spec['name'], spec['title']].find((name): name is string => typeof name === 'string' && name !== '') ?? ''

/** The first of those that a text is found in. */
export const searchReferences = async (
  { kind, by = 'id' }: ReferenceWish,
  search: string,
  signal: AbortSignal,
): Promise<readonly Reference[]> => {
  const query = { limit, ...(search && { search }) }
  if (kind === 'users') return users(query, by, signal)
  if (kind === 'groups') {
    const { items } = await ok(api.GET('/api/v1/groups', { params: { query }, signal }))
    return items.map(({ slug, name }) => described(slug, name))
  }
  const { items } = await ok(api.GET(`/api/v1/${kind}`, { params: { query }, signal }))
  const found = items.map(({ slug, spec }) => described(slug, nameIn(spec)))
  return kind === 'roles' ? [...(await builtInRoles(search, signal)), ...found] : found
}

/** Roles that are no objects of the configuration, as they cannot be changed. */
const builtInRoles = async (search: string, signal: AbortSignal): Promise<readonly Reference[]> => {
  const { roles } = await ok(api.GET('/api/v1/kinds', { signal }))
  const text = search.toLowerCase()
  return roles
    .filter(({ slug, name }) => slug.includes(text) || name.toLowerCase().includes(text))
    .map(({ slug, name }) => described(slug, name))
}

/** How people call what a field names already; `undefined`: it is not there, or not theirs to see. */
export const nameReference = async (wish: ReferenceWish, value: string, signal: AbortSignal): Promise<Reference | undefined> => {
  const { kind, by = 'id' } = wish
  if (kind === 'users' && by === 'id') {
    const { username, name } = await ok(api.GET('/api/v1/users/{id}', { params: { path: { id: value } }, signal }))
    return { value, label: name || username, ...(name && { description: username }) }
  }
  const found = kind === 'users' ? await users({ username: value }, by, signal) : await searchReferences(wish, value, signal)
  return found.find((one) => one.value === value)
}
