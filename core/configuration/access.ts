import { compileCondition } from '../policy/compile.ts'
import type { Condition, ConditionLibrary, WrittenCondition } from '../policy/types.ts'
import { type Item, problemOf } from './document.ts'
import type { Problem } from './problem.ts'
import type { Items } from './types.ts'

const signsIn = ({ spec }: Item): boolean => ['authentication', 'enrollment', 'recovery'].includes(String(spec['designation']))

const nobodyYet =
  'asks about the user, whom nobody knows before this flow has run, so it would refuse everybody; put it on the applications that use the flow'

const noLevelYet =
  'asks for a level of authentication, which nobody has reached before this flow has run; put it on the applications that use the flow'

/** The conditions under which the objects of a kind may be entered or opened, by slug; those without any are left out. */
export const linkAccess = (items: Items, library: ConditionLibrary, problems: Problem[]): ReadonlyMap<string, Condition> => {
  const linked = new Map<string, Condition>()
  for (const item of items.values()) {
    const { access } = item.spec as { readonly access?: WrittenCondition }
    if (access === undefined) continue
    if (item.spec['designation'] === 'invalidation') {
      problems.push(problemOf(item, ['access'], 'a flow that signs users out is open to everybody, or they could not sign out; remove it'))
      continue
    }
    const compiled = compileCondition(access, library)
    if ('problems' in compiled) {
      // Of one that is not sound, what was wrong is left out: that something is missing there now is told already.
      const told = compiled.problems.filter(({ path }) => item.sound || typeof path.at(-1) !== 'number')
      problems.push(...told.map(({ path, message }) => problemOf(item, ['access', ...path], message)))
      continue
    }
    if (item.kind === 'flows' && signsIn(item) && compiled.condition.reads.includes('user')) {
      problems.push(problemOf(item, ['access'], nobodyYet))
      continue
    }
    if (item.kind === 'flows' && signsIn(item) && compiled.condition.bindings.some(({ test }) => test.by === 'level')) {
      problems.push(problemOf(item, ['access'], noLevelYet))
      continue
    }
    linked.set(item.slug, compiled.condition)
  }
  return linked
}
