import type { Json } from '../api/index.ts'
import type { Situation, Verdict } from '../policy/types.ts'
import { levelsOf, methodsIn, trustsBrowser } from '../access/factors.ts'
import { proofsOf } from './context.ts'
import { userOf } from './subject.ts'
import type { Asker, EngineParts } from './parts.ts'
import type { Instruction } from './program.ts'
import type { Position } from './state.ts'

/** The run as a condition sees it. */
function situationOf(position: Position, id: string, asker: Asker): Situation {
  const { state, program } = position
  const user = userOf(state)
  const facts = new Map<string, Json>()
  for (const { name, value } of state.facts) {
    if (value === null || program.secretFacts.has(name)) facts.delete(name)
    else facts.set(name, value)
  }
  const { session } = asker.browser
  const proofs = proofsOf(position, asker)
  return {
    about: { type: 'step', slug: id },
    request: asker.request,
    user,
    application: state.application ?? undefined,
    flow: { slug: program.slug, title: program.title, designation: program.designation },
    facts: Object.fromEntries(facts),
    proofs,
    levels: levelsOf(asker.factors, methodsIn(proofs)),
    session: session && { id: session.id, at: session.at.getTime() },
    knownBrowser: user !== undefined && asker.browser.known.includes(user.id),
    trustedBrowser: user !== undefined && trustsBrowser(asker.factors, asker.browser, user.id, asker.request.at.getTime()),
  }
}

/** Asks whether a condition holds. Whatever goes wrong on the way to an answer is an answer too: `failed`. */
export async function judged(
  { judge, explain = false }: EngineParts,
  test: Instruction & { is: 'test' },
  position: Position,
  asker: Asker,
): Promise<Verdict> {
  try {
    const verdict = await judge(test.condition, situationOf(position, test.id, asker), { explain })
    return verdict.said === 'yes' || verdict.said === 'no' ? verdict : { ...verdict, said: 'failed' }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { said: 'failed', reasons: [{ of: 'condition', said: 'failed', negated: false, detail, ms: 0 }] }
  }
}
