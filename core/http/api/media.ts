import type { Selectable } from 'kysely'
import Type, { type Static } from 'typebox'
import type { Tables } from '../../data/tables.ts'
import type { ImageType } from '../../media/image.ts'
import { lineOfText } from '../../api/index.ts'
import { storeMedia } from '../../media/media.ts'
import { mediaPath } from '../../media/media-path.ts'
import { audit } from './audit.ts'
import { etagOfBody } from './etags.ts'
import { imageFields, imageOf } from './images.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem, notFound } from './problem.ts'
import { referrers, usedBySchema } from './referrers.ts'
import { defineRoute, type Route } from './route.ts'
import { media } from './schemas.ts'
import { mustBeFree } from './used-by.ts'

/** All of an image but its bytes. */
const columns = ['id', 'name', 'type', 'size', 'width', 'height', 'sha256', 'user_id', 'uploaded_by', 'created_at'] as const

const shown = (row: Pick<Selectable<Tables['media']>, (typeof columns)[number]>): Static<typeof media> => ({
  id: row.id,
  url: mediaPath(row.id),
  name: row.name,
  type: row.type as ImageType,
  size: row.size,
  width: row.width,
  height: row.height,
  sha256: row.sha256,
  user: row.user_id,
  uploadedBy: row.uploaded_by,
  createdAt: new Date(row.created_at).toISOString(),
})

const refOf = ({ id, name }: { readonly id: string; readonly name: string }) => ({ kind: 'media', id, name: name || id })

/** Images: those of the configuration, and, to see and not to delete, users' avatars. */
export const mediaRoutes = (parts: ApiParts): readonly Route[] => {
  const { database, clock, events, cursors } = parts
  const find = async (id: string): Promise<Static<typeof media>> => {
    const row = await database.sql.selectFrom('media').select(columns).where('id', '=', id).executeTakeFirst()
    if (!row) throw notFound(`image ${JSON.stringify(id.slice(0, 40))}`)
    return shown(row)
  }
  return [
    defineRoute({
      method: 'GET',
      path: '/media',
      permission: 'media.view',
      summary: 'List images',
      query: Type.Object({
        ...pageQuery,
        avatars: Type.Optional(
          Type.Boolean({ description: 'Avatars of users, in place of images for the configuration.', default: false }),
        ),
      }),
      response: pageOf(media, 'Images, the newest first.'),
      async handler({ query }) {
        const { avatars = false, ...asked } = query
        const rows = database.sql.selectFrom('media').where('media.user_id', avatars ? 'is not' : 'is', null)
        const order = { column: 'media.created_at', id: 'media.id', descending: true }
        const { ids, ...page } = await pageOfIds(rows, order, { asked, cursors, list: JSON.stringify(['media', avatars]) })
        const found = ids.length > 0 ? await database.sql.selectFrom('media').select(columns).where('id', 'in', ids).execute() : []
        const known = new Map(found.map((row) => [row.id, row]))
        return { body: { items: ids.flatMap((id) => known.get(id) ?? []).map(shown), ...page } }
      },
    }),

    defineRoute({
      method: 'POST',
      path: '/media',
      permission: 'media.create',
      summary: 'Upload an image',
      description:
        'For logos and icons, which brands and applications name by its id. It is written anew from what makes its picture; what runs, loads or moves is refused.',
      body: Type.Object({
        ...imageFields,
        name: Type.Optional(lineOfText({ description: 'As people tell it from others, e.g. the name of the file.', maxLength: 200 })),
      }),
      response: media,
      status: 201,
      async handler(call) {
        const { name = '', ...sent } = call.body
        const image = imageOf(sent)
        const id = await database.transaction((tx) =>
          storeMedia(tx, { image, name, uploadedBy: call.caller.userId }, clock.now().getTime()),
        )
        await audit(events, call, 'media.created', refOf({ id, name }))
        return { body: await find(id), location: `/media/${id}` }
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/media/:id',
      permission: 'media.view',
      summary: 'Show what is known of an image',
      response: media,
      async handler({ params }) {
        const body = await find(params.id)
        return { body, etag: etagOfBody(body) }
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/media/:id/used-by',
      permission: 'media.view',
      summary: 'Tell what of the configuration names an image',
      response: usedBySchema,
      async handler({ params, caller }) {
        const { id } = await find(params.id)
        return { body: await referrers(parts.plane, caller, 'media', id) }
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/media/:id',
      permission: 'media.delete',
      summary: 'Delete an image',
      description: '409 while the configuration names it, or while it is the avatar of a user.',
      response: undefined,
      async handler(call) {
        const known = await find(call.params.id)
        if (known.user !== null)
          throw new ApiProblem(409, 'in-use', `It is the avatar of a user; remove it there: DELETE /users/${known.user}/avatar.`)
        mustBeFree(parts, call.caller, 'media', known.id)
        await database.sql.deleteFrom('media').where('id', '=', known.id).execute()
        await audit(events, call, 'media.deleted', refOf(known))
        return {}
      },
    }),
  ]
}
