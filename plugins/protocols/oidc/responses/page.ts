import { literal, msg, screen, type Answer } from 'sluice/plugin'
import type { Unanswerable } from '../errors.ts'
import { type Cure, cureNodes } from './cure.ts'

/** More than this of a value that was sent helps nobody. */
const longest = 500

/** Says what was sent, what is wrong with it and what to do; nothing about what is registered, unless there is a cure to be told. */
export const refusalPage = ({ why, sent, status }: Unanswerable, cure?: Cure): Answer => {
  const items = Object.entries(sent).flatMap(([name, value]) =>
    value === undefined ? [] : [{ label: literal(name), value: value.length > longest ? `${value.slice(0, longest)}…` : value }],
  )
  const page = screen(
    msg('oidc.refused.title'),
    { node: 'text', text: msg(`oidc.refused.${why}`), tone: 'error' },
    ...(items.length > 0 ? [{ node: 'values' as const, items }] : []),
    { node: 'text', text: msg(`oidc.refused.${why}.fix`) },
    ...(cure ? cureNodes(cure) : []),
    { node: 'text', text: msg('oidc.refused.visitor'), tone: 'muted' },
  )
  return { answer: 'page', status, screen: page }
}
