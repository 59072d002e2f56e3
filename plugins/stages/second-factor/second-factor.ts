import { defineStage, deny, facts, know, msg, type Outcome, pass, type StageContext, Type } from 'sluice/plugin'
import type { Kept } from './page.ts'
import { answerPart, chosen, showAgain, showFirst, type Wish } from './parts.ts'
import { verifying, type Verifying } from './settings.ts'
import { type Task, taskOf } from './task.ts'

/** Whatever the pages of authenticators ask for, and the stage's own buttons. */
export const anyAnswer = Type.Object({}, { patternProperties: { '': {} } })
export type AnyAnswer = Readonly<Record<string, unknown>>

const day = 86_400
export const refused = msg('second-factor.refused')

const wishOf = (
  { authenticators, settings }: Pick<StageContext<Verifying, any, any, any>, 'authenticators' | 'settings'>,
  { task, kinds, later }: Task & { readonly task: 'verify' | 'enrol' },
): Wish => {
  const isOffered = task === 'verify' && settings.trust && settings.authenticators.length === 0 && authenticators.trust > 0
  return {
    authenticators,
    doing: task,
    kinds,
    later,
    trustDays: isOffered ? Math.max(1, Math.floor(authenticators.trust / day)) : undefined,
  }
}

export const secondFactor = defineStage({
  kind: 'second-factor',
  settings: verifying,
  answer: anyAnswer,
  needs: [facts.user],
  gives: [facts.trustBrowser, facts.enrolled],
  authenticators: true,

  async show(ctx): Promise<Outcome<Kept>> {
    const task = await taskOf(ctx)
    if (task.task === 'nothing') return pass()
    if (task.task === 'refuse') return deny(task.why ?? refused)
    const wish = wishOf(ctx, task)
    return (await showAgain(wish, ctx.kept as Kept | undefined)) ?? showFirst(wish)
  },

  async submit(ctx, given): Promise<Outcome<Kept>> {
    const answer = given as AnyAnswer
    const { authenticators } = ctx
    const task = await taskOf(ctx)
    // Something was changed while the page was open, so that nothing has to be asked any more, or nothing can be.
    if (task.task === 'nothing') return pass()
    if (task.task === 'refuse') return deny(task.why ?? refused)
    if (answer['later'] === 'on' && task.later) return pass()
    const wish = wishOf(ctx, task)
    const kept = ctx.kept as Kept | undefined
    const other = await chosen(wish, answer['use'])
    if (other) return other
    if (kept?.page !== 'part' || kept.doing !== wish.doing || !wish.kinds.some(({ kind }) => kind === kept.kind)) return showFirst(wish)

    const outcome = await answerPart(wish, kept.kind, answer, kept.part)
    if (outcome.go !== 'pass') return outcome
    const enrolled = task.task === 'enrol' ? [know(facts.enrolled, { kinds: [kept.kind] })] : []
    const { proof } = outcome
    // What was asked for may be another factor than the one that the user had.
    const then = proof !== undefined && task.task === 'verify' ? await taskOf(ctx, [proof]) : undefined
    if (then?.task === 'refuse') return deny(then.why ?? refused)
    if (then && 'kinds' in then) {
      const next = await showFirst(wishOf(ctx, then))
      return next.go === 'ask' && proof !== undefined ? { ...next, proof } : next
    }
    const trusts = answer['trust'] === 'on' && wish.trustDays !== undefined
    const known = [...enrolled, ...(trusts ? [know(facts.trustBrowser, { seconds: authenticators.trust })] : [])]
    return pass({ ...(proof !== undefined && { proof }), know: known, do: outcome.do ?? [] })
  },
})
