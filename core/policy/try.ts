import type { Expression } from '../api/index.ts'
import type { Judge, Reason, Situation, Verdict } from './types.ts'

/** What an expression came to, with the part that decided or failed. */
export type Tried = Pick<Verdict, 'said'> & Pick<Reason, 'detail' | 'line' | 'column'>

/** Asks an expression as access to nothing in particular would: by the same judge, for people who are writing it. */
export const tryExpression = async (
  judge: Judge,
  expression: Expression,
  { request, user }: Pick<Situation, 'request' | 'user'>,
): Promise<Tried> => {
  const binding = { test: { by: 'expression', expression }, negate: false, from: undefined, until: undefined } as const
  const situation: Situation = {
    about: { type: 'application', slug: '' },
    request,
    user,
    application: undefined,
    flow: undefined,
    facts: {},
    proofs: [],
    levels: [],
    session: undefined,
    knownBrowser: false,
    trustedBrowser: false,
  }
  const { said, reasons } = await judge({ mode: 'all', bindings: [binding], hash: '', reads: [] }, situation, { explain: true })
  const { detail, line, column } = reasons[0] ?? {}
  return { said, ...(detail !== undefined && { detail }), ...(line !== undefined && { line }), ...(column !== undefined && { column }) }
}
