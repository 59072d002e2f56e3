import type { Events, Json, Store } from '../../api/index.ts'
import { type Attempt, begin, limits, succeeded } from '../../engine/limits.ts'
import { ApiProblem } from './problem.ts'
import type { Call } from './route.ts'

const tooMany = (detail: string, seconds: number) =>
  new ApiProblem(429, 'too-many-attempts', detail, {}, { 'retry-after': String(seconds) })

/** Simulations that run at once: each takes the sandbox from those who are signing in. */
const atOnce = 4
const running = new Set<string>()

/** One simulation of each caller at a time, and few in all. Throws `ApiProblem` (429) for one more. */
export const oneAtATime = async <T>({ caller }: Pick<Call, 'caller'>, simulate: () => Promise<T>): Promise<T> => {
  if (running.has(caller.userId)) throw tooMany('A simulation of yours is still running. Wait for its end.', 1)
  if (running.size >= atOnce) throw tooMany('Others are simulating. Try again in a moment.', 1)
  running.add(caller.userId)
  try {
    return await simulate()
  } finally {
    running.delete(caller.userId)
  }
}

type Report = { readonly trace: readonly { readonly did: string; readonly verdict?: string }[] }
/** Did a step not take what was typed? By the trace: a draft can be written so that its end does not show it. */
const isWrong = ({ trace }: Report): boolean => trace.some(({ did, verdict }) => did === 'submit' && verdict !== 'pass')

/**
 * What is typed into a simulation is checked against what people really use. So wrong answers are limited as at a sign-in, by who simulates, and
 * each is an event. Throws `ApiProblem` (429) after too many.
 */
export const countingWrongAnswers = async <T extends Report>(
  { store, events }: { readonly store: Store; readonly events: Events },
  { caller, request }: Call,
  { flow, user, answers }: { readonly flow: string; readonly user?: string; readonly answers?: Readonly<Record<string, Json>> },
  simulate: () => Promise<T>,
): Promise<T> => {
  if (!answers || Object.keys(answers).length === 0) return simulate()
  const attempt: Attempt = { stage: 'simulation', account: caller.userId, address: request.ip, knownBrowser: undefined }
  if ((await begin(store, attempt)) !== 'allowed')
    throw tooMany(`Too many simulations with wrong answers. Try again in ${limits.window / 60} minutes.`, limits.window)
  const report = await simulate()
  if (!isWrong(report)) await succeeded(store, attempt)
  else
    await events.record({
      action: 'flow.simulated-wrong',
      userId: caller.userId,
      detail: { flow, ...(user !== undefined && { as: user }), ...(caller.token && { token: caller.token }) },
      request,
    })
  return report
}
