import { randomUUIDv7 } from 'node:crypto'
import type { Json } from '../../core/api/index.ts'
import { openDatabase } from '../../core/data/database.ts'
import { sealedForDevice } from '../../core/identity/devices.ts'
import { createSeal } from '../../core/keys/seal.ts'
import type { TestServer } from './server.ts'

type Put = {
  readonly user: string
  readonly kind: string
  readonly name?: string
  readonly usedAt?: number
  readonly data?: Json
  readonly lost?: boolean
}

/** Puts a device into the database, for pages that show it: nobody can prove anything by it. `lost`: sealed with a key that nobody has. Returns its id. */
export const putDevice = async (
  server: Pick<TestServer, 'databaseUrl' | 'secretKey'>,
  { user, kind, name = '', usedAt, data = {}, lost = false }: Put,
): Promise<string> => {
  const database = await openDatabase({ url: server.databaseUrl })
  const id = randomUUIDv7()
  const sealed = createSeal(lost ? Buffer.alloc(32, 7).toString('base64url') : server.secretKey()).seal(
    JSON.stringify(data),
    sealedForDevice(id),
  )
  const made = { id, user_id: user, kind, key: null, name, sealed, version: 1, created_at: Date.now(), last_used_at: usedAt ?? null }
  await database.sql.insertInto('devices').values(made).execute()
  await database.close()
  return id
}

/** All browsers at which a user has signed in are trusted for a day. */
export const trustBrowsers = async (server: Pick<TestServer, 'databaseUrl'>, user: string, userAgent: string): Promise<void> => {
  const database = await openDatabase({ url: server.databaseUrl })
  const now = Date.now()
  await database.sql
    .updateTable('browser_users')
    .set({ trusted_at: now, trusted_until: now + 86_400_000, user_agent: userAgent })
    .where('user_id', '=', user)
    .execute()
  await database.close()
}
