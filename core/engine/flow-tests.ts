import { isDeepStrictEqual } from 'node:util'
import type { Message } from '../api/index.ts'
import { simulate, type Simulated, type Simulation, type SimulationParts } from './simulate.ts'

/** What is to come of a simulation; what is not said is not looked at. */
export type Expected = {
  readonly ends: Simulated['ends']
  /** The step at which it was denied, asks or fails. */
  readonly at?: string
  /** The steps that were passed, all of them, in their order. */
  readonly passed?: readonly string[]
  readonly methods?: readonly string[]
  /** The message's key, or its text: of a denial, or one that a step answers with. */
  readonly why?: string
  /** The effects by their names, all of them, in their order. */
  readonly effects?: readonly string[]
}

/** Where what came of it is something else. */
export type Mismatch = { readonly key: keyof Expected; readonly expected: unknown; readonly was: unknown }
export type FlowTestResult = { readonly simulated: Simulated; readonly mismatches: readonly Mismatch[] }

const atOf = (simulated: Simulated): string | undefined => {
  if (simulated.ends === 'asks' || simulated.ends === 'failed') return simulated.step
  return simulated.ends === 'denied' ? simulated.trace.findLast(({ step }) => step !== '')?.step : undefined
}

const messagesOf = (simulated: Simulated): readonly Message[] => {
  if (simulated.ends === 'denied') return [simulated.why]
  if (simulated.ends !== 'asks') return []
  return [...Object.values(simulated.errors), ...(simulated.notice ? [simulated.notice] : [])]
}

const passedOf = ({ trace }: Simulated): readonly string[] =>
  trace.flatMap((line) => ((line.did === 'show' || line.did === 'submit') && line.verdict === 'pass' ? [line.step] : []))

/** Runs one case of a flow's test. `say`: a message in words. */
export async function runFlowTest(
  parts: SimulationParts,
  simulation: Simulation,
  expected: Expected,
  say: (message: Message) => string,
): Promise<FlowTestResult> {
  const simulated = await simulate(parts, simulation)
  const messages = messagesOf(simulated)
  const names = messages.map((message) => ('key' in message ? message.key : message.text))
  const isWhy = expected.why !== undefined && [...names, ...messages.map(say)].includes(expected.why)
  const was: { readonly [K in keyof Expected]-?: unknown } = {
    ends: simulated.ends,
    at: atOf(simulated),
    passed: passedOf(simulated),
    methods: simulated.ends === 'closed' ? simulated.methods : [],
    why: isWhy ? expected.why : names.length > 1 ? names : names[0],
    effects: simulated.effects.map(({ effect }) => effect),
  }
  const mismatches = (Object.keys(expected) as (keyof Expected)[])
    .filter((key) => expected[key] !== undefined && !isDeepStrictEqual(expected[key], was[key]))
    .map((key) => ({ key, expected: expected[key], was: was[key] }))
  return { simulated, mismatches }
}
