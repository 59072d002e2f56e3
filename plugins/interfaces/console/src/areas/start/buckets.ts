/** Sign-ins of a span of time. `at`: its begin. */
export type Bucket = { readonly at: string; readonly succeeded: number; readonly failed: number }

/** Hours gathered into days. `dayOf` tells which day a moment is in: that of the people who look, not that of the server. */
export const byDay = (hours: readonly Bucket[], dayOf: (at: Date) => string): readonly Bucket[] => {
  const days = new Map<string, Bucket>()
  for (const { at, succeeded, failed } of hours) {
    const key = dayOf(new Date(at))
    const day = days.get(key) ?? { at, succeeded: 0, failed: 0 }
    days.set(key, { at: day.at, succeeded: day.succeeded + succeeded, failed: day.failed + failed })
  }
  return [...days.values()]
}

export const localDay = (at: Date): string => `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`

/** The begin of the day some days before, in the time zone of who looks: a clock that is put forward or back does not move it. */
export const daysBefore = (now: Date, days: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() - days)
