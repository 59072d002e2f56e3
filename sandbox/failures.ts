import { Broken, NativeStackOverflow } from './engine.ts'
import type { Failure, Limits, Place, Prepared } from './types.ts'

/** Names the program in the engine's stack traces. */
export const programFile = 'program'

const size = (bytes: number): string => (bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${Math.round(bytes / 1024 / 1024)} MB`)

/** In one sentence, without names: callers say what failed. */
const sentences: { readonly [kind in Failure['kind']]?: (limits: Limits) => string } = {
  deadline: ({ deadline }) => `it was stopped after ${deadline} ms`,
  fuel: () => 'it was stopped because it takes too many steps',
  memory: ({ memory }) => `it needs more than ${size(memory)} of memory`,
  stack: () => 'it recurses too deeply',
  result: ({ result }) => `its result is larger than ${size(result)} of JSON`,
  scope: ({ scope }) => `what it is given is larger than ${size(scope)} of JSON`,
  stuck: () => 'it waits for a promise that nothing settles',
  killed: () => 'it could not be interrupted, so its worker was ended',
  quarantined: () => 'it had to be ended by force too often, so it is not run for now',
  busy: () => 'too many programs wait to be run; try again in a second',
}

export const failure = (kind: Exclude<Failure['kind'], 'syntax' | 'throw' | 'crash'>, limits: Limits): Failure => ({
  kind,
  message: sentences[kind]?.(limits) ?? kind,
})

export const crash = (why: string): Failure => ({ kind: 'crash', message: `the engine failed: ${why}` })

/** Of what the engine itself threw, not the program. */
export const engineFailure = (error: unknown, limits: Limits): Failure => {
  if (error instanceof NativeStackOverflow) return failure('stack', limits)
  return crash(error instanceof Broken ? error.message : String(error))
}

/**
 * The innermost frame of the program. Wrapped sources have one line before their first, see `wrap`. A stack line is
 * `    at name (program:3:5)`.
 */
export const placeIn = ({ source, parts }: Prepared, stack: string): Place | undefined => {
  const [, at, column = '1'] = /^\s*at (?:.*\()?program:(\d+)(?::(\d+))?\)?$/m.exec(stack) ?? []
  if (at === undefined) return undefined
  // A call that is all of an expression is placed where the wrapper returns it.
  if (at === '1') return parts[0] ?? { line: 1, column: 1 }
  const line = Number(at) - 1
  const text = source.split('\n')[line - 1]
  return text === undefined ? undefined : { line, column: Number(column), text: text.slice(Number(column) - 1, Number(column) + 79) }
}

export type Thrown = { readonly name: string; readonly message: string; readonly stack: string }

/** Of what the program threw. `full`: it holds most of the memory it may, when QuickJS sometimes throws `null` for want of more. */
export const thrownFailure = ({ name, message, stack }: Thrown, program: Prepared, full: boolean, limits: Limits): Failure => {
  if (name === 'InternalError' && message.includes('out of memory')) return failure('memory', limits)
  if (full && name === 'Thrown' && message === 'null') return failure('memory', limits)
  if ((name === 'InternalError' && message.includes('stack overflow')) || (name === 'RangeError' && message.includes('call stack')))
    return failure('stack', limits)
  const place = placeIn(program, stack)
  return { kind: 'throw', message: name === '' ? message : `${name}: ${message}`, ...(place && { place }) }
}
