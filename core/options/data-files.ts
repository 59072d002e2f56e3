import { join } from 'node:path'

/** What a server keeps in its data directory, beside the database. */
export const dataFiles = (dataDir: string) => ({
  /** Held while a process uses the database. */
  lock: join(dataDir, 'sluice.lock'),
  /** Where the running server takes local commands. */
  socket: join(dataDir, 'sluice.sock'),
  secretKey: join(dataDir, 'secret.key'),
  /** Plugins from elsewhere, unless an option says where they are. */
  plugins: join(dataDir, 'plugins'),
  /** Templates of messages, unless an option says where they are. */
  templates: join(dataDir, 'templates'),
})
