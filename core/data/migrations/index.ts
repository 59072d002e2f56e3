import type { MigrationObject } from '@mikro-orm/core'
import { Migration20261123222424_initial } from './sqlite/Migration20261123222424_initial.ts'

/** All migrations in order: named here, so that a start reads no directory. */
export const migrations: readonly MigrationObject[] = [{ name: 'Migration20261123222424_initial', class: Migration20261123222424_initial }]
