/** Numbers in [0, 1) that follow from a seed (mulberry32), so that a failure can be had again. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `CRASH_SEED`, else one of the moment. */
export const crashSeed = (): number => Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)

/** Does `work` and says the seed where it fails. */
export async function seeded(seed: number, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw new Error(`failed with CRASH_SEED=${seed}`, { cause: error })
  }
}
