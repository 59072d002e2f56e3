import { defineStage, facts, know, type Outcome, pass, type StageContext } from 'sluice/plugin'
import type { Kept } from './page.ts'
import { answerPart, chosen, showAgain, showFirst, type Wish } from './parts.ts'
import { type AnyAnswer, anyAnswer } from './second-factor.ts'
import { settingUp, type SettingUp } from './settings.ts'
import { enrollable } from './task.ts'

/** What may be set up; undefined: there is nothing to do. */
const wishOf = async ({
  authenticators,
  settings,
  peek,
}: Pick<StageContext<SettingUp, any, any, any>, 'authenticators' | 'settings' | 'peek'>): Promise<Wish | undefined> => {
  const { authenticators: named, ask } = settings
  if (ask === 'enrolled' && !peek(facts.enrolled)) return undefined
  const ours = authenticators.enabled.filter(({ kind }) => named.length === 0 || named.includes(kind))
  if (ask !== 'always' && (await authenticators.devices()).some(({ kind }) => ours.some((one) => one.kind === kind))) return undefined
  const kinds = await enrollable({ authenticators }, ours)
  return kinds.length === 0 ? undefined : { authenticators, doing: 'enrol', kinds }
}

export const authenticatorSetup = defineStage({
  kind: 'authenticator-setup',
  settings: settingUp,
  answer: anyAnswer,
  needs: [facts.user],
  gives: [facts.enrolled],
  authenticators: true,

  async show(ctx): Promise<Outcome<Kept>> {
    const wish = await wishOf(ctx)
    return wish ? ((await showAgain(wish, ctx.kept as Kept | undefined)) ?? showFirst(wish)) : pass()
  },

  async submit(ctx, given): Promise<Outcome<Kept>> {
    const answer = given as AnyAnswer
    const wish = await wishOf(ctx)
    if (!wish) return pass()
    const kept = ctx.kept as Kept | undefined
    const other = await chosen(wish, answer['use'])
    if (other) return other
    if (kept?.page !== 'part' || !wish.kinds.some(({ kind }) => kind === kept.kind)) return showFirst(wish)
    const outcome = await answerPart(wish, kept.kind, answer, kept.part)
    if (outcome.go !== 'pass') return outcome
    const { kinds = [] } = ctx.peek(facts.enrolled) ?? {}
    return pass({ ...outcome, know: [know(facts.enrolled, { kinds: [...kinds, kept.kind] })] })
  },
})
