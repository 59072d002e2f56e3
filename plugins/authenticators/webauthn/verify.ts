import { ask, definePart, msg, pass, screen } from 'sluice/plugin'
import { examine, requestOptions, wrongly } from './assertion.ts'
import { assertionIn } from './credential.ts'
import { answer, type Answer, type Kept, type Uses } from './parts.ts'
import { challengeOf, isUsable } from './party.ts'
import type { Settings } from './settings.ts'
import { descriptorsOf, storedOf } from './stored.ts'

/** Proves that whoever is there has one of the user's passkeys or security keys. */
export const verify = definePart<Settings, Answer, Kept, Uses>({
  answer,

  show(ctx) {
    const title = msg('webauthn.verify.title')
    if (!isUsable(ctx.request)) return ask(screen(title, { node: 'text', tone: 'warn', text: msg('webauthn.unusable') }))
    const keep = challengeOf(ctx.kept)
    const options = requestOptions(ctx, keep, descriptorsOf(ctx.devices))
    const node = { node: 'webauthn', name: 'credential', does: 'get', options, label: msg('webauthn.verify.button'), start: true } as const
    return ask(screen(title, { node: 'text', text: msg('webauthn.verify.text') }, node), { keep })
  },

  async submit(ctx, { credential }) {
    const find = (id: string) => ctx.devices.find((device) => storedOf(device).credential === id)
    const examined = await examine(ctx, assertionIn(credential), { find, needsHandle: false })
    return 'wrong' in examined ? wrongly(examined) : pass({ proof: examined.proof })
  },
})
