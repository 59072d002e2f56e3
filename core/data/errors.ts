const codes = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505'])

/** Did the database refuse a row because its key, or another unique column, is taken? */
export const isUniqueViolation = (error: unknown): boolean => error instanceof Error && 'code' in error && codes.has(String(error.code))

/**
 * SQLite: a full disk, a lock that is held too long, a disk that fails or may only be read. PostgreSQL: no connection (08), no resources (53), shut down (57P), only
 * to be read (25006). Of the system: no connection.
 */
const unavailable =
  /^(?:SQLITE_(?:FULL|BUSY|LOCKED|IOERR|READONLY|CANTOPEN|NOMEM)(?:_\w+)?|08\w{3}|53\w{3}|57P\w{2}|25006|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/

/** Can the database not do its work at the moment, whatever it is asked? Callers answer 503: nobody did anything wrong, and later it may do. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TurnTooLong' || ('code' in error && unavailable.test(String(error.code))))

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
