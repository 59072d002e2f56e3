/** Milliseconds that a plugin may take: a stage to show itself or to look at an answer, a protocol to answer. */
export const patience = 10_000

/**
 * What a part of a plugin gives, or an error when its time is over: one that hangs holds nobody. What it says or does later counts for nothing.
 * Code that never lets go of the thread cannot be stopped like this.
 * @param who as the error calls it, e.g. `stage "terms"`
 */
export async function inTime<T>(who: string, outcome: T | Promise<T>, deadline = patience): Promise<T> {
  if (typeof (outcome as Partial<PromiseLike<T>> | undefined)?.then !== 'function') return outcome
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} did not answer within ${deadline / 1000} s`)), deadline)
  })
  try {
    return await Promise.race([outcome, late])
  } finally {
    clearTimeout(timer)
  }
}
