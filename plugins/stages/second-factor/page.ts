import { ask, type AuthenticatorView, type Json, type Node, msg, type Outcome, type Screen, screen } from 'sluice/plugin'

export type Doing = 'verify' | 'enrol'

/** What the stages keep: which page was shown last. `part`: what the authenticator keeps. */
export type Kept =
  | { readonly page: 'choice'; readonly doing: Doing }
  | { readonly page: 'part'; readonly doing: Doing; readonly kind: string; readonly part: Json }

/** Fields that the stages add to the pages of authenticators, which may have none of these names. */
const own = ['use', 'later', 'trust']

const buttonsAt = (nodes: readonly Node[]): number => {
  const at = nodes.findIndex((node) => node.node === 'button' || node.node === 'webauthn')
  return at < 0 ? nodes.length : at
}

type More = {
  /** Are there others to choose from? */
  readonly hasOthers: boolean
  /** Offers to trust the browser, for so many days. */
  readonly trustDays?: number | undefined
  /** Offers to do it later, until then. */
  readonly later?: Date | undefined
}

/** The page of an authenticator, with what belongs to the stage. */
export const around = ({ title, nodes }: Screen, { hasOthers, trustDays, later }: More): Screen => {
  const taken = nodes.find((node) => 'name' in node && node.name !== undefined && own.includes(node.name))
  if (taken)
    throw new Error(`the page of an authenticator has a field named "${'name' in taken ? taken.name : ''}", which the stage has too`)
  const at = buttonsAt(nodes)
  return screen(
    title,
    ...nodes.slice(0, at),
    ...(trustDays === undefined
      ? []
      : [{ node: 'field', input: 'check', name: 'trust', label: msg('second-factor.trust', { days: trustDays }) } as const]),
    ...nodes.slice(at),
    ...(hasOthers
      ? [{ node: 'button', name: 'use', value: 'other', label: msg('second-factor.other'), kind: 'link', skips: true } as const]
      : []),
    ...laterButton(later),
  )
}

const laterButton = (later: Date | undefined): readonly Node[] =>
  later
    ? [
        {
          node: 'button',
          name: 'later',
          value: 'on',
          label: msg('second-factor.later', { until: later.getTime() }),
          kind: 'link',
          skips: true,
        },
      ]
    : []

/** A page on which one of several is chosen. */
export const choice = (doing: Doing, kinds: readonly AuthenticatorView[], later?: Date): Outcome<Kept> =>
  ask<Kept>(
    screen(
      msg(doing === 'verify' ? 'second-factor.choose' : 'second-factor.choose-new'),
      { node: 'text', text: msg(doing === 'verify' ? 'second-factor.choose.text' : 'second-factor.choose-new.text') },
      ...kinds.flatMap(({ kind, label, description }): readonly Node[] => [
        { node: 'button', name: 'use', value: kind, label, kind: 'secondary', skips: true },
        { node: 'text', text: description, tone: 'muted' },
      ]),
      ...laterButton(later),
    ),
    { keep: { page: 'choice', doing } },
  )
