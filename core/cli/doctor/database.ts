import { existsSync } from 'node:fs'
import { dataFiles } from '../../options/data-files.ts'
import type { Options } from '../../options/options.ts'
import type { Finding } from './finding.ts'

const subject = 'database'

/** Reads the database's version without changing it. A running server has it open, and has brought it up to date. */
export const checkDatabase = async ({ databaseUrl, dataDir }: Options, serverRuns: boolean): Promise<Finding> => {
  if (serverRuns) return { level: 'ok', subject, text: `${databaseUrl}, in use by the server` }
  const path = databaseUrl.slice('sqlite:'.length)
  if (path === ':memory:')
    return { level: 'warning', subject, text: 'is kept in memory: all is lost when the server stops', fix: 'remove SLUICE_DATABASE_URL' }
  const { lock: lockPath, socket } = dataFiles(dataDir)
  const { lockFile } = await import('../../data/lock.ts')
  const lock = existsSync(lockPath) ? lockFile(lockPath) : undefined
  if (existsSync(lockPath) && !lock) {
    const text = `another process holds ${lockPath}, but none answers at ${socket}`
    return { level: 'error', subject, text, fix: 'wait until the server has started, or end that process' }
  }
  try {
    if (existsSync(path)) return await versionOf(path)
    return { level: 'ok', subject, text: `${path} will be made at the first start` }
  } finally {
    lock?.release()
  }
}

const versionOf = async (path: string): Promise<Finding> => {
  const [{ DatabaseSync }, { migrations }] = await Promise.all([import('node:sqlite'), import('../../data/migrations/index.ts')])
  try {
    const database = new DatabaseSync(path, { readOnly: true })
    try {
      const rows = database.prepare('select name from mikro_orm_migrations order by id').all() as { name: string }[]
      const known = migrations.map(({ name }) => name)
      const unknown = rows.find(({ name }) => !known.includes(name))
      if (unknown) {
        const text = `${path} was written by a newer version (it has had ${unknown.name})`
        return { level: 'error', subject, text, fix: 'start that version, or restore the backup that was made before the upgrade' }
      }
      const pending = known.length - rows.length
      if (pending > 0)
        return {
          level: 'warning',
          subject,
          text: `${path} is ${pending} migration${pending === 1 ? '' : 's'} behind`,
          fix: 'sluice migrate, or start the server',
        }
      return { level: 'ok', subject, text: `${path}, up to date` }
    } finally {
      database.close()
    }
  } catch (error) {
    return {
      level: 'error',
      subject,
      text: `${path} cannot be read: ${(error as Error).message}`,
      fix: 'check its permissions, or restore it from a backup',
    }
  }
}
