const day = 86_400_000

/** Does it end within two weeks? */
export const endsSoon = (at: string, now = Date.now()): boolean => new Date(at).getTime() - now < 14 * day

/** How long tokens live, in days; `null`: for ever. */
export const lifetimes = [7, 30, 90, 365, null] as const

export const endAfter = (days: number | null, now = Date.now()): string | null =>
  days === null ? null : new Date(now + days * day).toISOString()
