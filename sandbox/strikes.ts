/** Programs that had to be ended by force, by id. */
export type Strikes = {
  add(id: string): void
  /** Were there too many of late? */
  out(id: string): boolean
}

const most = 3
/** Milliseconds after the last strike until a program is tried again: its input may have been to blame, and it may decide who gets in. */
const memory = 5 * 60_000
const kept = 1000

export const createStrikes = (now: () => number = () => performance.now()): Strikes => {
  const strikes = new Map<string, { readonly count: number; readonly at: number }>()
  const recent = (id: string): number => {
    const found = strikes.get(id)
    return found && now() - found.at < memory ? found.count : 0
  }
  return {
    add(id) {
      const count = recent(id) + 1
      strikes.delete(id)
      strikes.set(id, { count, at: now() })
      const [oldest] = strikes.keys()
      if (strikes.size > kept && oldest !== undefined) strikes.delete(oldest)
    },
    out: (id) => recent(id) >= most,
  }
}
