import { ask, type Authenticating, type AuthenticatorView, type Json, type Outcome } from 'sluice/plugin'
import { around, choice, type Doing, type Kept } from './page.ts'

export type Wish = {
  readonly authenticators: Authenticating
  readonly doing: Doing
  /** Those to choose from. */
  readonly kinds: readonly AuthenticatorView[]
  readonly trustDays?: number | undefined
  readonly later?: Date | undefined
}

/** What an authenticator answered, as the stage hands it on; `pass` is the stage's to decide about. */
const handedOn = (outcome: Outcome, kind: string, { doing, kinds, trustDays, later }: Wish, kept: Json): Outcome<Kept> => {
  if (outcome.go !== 'ask') return outcome as Outcome<Kept>
  const more = { hasOthers: kinds.length > 1, trustDays, later }
  return ask<Kept>(around(outcome.screen, more), { keep: { page: 'part', doing, kind, part: (outcome.keep as Json | undefined) ?? kept } })
}

/** The page of one authenticator. */
const showPart = async (wish: Wish, kind: string, part: Json = null): Promise<Outcome<Kept>> =>
  handedOn(await wish.authenticators.part(kind, wish.doing).show(part ?? undefined), kind, wish, part)

/** What an authenticator makes of an answer. */
export const answerPart = async (wish: Wish, kind: string, answer: object, part: Json): Promise<Outcome<Kept>> =>
  handedOn(await wish.authenticators.part(kind, wish.doing).submit(answer, part ?? undefined), kind, wish, part)

/** The first page: that of the only one, or of the one that comes first, where people need not choose. */
export const showFirst = async (wish: Wish): Promise<Outcome<Kept>> => {
  const [first, second] = wish.kinds
  if (!first) throw new Error('there is no authenticator to be shown')
  return wish.doing === 'enrol' && second ? choice('enrol', wish.kinds, wish.later) : showPart(wish, first.kind)
}

/** The page as it was shown last, if it is one of those that may be shown now. */
export const showAgain = async (wish: Wish, kept: Kept | undefined): Promise<Outcome<Kept> | undefined> => {
  if (!kept || kept.doing !== wish.doing) return undefined
  if (kept.page === 'choice') return choice(wish.doing, wish.kinds, wish.later)
  return wish.kinds.some(({ kind }) => kind === kept.kind) ? showPart(wish, kept.kind, kept.part) : undefined
}

/** What the buttons of the stage lead to; undefined: none of them was pressed. */
export const chosen = async (wish: Wish, use: unknown): Promise<Outcome<Kept> | undefined> => {
  if (use === undefined) return undefined
  return wish.kinds.some(({ kind }) => kind === use) ? showPart(wish, use as string) : choice(wish.doing, wish.kinds, wish.later)
}
