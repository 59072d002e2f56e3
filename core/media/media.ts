import { createHash, randomUUIDv7 } from 'node:crypto'
import type { Database } from '../data/database.ts'
import { prepare } from '../data/prepared.ts'
import type { Tx } from '../data/tables.ts'
import type { Image } from './image.ts'
import { mediaId } from './media-path.ts'

/** `userId`: whose avatar it is. */
export type NewMedia = { readonly image: Image; readonly name: string; readonly uploadedBy: string; readonly userId?: string }

/** What browsers get of an image. */
export type ServedImage = { readonly type: string; readonly bytes: Buffer; readonly sha256: string }

/** Keeps an image and returns its id. `now` in epoch ms. */
export const storeMedia = async (tx: Tx, { image, name, uploadedBy, userId }: NewMedia, now: number): Promise<string> => {
  const { type, bytes, width, height } = image
  const id = randomUUIDv7()
  const sha256 = createHash('sha256').update(bytes).digest('base64url')
  const about = { name, type, sha256, size: bytes.length, width, height }
  await tx
    .insertInto('media')
    .values({ id, bytes, ...about, user_id: userId ?? null, uploaded_by: uploadedBy, created_at: now })
    .execute()
  return id
}

/** Removes the avatar of a user; false: there was none. */
export const removeAvatar = async (tx: Tx, userId: string): Promise<boolean> => {
  const { numDeletedRows } = await tx.deleteFrom('media').where('user_id', '=', userId).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Reads images by their ids. */
export const createMediaReader = (database: Database): ((id: string) => Promise<ServedImage | undefined>) => {
  const find = prepare(database, (given: { id: string }) =>
    database.sql.selectFrom('media').select(['type', 'bytes', 'sha256']).where('id', '=', given.id),
  )
  return async (id) => {
    if (!mediaId.test(id)) return undefined
    const [row] = await find({ id })
    return row && { ...row, bytes: Buffer.from(row.bytes) }
  }
}
