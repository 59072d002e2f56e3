import Type from 'typebox'
import { lineOfText } from '../../api/index.ts'
import { endAllSessions } from '../../access/sessions.ts'
import { removeDevices } from '../../identity/devices.ts'
import { audit } from './audit.ts'
import { changingUsers, userRef } from './changing-users.ts'
import { linksOf } from './me.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem } from './problem.ts'
import { defineRoute, type Route } from './route.ts'
import { signalsOf } from './signals.ts'

/** What people can set up, and what is done for those who have lost theirs. */
export const authenticatorRoutes = (parts: ApiParts): readonly Route[] => {
  const { clock, events, notices, say } = parts
  const changing = changingUsers(parts)
  const signals = signalsOf(parts)
  return [
    defineRoute({
      method: 'GET',
      path: '/me/authenticators',
      permission: 'signed-in',
      summary: 'Say what you can set up to prove who you are',
      description: 'And where. `GET /devices` lists what you have.',
      response: Type.Object({
        required: Type.Boolean({ description: 'Does everybody need a second factor?' }),
        setup: Type.String({ description: 'Where authenticators are set up at a browser. `?next=/if/…` leads back from there.' }),
        items: Type.Array(
          Type.Object({
            kind: Type.String(),
            label: Type.String(),
            description: Type.String(),
            isBackup: Type.Boolean({ description: 'For emergencies: having only this is not having a second factor.' }),
          }),
          { description: 'Those that are in use, in order. Whether you may have one is said where it is set up.' },
        ),
        signals: Type.Array(
          Type.Object({
            call: Type.Enum(['unknown-credential', 'all-accepted-credentials', 'current-user-details']),
            options: Type.Record(Type.String(), Type.Unknown(), { description: 'What the method takes.' }),
          }),
          {
            description:
              'What your browser should tell its passkey providers (`PublicKeyCredential.signalAllAcceptedCredentials` and others, WebAuthn Level 3 §5.1.10). None for a token.',
          },
        ),
      }),
      async handler({ snapshot, caller, request }) {
        const { locale } = request
        const { authenticators, require } = snapshot.factors
        const told = caller.token ? [] : await signals(caller.userId, snapshot.factors, { ...request, at: clock.now() })
        const items = [...authenticators.values()].map(({ authenticator: { kind, label, description, backup = false } }) => ({
          kind,
          label: say(label, locale),
          description: say(description, locale),
          isBackup: backup,
        }))
        return { body: { required: require, setup: linksOf(snapshot).authenticatorSetup, items, signals: [...told] } }
      },
    }),

    defineRoute({
      method: 'POST',
      path: '/users/:id/reset-authenticators',
      permission: 'devices.delete',
      summary: 'Remove all that a user has set up to prove who they are',
      description:
        'For somebody who has lost it: the password stays, and where a second factor is required, the next sign-in asks to set one up. Ends all sessions and grants of that user, and no browser is trusted any more. The user is told by mail, with the reason. Not your own, and not of a user who may do more than you.',
      body: Type.Object({
        reason: lineOfText({ description: 'Why; the user and the audit log are told.', minLength: 1, maxLength: 500 }),
      }),
      response: undefined,
      async handler(call) {
        const { caller, params, body } = call
        if (params.id === caller.userId)
          throw new ApiProblem(
            409,
            'own-authenticators',
            'You remove your own authenticators one by one, where you prove who you are. Another administrator can reset them.',
          )
        const reason = body.reason.trim()
        const now = clock.now().getTime()
        let removed: readonly string[] = []
        const of = await changing(call, async (tx, known) => {
          await notices.tell(tx, 'authenticators-reset', known.id, { reason })
          removed = await removeDevices(tx, known.id, now)
          await endAllSessions(tx, known.id, now)
        })
        await audit(events, call, 'authenticators.reset', { ...userRef(of), more: { reason, authenticators: removed } })
        return {}
      },
    }),
  ]
}
