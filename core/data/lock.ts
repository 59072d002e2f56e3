import { DatabaseSync } from 'node:sqlite'

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html */
const busy = 5

const isBusy = (error: unknown): boolean => error instanceof Error && 'errcode' in error && error.errcode === busy

export type Lock = { release(): void }

/**
 * Takes a lock that the operating system drops when this process ends, however it ends; `undefined`: somebody has it, in this process or
 * another. The file is made if absent and is never deleted: it means nothing by itself. SQLite is here for its file locks, which work on
 * every system that Node runs on, and not for data.
 */
export const lockFile = (path: string): Lock | undefined => {
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.exec('begin exclusive')
  } catch (error) {
    file.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return { release: () => file.close() }
}
