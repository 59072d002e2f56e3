/** Milliseconds. */
const shortest = 100
const longest = 30_000
/** A worker that lived so long, in milliseconds, did not die of its start. */
const settled = 60_000

/** How long to wait before a worker is started anew: longer each time, until one has lived for a minute. */
export const createBackoff = () => {
  let failures = 0
  return {
    /** `lived`: milliseconds from its start to its end. */
    after(lived: number): number {
      failures = lived >= settled ? 1 : failures + 1
      return Math.min(longest, shortest * 2 ** (failures - 1))
    },
  }
}
