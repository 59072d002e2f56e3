import { defineStage, deny, facts, know, type Outcome, pass, type StageContext } from 'sluice/plugin'
import type { Kept } from './page.ts'
import { answerPart, chosen, showAgain, showFirst, type Wish } from './parts.ts'
import { type AnyAnswer, anyAnswer, refused } from './second-factor.ts'
import { settingUp, type SettingUp } from './settings.ts'
import { enrollable, shownBefore } from './task.ts'

type Given = Pick<StageContext<SettingUp, any, any, any>, 'authenticators' | 'settings' | 'peek' | 'proofs'>

/** What may be set up; undefined: there is nothing to do. */
const enrolling = async ({ authenticators, settings, peek }: Given): Promise<Wish | undefined> => {
  const { authenticators: named, ask } = settings
  if (ask === 'enrolled' && !peek(facts.enrolled)) return undefined
  const ours = authenticators.enabled.filter(({ kind }) => named.length === 0 || named.includes(kind))
  if (ask !== 'always' && (await authenticators.devices()).some(({ kind }) => ours.some((one) => one.kind === kind))) return undefined
  const kinds = await enrollable({ authenticators }, ours)
  return kinds.length === 0 ? undefined : { authenticators, doing: 'enrol', kinds }
}

/** What is to be done now: set something up, or before that show what there is. */
const wishOf = async (ctx: Given): Promise<Wish | ReturnType<typeof deny> | undefined> => {
  const wish = await enrolling(ctx)
  const before = wish && (await shownBefore(ctx))
  if (before?.task === 'refuse') return deny(before.why ?? refused)
  return before?.task === 'verify' ? { authenticators: ctx.authenticators, doing: 'verify', kinds: before.kinds } : wish
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
    if (wish && 'go' in wish) return wish
    return wish ? ((await showAgain(wish, ctx.kept as Kept | undefined)) ?? showFirst(wish)) : pass()
  },

  async submit(ctx, given): Promise<Outcome<Kept>> {
    const answer = given as AnyAnswer
    const wish = await wishOf(ctx)
    if (!wish) return pass()
    if ('go' in wish) return wish
    const kept = ctx.kept as Kept | undefined
    const other = await chosen(wish, answer['use'])
    if (other) return other
    if (kept?.page !== 'part' || kept.doing !== wish.doing || !wish.kinds.some(({ kind }) => kind === kept.kind)) return showFirst(wish)
    const outcome = await answerPart(wish, kept.kind, answer, kept.part)
    if (outcome.go !== 'pass') return outcome
    if (wish.doing === 'verify') {
      const next = await enrolling(ctx)
      const page = next && (await showFirst(next))
      return page?.go === 'ask' && outcome.proof !== undefined ? { ...page, proof: outcome.proof } : (page ?? outcome)
    }
    const { kinds = [] } = ctx.peek(facts.enrolled) ?? {}
    return pass({ ...outcome, know: [know(facts.enrolled, { kinds: [...kinds, kept.kind] })] })
  },
})
