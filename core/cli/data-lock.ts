import { mkdirSync } from 'node:fs'
import { type Lock, lockFile } from '../data/lock.ts'
import { dataFiles } from '../options/data-files.ts'

/** Another process works on the data directory: a server, or a local command. */
class DataInUse extends Error {
  constructor(lock: string, socket: string) {
    super(
      `another process uses this data directory: it holds ${lock}. If it is a server that starts, wait until it answers at ${socket}; ` +
        'else end it, or choose another SLUICE_DATA_DIR',
    )
    this.name = 'DataInUse'
  }
}

/**
 * Takes the data directory for this process, until it releases it or ends. Makes the directory if there is none; files that the process
 * makes from now on are for its user alone. Throws `DataInUse`.
 */
export const takeData = (dataDir: string): Lock => {
  const { lock, socket } = dataFiles(dataDir)
  process.umask(0o077)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const taken = lockFile(lock)
  if (!taken) throw new DataInUse(lock, socket)
  return taken
}
