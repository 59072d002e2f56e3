import { mkdirSync } from 'node:fs'
import { type Lock, lockFile } from '../data/lock.ts'
import { dataFiles } from '../options/data-files.ts'

/** Another process works on the data directory: a server, or a local command. */
class DataInUse extends Error {
  constructor(lock: string, socket: string) {
    super(`another process holds ${lock}; end it, or, if it is a server that starts, wait until it answers at ${socket}`)
    this.name = 'DataInUse'
  }
}

/** Takes the data directory for this process, until it releases it or ends. Makes the directory if there is none. Throws `DataInUse`. */
export const takeData = (dataDir: string): Lock => {
  const { lock, socket } = dataFiles(dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const taken = lockFile(lock)
  if (!taken) throw new DataInUse(lock, socket)
  return taken
}
