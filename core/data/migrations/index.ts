import type { DatabaseKind } from '../connections.ts'

/** A migration by its name. Its code, and what it needs of the ORM, is loaded only where it is run. */
export type NamedMigration = { readonly name: string; load(): Promise<Readonly<Record<string, unknown>>> }

/** All migrations in order: named here, so that a start reads no directory. */
const sqlite: readonly NamedMigration[] = [
  { name: 'Migration20261123222424_initial', load: () => import('./sqlite/Migration20261123222424_initial.ts') },
  {
    name: 'Migration20261125155542_configuration_and_tokens',
    load: () => import('./sqlite/Migration20261125155542_configuration_and_tokens.ts'),
  },
  { name: 'Migration20261125194720_add_list_indexes', load: () => import('./sqlite/Migration20261125194720_add_list_indexes.ts') },
  { name: 'Migration20261125203001_add_media', load: () => import('./sqlite/Migration20261125203001_add_media.ts') },
  { name: 'Migration20261126022000_add_user_search', load: () => import('./sqlite/Migration20261126022000_add_user_search.ts') },
  {
    name: 'Migration20261126125903_jobs_and_event_seals',
    load: () => import('./sqlite/Migration20261126125903_jobs_and_event_seals.ts'),
  },
  { name: 'Migration20261126130413_add_key_chain', load: () => import('./sqlite/Migration20261126130413_add_key_chain.ts') },
  { name: 'Migration20261127033417_add_devices', load: () => import('./sqlite/Migration20261127033417_add_devices.ts') },
  { name: 'Migration20261127114638_device_facts', load: () => import('./sqlite/Migration20261127114638_device_facts.ts') },
]

const postgresql: readonly NamedMigration[] = [
  { name: 'Migration20261126115109_initial', load: () => import('./postgresql/Migration20261126115109_initial.ts') },
  { name: 'Migration20261126132206_jobs_and_event_seals', load: () => import('./postgresql/Migration20261126132206_jobs_and_event_seals.ts') },
  { name: 'Migration20261126132440_add_key_chain', load: () => import('./postgresql/Migration20261126132440_add_key_chain.ts') },
  { name: 'Migration20261127033417_add_devices', load: () => import('./postgresql/Migration20261127033417_add_devices.ts') },
  { name: 'Migration20261127114638_device_facts', load: () => import('./postgresql/Migration20261127114638_device_facts.ts') },
]

const byKind = { sqlite, postgresql } as const

/** All migrations of a kind of database, in order. */
export const migrationsFor = (kind: DatabaseKind): readonly NamedMigration[] => byKind[kind]
