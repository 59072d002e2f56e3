const codes = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505'])

/** Did the database refuse a row because its key, or another unique column, is taken? */
export const isUniqueViolation = (error: unknown): boolean => error instanceof Error && 'code' in error && codes.has(String(error.code))

/** The database was written by a newer version of the program. */
export class DatabaseTooNew extends Error {
  readonly migration: string
  constructor(migration: string) {
    super(
      `the database has the migration "${migration}", which this version does not know: a newer version has written it. ` +
        'Start that version, or restore the backup that was made before the upgrade.',
    )
    this.name = 'DatabaseTooNew'
    this.migration = migration
  }
}
