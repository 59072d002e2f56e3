import { Failure } from './command.ts'

/** Errors of these names carry a sentence for people. They are told by name, so that the command line need not load what throws them. */
const forPeople = new Set([
  'Misconfigured',
  'DatabaseTooNew',
  'DataInUse',
  'SeedProblems',
  'PasswordTooLong',
  'BootstrapRefused',
  'DatabaseMissing',
  'RedisUnreachable',
  'PlaceRefused',
  'TracingRefused',
])

/** What went wrong as a sentence, if it is something that happens on a machine that is not set up right. */
export const expected = (error: unknown): Failure | undefined => {
  if (!(error instanceof Error)) return undefined
  if (forPeople.has(error.name)) return new Failure(error.message)
  const { code, syscall, address, port, path } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (syscall === 'listen') {
    const place = port === undefined ? address : `${address}:${port}`
    if (code === 'EADDRINUSE')
      return new Failure(`${place} is taken by another program; end it, or choose another place by SLUICE_LISTEN_HTTP`)
    if (code === 'EACCES') return new Failure(`${place} may not be used by this user; choose a port above 1023 by SLUICE_LISTEN_HTTP`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      return new Failure(`${place} is not an address of this machine; correct SLUICE_LISTEN_HTTP`)
  }
  if (path && (code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR')) {
    return new Failure(
      `${path} cannot be used (${code}); SLUICE_DATA_DIR says where data is kept, and this user must be able to write there`,
    )
  }
  // PostgreSQL: a user, a password or a database that it does not know, or does not let in
  if (code === '28P01' || code === '28000' || code === '3D000' || code === '42501')
    return new Failure(`the database refuses this user: ${error.message} (${code}); correct SLUICE_DATABASE_URL`)
  return code === 'SQLITE_CANTOPEN' || code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT'
    ? new Failure(`the database cannot be opened: ${error.message} (${code})`)
    : undefined
}
