import type { CompileCondition, Judge } from './types.ts'

/** Refuses every condition: for a house in which nothing can judge them. */
export const noConditions: CompileCondition = () => ({ problems: [{ path: [], message: 'conditions are not built yet; remove it' }] })

/** Judges nothing, so whatever asks is refused. */
export const noJudge: Judge = async () => ({ said: 'failed', reasons: [] })
