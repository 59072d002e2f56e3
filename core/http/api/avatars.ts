import Type from 'typebox'
import { mustBeOwnOr } from '../../access/caller.ts'
import { userChanged } from '../../identity/changes.ts'
import { removeAvatar, storeMedia } from '../../media/media.ts'
import { audit } from './audit.ts'
import { changingUsers, foundUser, userRef } from './changing-users.ts'
import { etagOf } from './etags.ts'
import { avatarFields, avatarOf } from './images.ts'
import type { ApiParts } from './parts.ts'
import { defineRoute, type Route } from './route.ts'
import { answerFor, unseenNote } from './unseen.ts'
import { user } from './schemas.ts'
import { shownUser } from './user-list.ts'

/** Pictures of users. */
export const avatarRoutes = (parts: ApiParts): readonly Route[] => {
  const { database, clock, events } = parts
  const changing = changingUsers(parts)
  const now = () => clock.now().getTime()
  return [
    defineRoute({
      method: 'PUT',
      path: '/users/:id/avatar',
      permission: 'signed-in',
      others: 'users.edit',
      summary: 'Set the avatar of a user',
      description: `In place of the one before. What is in the file beside the picture is left out, e.g. where it was taken. Of somebody else: ${unseenNote('users')}`,
      body: Type.Object(avatarFields),
      response: user,
      async handler(call) {
        mustBeOwnOr(call.caller, call.params.id, 'users.edit')
        const image = avatarOf(call.body)
        const of = await changing(call, async (tx, { id }) => {
          await removeAvatar(tx, id)
          await storeMedia(tx, { image, name: '', uploadedBy: call.caller.userId, userId: id }, now())
          await userChanged(tx, id, now())
        })
        await audit(events, call, 'user.avatar-set', { ...userRef(of), fields: ['avatar'] })
        const known = await foundUser(database.sql, of.id)
        return answerFor(call.caller, 'users', { body: shownUser(known), etag: etagOf(known.version) }, of.id)
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/users/:id/avatar',
      permission: 'signed-in',
      others: 'users.edit',
      summary: 'Remove the avatar of a user',
      response: undefined,
      async handler(call) {
        mustBeOwnOr(call.caller, call.params.id, 'users.edit')
        const of = await changing(call, async (tx, { id }) => {
          if (await removeAvatar(tx, id)) await userChanged(tx, id, now())
        })
        if (of.avatar !== null) await audit(events, call, 'user.avatar-removed', { ...userRef(of), fields: ['avatar'] })
        return {}
      },
    }),
  ]
}
