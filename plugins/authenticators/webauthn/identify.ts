import { ask, definePart, facts, know, msg, pass, retry, screen } from 'sluice/plugin'
import { examine, requestOptions, wrongly } from './assertion.ts'
import { assertionIn } from './credential.ts'
import { answer, type Answer, type Kept, type Uses } from './parts.ts'
import { challengeOf, isUsable } from './party.ts'
import type { Settings } from './settings.ts'

/** Says who it is and proves it, by a passkey that its device offers without a user name. */
export const identify = definePart<Settings, Answer, Kept, Uses>({
  answer,

  show(ctx) {
    const title = msg('webauthn.identify.title')
    // There are other ways on the page: nothing needs to be said of one that cannot be.
    if (!isUsable(ctx.request)) return ask(screen(title))
    const keep = challengeOf(ctx.kept)
    const options = requestOptions(ctx, keep, [])
    const node = { node: 'webauthn', name: 'credential', does: 'get', options, label: msg('webauthn.identify.button') } as const
    return ask(screen(title, { ...node, conditional: ctx.settings.conditional }), { keep })
  },

  async submit(ctx, { credential }) {
    const { devices, users } = ctx.use
    const examined = await examine(ctx, assertionIn(credential), { find: (id) => devices.find(id), needsHandle: true })
    if ('wrong' in examined) return wrongly(examined)
    const user = await users.get(examined.device.userId)
    if (!user) return retry({ '': msg('webauthn.wrong') })
    const { id, username } = user
    return pass({ proof: examined.proof, know: [know(facts.login, { identifier: username }), know(facts.user, { id, username })] })
  },
})
