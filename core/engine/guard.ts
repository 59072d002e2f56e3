/** Milliseconds that a stage may take to show itself, or to look at an answer. */
export const stageDeadline = 10_000

/**
 * What a stage gives, or an error when its time is over: a stage that hangs holds nobody's run. What it says or does later counts for nothing.
 * Code that never lets go of the thread cannot be stopped like this.
 */
export async function inTime<T>(kind: string, outcome: T | Promise<T>, deadline = stageDeadline): Promise<T> {
  if (typeof (outcome as Partial<PromiseLike<T>> | undefined)?.then !== 'function') return outcome
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`stage "${kind}" did not answer within ${deadline / 1000} s`)), deadline)
  })
  try {
    return await Promise.race([outcome, late])
  } finally {
    clearTimeout(timer)
  }
}
