import type { Authenticator, Part, Plugin, Stage } from '../api/index.ts'
import { inTime } from '../engine/guard.ts'

const timed = (stage: Stage): Stage => {
  const who = `stage "${stage.kind}"`
  return {
    ...stage,
    show: (context) => inTime(who, stage.show(context)),
    submit: (context, answer) => inTime(who, stage.submit(context, answer)),
  }
}

const timedPart = (part: Part, who: string): Part => ({
  ...part,
  show: (context) => inTime(who, part.show(context)),
  submit: (context, answer) => inTime(who, part.submit(context, answer)),
})

const timedAuthenticator = (authenticator: Authenticator): Authenticator => {
  const who = `authenticator "${authenticator.kind}"`
  const { enrol, verify, identify, offers, usable } = authenticator
  return {
    ...authenticator,
    enrol: timedPart(enrol, who),
    verify: timedPart(verify, who),
    ...(identify && { identify: timedPart(identify, who) }),
    ...(offers && { offers: (context) => inTime(who, offers(context)) }),
    ...(usable && { usable: (context) => inTime(who, usable(context)) }),
  }
}

/**
 * A plugin from elsewhere, whose stages answer in time or fail. Our own stages are not timed: what they wait for is the house, e.g. their turn
 * to hash a password while many sign in, and whoever waits for that has done nothing wrong.
 */
export const contained = (plugin: Plugin): Plugin => ({
  ...plugin,
  ...(plugin.stages && { stages: plugin.stages.map(timed) }),
  ...(plugin.authenticators && { authenticators: plugin.authenticators.map(timedAuthenticator) }),
})
