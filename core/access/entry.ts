import type { Message } from '../api/index.ts'
import type { Condition, Judge, Verdict } from '../policy/types.ts'
import { situationOf, type Asking, type Wanted, whyNot } from './authorize.ts'

/** What guards a flow and the application behind it; what is not there is open to everybody. */
export type Guards = { readonly flow?: Condition | undefined; readonly application?: Condition | undefined }

/** How an entry was judged, in the shape of a step's condition. `step` has a space in it, as no step's name does. */
type Entry = {
  readonly line: {
    readonly step: string
    readonly did: 'test'
    readonly verdict: Verdict['said']
    readonly reasons: Verdict['reasons']
    readonly ms: number
  }
  /** Where it is refused. */
  readonly why: Message | undefined
  /** Levels of authentication of which reaching one would open it. */
  readonly lacking: readonly string[] | undefined
}

/** Asks about an entry as for somebody real, with what decided; nothing is recorded. `undefined`: it is open to everybody. */
export const askEntry = async (judge: Judge, guards: Guards, wanted: Wanted, asking: Asking): Promise<Entry | undefined> => {
  const condition = wanted.flow ? guards.flow : guards.application
  if (!condition) return undefined
  const started = performance.now()
  const situation = situationOf(wanted, asking)
  const verdict = await judge(condition, situation, { explain: true })
  const { type, slug } = situation.about
  return {
    line: { step: `${type} ${slug}`, did: 'test', verdict: verdict.said, reasons: verdict.reasons, ms: performance.now() - started },
    why: verdict.said === 'yes' ? undefined : whyNot(verdict, wanted),
    lacking: verdict.lacking,
  }
}
