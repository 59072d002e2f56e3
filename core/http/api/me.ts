import { lineOfText } from '../../api/index.ts'
import Type from 'typebox'
import { demand } from '../../access/caller.ts'
import { confirmAddress } from '../../access/proving.ts'
import { permissions } from '../../access/permissions.ts'
import { listedUsers } from '../../identity/administration.ts'
import { updateUser } from '../../identity/write-users.ts'
import { audit } from './audit.ts'
import type { ApiParts } from './parts.ts'
import { notFound } from './problem.ts'
import { type Call, defineRoute, type Route } from './route.ts'
import { nullable, user } from './schemas.ts'
import { shownUser } from './user-list.ts'

/** Where people go at a browser for what is done by flows. */
export const linksOf = ({ defaultFlows }: Pick<Call['snapshot'], 'defaultFlows'>) => ({
  passwordChange: `/if/flow/${defaultFlows.passwordChange}/`,
  authenticatorSetup: `/if/flow/${defaultFlows.authenticatorSetup}/`,
  confirm: confirmAddress({ defaultFlows }),
  signOut: `/if/flow/${defaultFlows.invalidation}/`,
})

const me = Type.Object({
  user,
  token: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  sessionId: nullable(Type.String({ description: 'Of this browser, if you did not send a token.' })),
  links: Type.Object(
    { passwordChange: Type.String(), authenticatorSetup: Type.String(), confirm: Type.String(), signOut: Type.String() },
    {
      description:
        'Where you change your password, set up authenticators, prove anew who you are, and sign out at a browser. The parameter `next=/if/…` leads back from there.',
    },
  ),
  permissions: Type.Array(Type.String(), { description: 'What you may do now, with this token if you sent one.' }),
})

export const meRoutes = ({ database, clock, events, accesses }: ApiParts): readonly Route[] => {
  const shown = async ({ caller, snapshot }: Pick<Call, 'caller' | 'snapshot'>) => {
    const [known] = await listedUsers(database.sql, [caller.userId])
    if (!known) throw notFound('user of this session')
    const own = permissions.filter((permission) => caller.permissions.has(permission))
    const links = linksOf(snapshot)
    return { body: { user: shownUser(known), token: caller.token ?? null, sessionId: caller.sessionId ?? null, links, permissions: own } }
  }
  return [
    defineRoute({
      method: 'GET',
      path: '/me',
      permission: 'signed-in',
      summary: 'Show who you are and what you may do',
      response: me,
      handler: (call) => shown(call),
    }),

    defineRoute({
      method: 'PATCH',
      path: '/me',
      permission: 'signed-in',
      summary: 'Change your own name',
      description: 'What has to be proved is changed by flows. A token with scopes needs `users.edit`.',
      body: Type.Object({ name: lineOfText({ description: 'Full name.', maxLength: 1000 }) }),
      response: me,
      async handler(call) {
        const { caller, body } = call
        if (caller.limited) demand(caller, 'users.edit')
        await database.transaction((tx) => updateUser(tx, caller.userId, { name: body.name }, clock.now().getTime()))
        await audit(events, call, 'user.updated', { kind: 'user', id: caller.userId, name: caller.username, fields: ['name'] })
        return shown(call)
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/me/applications',
      permission: 'signed-in',
      summary: 'List the applications that you may open',
      description: 'Those that have an address, by name. By a token nothing is proved: rules about how you signed in then say no.',
      response: Type.Object({
        items: Type.Array(
          Type.Object({
            slug: Type.String(),
            name: Type.String(),
            description: nullable(Type.String()),
            icon: nullable(Type.String({ description: 'The path of its icon.' })),
            launchUrl: Type.String(),
          }),
        ),
      }),
      async handler({ snapshot, asking }) {
        const items = await accesses.openable(snapshot, await asking())
        return {
          body: {
            items: items.map(({ slug, name, description = null, icon = null, launchUrl = '' }) => ({
              slug,
              name,
              description,
              icon,
              launchUrl,
            })),
          },
        }
      },
    }),
  ]
}
