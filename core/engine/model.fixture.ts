import type { FlowSpec, StepSpec } from './program.ts'

/** What the model says of a run: what a reader of the flow would, step by step, without positions, jumps or stored state. */
export type Outcome =
  | { readonly is: 'asks'; readonly step: string }
  | { readonly is: 'denied'; readonly why: string }
  | { readonly is: 'closed'; readonly user: string | undefined; readonly methods: readonly string[]; readonly unproved: readonly string[] }

/** Answers that were taken, in the order of the steps that took them. */
export type Taken = { readonly step: string; readonly answer: string }

type Known = { login?: string | undefined; user?: string | undefined; data?: true | undefined }
type Run = {
  known: Known
  proofs: { method: string; of: string }[]
  written: (string | undefined)[]
  taken: readonly Taken[]
  next: number
}

/** Leaves the walk with what came of it. */
class Came extends Error {
  readonly outcome: Outcome
  constructor(outcome: Outcome) {
    super(outcome.is)
    this.outcome = outcome
  }
}
const denied = (why: string) => new Came({ is: 'denied', why })

const holds = (condition: unknown, { known, proofs }: Run): boolean => {
  const [what = '', word] = String(condition).split(':')
  const own = proofs.filter(({ of }) => of === known.user)
  switch (what) {
    case 'yes':
      return true
    case 'no':
      return false
    case 'user':
      return known.user === word
    case 'stranger':
      return known.user === undefined
    case 'proved':
      return own.some(({ method }) => method === word)
    case 'knows':
      return word === 'data' ? known.data === true : known.user !== undefined
    case 'ip':
      return true
    default:
      throw denied('core.condition-failed')
  }
}

const userOf = (name: string) => (name === 'ada' || name === 'bob' ? name : undefined)

function stage({ id = '', type = '' }: NonNullable<StepSpec>, run: Run): void {
  const { known, proofs } = run
  const answer = () => {
    const found = run.taken[run.next]
    if (!found) throw new Came({ is: 'asks', step: id })
    run.next++
    return found.answer
  }
  if (type === 'secret' && known.login === undefined) throw denied('core.fact-missing')
  if ((type === 'code' || type === 'writes') && known.user === undefined) throw denied('core.fact-missing')
  switch (type) {
    case 'who': {
      const name = answer()
      Object.assign(known, { login: name, user: userOf(name) })
      return
    }
    case 'secret':
    case 'code':
      answer()
      proofs.push({ method: type === 'secret' ? 'pwd' : 'totp', of: known.user ?? '' })
      return
    case 'asks':
      answer()
      known.data = true
      run.written.push(known.user)
      return
    case 'writes':
      run.written.push(known.user)
      return
    default:
      throw denied('core.denied.title')
  }
}

function list(steps: readonly StepSpec[], flows: Readonly<Record<string, FlowSpec>>, run: Run): void {
  for (const step of steps) {
    if (step === null || (step.when !== undefined && !holds(step.when, run))) continue
    if (step.type !== undefined) stage(step, run)
    else if (step.flow !== undefined) list(flows[step.flow]?.steps ?? [], flows, run)
    else {
      const branch = step.choose?.find((one) => one.when === undefined || holds(one.when, run))
      if (branch) list(branch.steps, flows, run)
    }
  }
}

/** What comes of a flow with these answers. `kept`: what a restart has kept. */
export function modelled(
  { steps, flows, designation }: Pick<FlowSpec, 'steps' | 'designation'> & { readonly flows: Readonly<Record<string, FlowSpec>> },
  taken: readonly Taken[],
  kept: Known = {},
): Outcome & { readonly known: Known } {
  const run: Run = { known: { ...kept }, proofs: [], written: [], taken, next: 0 }
  try {
    list(steps, flows, run)
    const { known, proofs, written } = run
    const methods = proofs.filter(({ of }) => of === known.user).map(({ method }) => method)
    if (designation === 'authentication' && (known.user === undefined || methods.length === 0)) throw denied('core.nothing-proved')
    const unproved = [...new Set(written)].filter((user): user is string => user !== undefined && !proofs.some(({ of }) => of === user))
    return { is: 'closed', user: known.user, methods, unproved, known }
  } catch (error) {
    if (error instanceof Came) return { ...error.outcome, known: run.known }
    throw error
  }
}
