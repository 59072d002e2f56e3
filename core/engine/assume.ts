import { facts, msg, type Outcome, pass, retry, type Stage, type StageContext } from '../api/index.ts'
import type { Instruction, Program } from './program.ts'

/** In an answer, the proof that is to be taken for granted. No browser can send it. */
export const assumed = Symbol('assumed proof')

type Context = StageContext<any, any, any, any>

/** In place of a proof: whatever the authenticator that is asked proves first. */
export const anything = '*'

export type Assumed = { readonly [assumed]?: string }

/** Where there is a choice, the authenticator is chosen that proves it: `use` is what stages call that. */
const delegated = async (stage: Stage, ctx: Context, answer: unknown, proof: string): Promise<Outcome> => {
  const kind = ctx.authenticators.enabled.find(({ methods }) => methods.includes(proof))?.kind
  const chosen = kind === undefined ? undefined : await stage.submit(ctx, { use: kind })
  return stage.submit(chosen?.go === 'ask' ? { ...ctx, kept: chosen.keep } : ctx, answer)
}

/** In an answer to a page that asks who somebody is, the field of an authenticator that says so. */
export const identifying = (kind: string): string => `identified-by-${kind}`

/** Whose it is, the simulation says. */
const identified = async (stage: Stage, ctx: Context, answer: unknown, proof: string): Promise<Outcome> => {
  const kind = ctx.authenticators.enabled.find(({ canIdentify, methods }) => canIdentify && methods.includes(proof))?.kind
  return stage.submit(ctx, kind === undefined ? answer : { ...(answer as object), [identifying(kind)]: proof })
}

const assumingStage = (stage: Stage): Stage => ({
  ...stage,
  submit(ctx, answer) {
    const proof = (answer as Assumed)[assumed]
    if (proof === undefined) return stage.submit(ctx, answer)
    // Nothing can be proved of nobody, but by what says who it is.
    if (stage.authenticators && !stage.proves?.includes(proof))
      return ctx.peek(facts.user) ? delegated(stage, ctx, answer, proof) : identified(stage, ctx, answer, proof)
    return ctx.peek(facts.user) ? pass({ proof }) : retry({ '': msg('core.field.invalid') })
  },
})

const assumingStep = (instruction: Instruction): Instruction => {
  if (instruction.is !== 'stage' || !(instruction.stage.proves?.length || instruction.stage.authenticators)) return instruction
  const { stage, checkAnswer } = instruction
  return {
    ...instruction,
    stage: assumingStage(stage),
    checkAnswer: (value) => ((value as Assumed)[assumed] === undefined ? checkAnswer(value) : { value: value as Record<string, unknown> }),
  }
}

/** The program as a simulation runs it: steps that prove something may be passed by an answer that says so. */
export const assuming = (program: Program): Program => ({ ...program, instructions: program.instructions.map(assumingStep) })
