import type { Answer, Protocol } from '../api/index.ts'
import { inTime } from '../engine/guard.ts'

const forms: ReadonlySet<unknown> = new Set<Answer['answer']>(['redirect', 'post', 'json', 'page'])

/**
 * What a protocol says at the end of a sign-in: in time, and of a form that can be sent. Plugins are not all written in TypeScript, and with anything else
 * the browser would wait forever.
 */
export async function answerOf({ kind }: Protocol, given: () => Answer | Promise<Answer>): Promise<Answer> {
  const answer: unknown = await inTime(`protocol "${kind}"`, given())
  if (typeof answer !== 'object' || answer === null || !('answer' in answer) || !forms.has(answer.answer))
    throw new Error(`protocol "${kind}" gave no answer that can be sent; return { answer: 'redirect' | 'post' | 'json' | 'page', … }`)
  return answer as Answer
}
