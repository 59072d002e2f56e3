import type { Plugin, Stage } from '../api/index.ts'
import { inTime } from '../engine/guard.ts'

const timed = (stage: Stage): Stage => {
  const who = `stage "${stage.kind}"`
  return {
    ...stage,
    show: (context) => inTime(who, stage.show(context)),
    submit: (context, answer) => inTime(who, stage.submit(context, answer)),
  }
}

/**
 * A plugin from elsewhere, whose stages answer in time or fail. Our own stages are not timed: what they wait for is the house, e.g. their turn
 * to hash a password while many sign in, and whoever waits for that has done nothing wrong.
 */
export const contained = (plugin: Plugin): Plugin => (plugin.stages ? { ...plugin, stages: plugin.stages.map(timed) } : plugin)
