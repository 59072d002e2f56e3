import { existsSync } from 'node:fs'
import { databaseName, isPostgresql, sqliteFile } from '../../data/address.ts'
import { dataFiles } from '../../options/data-files.ts'
import type { Options } from '../../options/options.ts'
import type { Finding } from './finding.ts'

const subject = 'database'

/** Reads the database's version without changing it. A running server has it open, and has brought it up to date. */
export const checkDatabase = async ({ databaseUrl, dataDir }: Options, serverRuns: boolean): Promise<Finding> => {
  if (serverRuns) return { level: 'ok', subject, text: `${databaseName(databaseUrl)}, in use by the server` }
  if (isPostgresql(databaseUrl)) return versionOf(databaseUrl)
  const path = sqliteFile(databaseUrl)
  if (!path)
    return { level: 'warning', subject, text: 'is kept in memory: all is lost when the server stops', fix: 'remove SLUICE_DATABASE_URL' }
  const { lock: lockPath, socket } = dataFiles(dataDir)
  const { lockFile } = await import('../../data/lock.ts')
  const lock = existsSync(lockPath) ? lockFile(lockPath) : undefined
  if (existsSync(lockPath) && !lock) {
    const text = `another process holds ${lockPath}, but none answers at ${socket}`
    return { level: 'error', subject, text, fix: 'wait until the server has started, or end that process' }
  }
  try {
    if (existsSync(path)) return await versionOf(databaseUrl)
    return { level: 'ok', subject, text: `${path} will be made at the first start` }
  } finally {
    lock?.release()
  }
}

const cures = {
  sqlite: 'check its permissions, or restore it from a backup',
  postgresql: 'check SLUICE_DATABASE_URL, and that the server runs and lets this user in',
} as const

const versionOf = async (url: string): Promise<Finding> => {
  const name = sqliteFile(url) ?? databaseName(url)
  const [{ openConnections }, { executedMigrations }, { migrationsFor }] = await Promise.all([
    import('../../data/database.ts'),
    import('../../data/migrate.ts'),
    import('../../data/migrations/index.ts'),
  ])
  try {
    const connections = await openConnections(url, { readOnly: true })
    try {
      const executed = await executedMigrations(connections)
      const known = migrationsFor(connections.kind).map((migration) => migration.name)
      const unknown = executed.find((one) => !known.includes(one))
      if (unknown) {
        const text = `${name} was written by a newer version (it has had ${unknown})`
        return { level: 'error', subject, text, fix: 'start that version, or restore the backup that was made before the upgrade' }
      }
      const pending = known.length - executed.length
      if (pending === 0) return { level: 'ok', subject, text: `${name}, up to date` }
      if (executed.length === 0) return { level: 'ok', subject, text: `${name} is empty; the first start sets it up` }
      const text = `${name} is ${pending} migration${pending === 1 ? '' : 's'} behind`
      return { level: 'warning', subject, text, fix: 'sluice migrate, or start the server' }
    } finally {
      await connections.close()
    }
  } catch (error) {
    return {
      level: 'error',
      subject,
      text: `${name} cannot be read: ${(error as Error).message}`,
      fix: cures[isPostgresql(url) ? 'postgresql' : 'sqlite'],
    }
  }
}
