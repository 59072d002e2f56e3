import Type from 'typebox'
import { demand, mustBeOwnOr } from '../../access/caller.ts'
import { conferral } from '../../access/conferral.ts'
import { passwordEffects } from '../../access/passwords.ts'
import { endAllSessions } from '../../access/sessions.ts'
import { seesAll } from '../../access/visible.ts'
import { deleteUser } from '../../identity/administration.ts'
import { userChanged } from '../../identity/changes.ts'
import { groupId, joinGroups, leaveGroups } from '../../identity/groups.ts'
import { createUser, updateUser } from '../../identity/write-users.ts'
import type { Tx } from '../../data/tables.ts'
import { audit } from './audit.ts'
import { changingUsers, foundUser, userRef } from './changing-users.ts'
import { etagOf } from './etags.ts'
import { mustNotSetOwnPassword, mustProveOneself } from './own-account.ts'
import type { ApiParts } from './parts.ts'
import { impossible, notFound } from './problem.ts'
import { setRoles } from './role-changes.ts'
import { type Call, defineRoute, type Route } from './route.ts'
import { instant, user, userFields } from './schemas.ts'
import { referrers, usedBySchema } from './referrers.ts'
import { answerFor, unseenNote } from './unseen.ts'
import { mustBeFree } from './used-by.ts'
import { shownUser, userListRoute } from './user-list.ts'

/** As where people choose a password in a flow. */
const password = Type.String({
  description: 'The new password, 8 characters at least.',
  minLength: 8,
  maxLength: 4096,
  writeOnly: true,
  'x-secret': true,
})
const linkLifetime = 3600

/** Puts a user into these groups and no others. Each group that is joined or left must be the caller's to give. */
const setGroups = async (tx: Tx, call: Call, id: string, had: readonly string[], wanted: readonly string[]): Promise<boolean> => {
  const given = conferral(call.caller, call.roles, call.snapshot.sinks)
  const joined = wanted.filter((slug) => !had.includes(slug))
  const left = had.filter((slug) => !wanted.includes(slug))
  if (joined.length + left.length > 0) demand(call.caller, 'groups.edit')
  for (const slug of [...joined, ...left]) await given.group(tx, await groupId(tx, slug), slug)
  const changed = [await joinGroups(tx, id, joined), await leaveGroups(tx, id, left)]
  return changed.includes(true)
}

/** Users: the list is in a file of its own. */
export const userRoutes = (parts: ApiParts): readonly Route[] => {
  const { database, clock, events, links, passwords } = parts
  const now = () => clock.now().getTime()
  const changing = changingUsers(parts)
  const shown = async (id: string, status?: number) => {
    const known = await foundUser(database.sql, id)
    return { ...(status && { status }), body: shownUser(known), etag: etagOf(known.version) }
  }

  return [
    userListRoute(parts),

    defineRoute({
      method: 'POST',
      path: '/users',
      permission: 'users.create',
      summary: 'Create a user',
      description: 'Groups need `groups.edit`, roles need `roles.assign`, and both only what you have yourself.',
      body: Type.Object({ ...userFields, password: Type.Optional(password) }),
      response: user,
      status: 201,
      async handler(call) {
        const { groups = [], roles = [], password: chosen, email, ...fields } = call.body
        const hash = chosen === undefined ? undefined : await passwords.hash(chosen)
        const id = await database.transaction(async (tx) => {
          const made = await createUser(tx, { ...fields, attributes: fields.attributes ?? {}, ...(email && { email }) }, now())
          const changed = [await setGroups(tx, call, made, [], groups), await setRoles(tx, call, { kind: 'user', id: made }, [], roles)]
          if (changed.includes(true)) await userChanged(tx, made, now())
          if (hash !== undefined) await passwordEffects['passwords.set']?.(tx, { userId: made, hash }, now())
          return made
        })
        const fieldsSet = Object.keys(call.body)
        await audit(events, call, 'user.created', { kind: 'user', id, name: call.body.username, fields: fieldsSet })
        return { ...(await shown(id)), location: `/users/${id}` }
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/users/:id',
      permission: 'signed-in',
      others: 'users.view',
      summary: 'Show a user',
      response: user,
      async handler({ params, caller }) {
        if (!seesAll(caller, 'users') && params.id !== caller.userId) throw notFound(`user ${JSON.stringify(params.id.slice(0, 40))}`)
        return shown(params.id)
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/users/:id/used-by',
      permission: 'users.view',
      summary: 'Tell what of the configuration names a user',
      response: usedBySchema,
      handler: async ({ params, caller }) => ({
        body: await referrers(parts.plane, caller, 'users', (await foundUser(database.sql, params.id)).username),
      }),
    }),

    defineRoute({
      method: 'PATCH',
      path: '/users/:id',
      permission: 'users.edit',
      summary: 'Change a user',
      description: `What is not named stays as it is; \`attributes\`, \`groups\` and \`roles\` are replaced whole. A user who may do more than you cannot be changed by you. Your own address at a browser alone, within 15 minutes of signing in. ${unseenNote('users')}`,
      body: Type.Partial(Type.Object(userFields)),
      response: user,
      async handler(call) {
        const { params } = call
        const { groups, roles, email, ...fields } = call.body
        if (email !== undefined && params.id === call.caller.userId) await mustProveOneself(call, now())
        const before = await changing(call, async (tx, known) => {
          if (fields.username !== undefined && fields.username !== known.username) mustBeFree(parts, call.caller, 'users', known.username)
          await updateUser(tx, known.id, { ...fields, ...(email !== undefined && { email: email ?? '' }) }, now())
          const changed = [
            groups !== undefined && (await setGroups(tx, call, known.id, known.groups, groups)),
            roles !== undefined && (await setRoles(tx, call, { kind: 'user', id: known.id }, known.roles, roles)),
          ]
          if (changed.includes(true)) await userChanged(tx, known.id, now())
        })
        await audit(events, call, 'user.updated', { ...userRef(before), fields: Object.keys(call.body) })
        return answerFor(call.caller, 'users', await shown(before.id), before.id)
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/users/:id',
      permission: 'users.delete',
      summary: 'Delete a user',
      description: 'With the sessions, tokens and grants of that user. 409 while the configuration names the user.',
      response: undefined,
      async handler(call) {
        const gone = await changing(call, async (tx, known) => {
          mustBeFree(parts, call.caller, 'users', known.username)
          await deleteUser(tx, known, now())
        })
        await audit(events, call, 'user.deleted', userRef(gone))
        return {}
      },
    }),

    defineRoute({
      method: 'POST',
      path: '/users/:id/password',
      permission: 'users.edit',
      summary: 'Set the password of a user',
      description:
        'Ends all sessions and grants of that user, and the trust of browsers. API tokens stay. Not your own: a flow changes that, which asks for the one you have.',
      body: Type.Object({ password }),
      response: undefined,
      async handler(call) {
        mustNotSetOwnPassword(call, call.params.id)
        const hash = await passwords.hash(call.body.password)
        const of = await changing(call, async (tx, known) => {
          await passwordEffects['passwords.set']?.(tx, { userId: known.id, hash }, now())
        })
        await audit(events, call, 'user.password-set', { ...userRef(of), fields: ['password'] })
        return {}
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/users/:id/sessions',
      permission: 'signed-in',
      others: 'sessions.delete',
      summary: 'End all sessions of a user',
      description: 'And revoke all grants, also those for offline use. API tokens stay: `DELETE /users/:id/tokens` revokes them.',
      response: undefined,
      async handler(call) {
        const { caller, params } = call
        mustBeOwnOr(caller, params.id, 'sessions.delete')
        const known = await foundUser(database.sql, params.id)
        await database.transaction((tx) => endAllSessions(tx, known.id, now()))
        await audit(events, call, 'user.sessions-ended', userRef(known))
        return {}
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/users/:id/tokens',
      permission: 'signed-in',
      others: 'tokens.delete',
      summary: 'Revoke all API tokens of a user',
      response: undefined,
      async handler(call) {
        const { caller, params } = call
        mustBeOwnOr(caller, params.id, 'tokens.delete')
        const known = await foundUser(database.sql, params.id)
        const { numDeletedRows } = await database.sql.deleteFrom('tokens').where('user_id', '=', known.id).executeTakeFirst()
        await audit(events, call, 'user.tokens-revoked', { ...userRef(known), more: { count: Number(numDeletedRows) } })
        return {}
      },
    }),

    defineRoute({
      method: 'POST',
      path: '/users/:id/recovery-link',
      permission: 'users.recover',
      summary: 'Make a link by which a user chooses a new password',
      description:
        'It works once, for one hour, and as long as the user keeps their password and address and is enabled. Hand it to that user only.',
      response: Type.Object({ url: Type.String(), expiresAt: instant('Until when it works.') }),
      status: 201,
      async handler(call) {
        const of = await changing(call, async (_, known) => {
          if (!known.enabled)
            throw impossible('user-disabled', [], `The user "${known.username}" is disabled and could not sign in; enable the user first.`)
        })
        const expiresAt = new Date(now() + linkLifetime * 1000).toISOString()
        const path = await links.create({ flow: 'recovery-link', user: { id: of.id, username: of.username }, lifetime: linkLifetime })
        await audit(events, call, 'recovery.link-created', userRef(of))
        return { body: { url: new URL(path, call.request.origin).href, expiresAt } }
      },
    }),
  ]
}
