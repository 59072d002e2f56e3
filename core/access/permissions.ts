import { didYouMean } from '../configuration/suggest.ts'

/** What can be done with what by the HTTP API, with the words that people read. There is no permission beside these, and nobody who has all by another way. */
const resources = {
  users: ['view', 'create', 'edit', 'delete', 'recover'],
  groups: ['view', 'create', 'edit', 'delete'],
  tokens: ['view', 'create', 'delete'],
  sessions: ['view', 'delete'],
  consents: ['view', 'delete'],
  devices: ['view', 'delete'],
  events: ['view'],
  plugins: ['view'],
  keys: ['view', 'rotate'],
  jobs: ['view', 'manage'],
  system: ['view'],
  roles: ['view', 'create', 'edit', 'delete', 'assign'],
  flows: ['view', 'create', 'edit', 'delete', 'simulate'],
  authenticators: ['view', 'create', 'edit', 'delete'],
  policies: ['view', 'create', 'edit', 'delete'],
  providers: ['view', 'create', 'edit', 'delete'],
  applications: ['view', 'create', 'edit', 'delete'],
  scopeMappings: ['view', 'create', 'edit', 'delete'],
  brands: ['view', 'create', 'edit', 'delete'],
  sinks: ['view', 'create', 'edit', 'delete'],
  settings: ['view', 'create', 'edit', 'delete'],
  media: ['view', 'create', 'delete'],
  configuration: ['view', 'apply', 'rollback'],
} as const

type Resources = typeof resources
export type Permission = { readonly [R in keyof Resources]: `${R}.${Resources[R][number]}` }[keyof Resources]

/** Every permission, in the order in which people should read them. */
export const permissions: readonly Permission[] = Object.entries(resources).flatMap(([resource, actions]) =>
  actions.map((action) => `${resource}.${action}` as Permission),
)
const all: ReadonlySet<string> = new Set(permissions)

export const isPermission = (text: string): text is Permission => all.has(text)

/** Why there is no such permission, and which was probably meant. */
export const unknownPermission = (text: string): string => `there is no permission "${text}"${didYouMean(text, permissions)}`

/** What a role lets its holders do. An entry may be a permission, `<resource>.*` or `*`. */
export type RoleDefinition = { readonly permissions: readonly string[] }
export type RoleDefinitions = ReadonlyMap<string, RoleDefinition>

/** Is an entry of a role, or the scope of a token, one that can mean something? */
export const isPattern = (entry: string): boolean => matching(entry).length > 0

/** The permissions that an entry stands for: itself, those of a resource (`users.*`), an action everywhere (`*.view`), or all (`*`). */
export const matching = (entry: string): readonly Permission[] => {
  if (entry === '*') return permissions
  const [resource, action, ...more] = entry.split('.')
  if (more.length > 0) return []
  return permissions.filter((permission) => {
    const [ofResource, ofAction] = permission.split('.')
    return (resource === '*' || resource === ofResource) && (action === '*' || action === ofAction)
  })
}

export type Permissions = ReadonlySet<Permission>

export const expanded = (entries: readonly string[]): Permissions => new Set(entries.flatMap(matching))

/** All that the holders of these roles may do. A role that the configuration does not know allows nothing. */
export const permissionsOf = (roles: readonly string[], definitions: RoleDefinitions): Permissions =>
  expanded(roles.flatMap((role) => definitions.get(role)?.permissions ?? []))

/** Of `wanted` what `had` lacks, in order. */
export const lacking = (had: Permissions, wanted: Iterable<Permission>): readonly Permission[] => {
  const missing = new Set(wanted)
  return permissions.filter((permission) => missing.has(permission) && !had.has(permission))
}
