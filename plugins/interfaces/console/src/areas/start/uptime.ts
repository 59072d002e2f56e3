const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** A length of time in its two largest units; at least a minute. */
export const spanOf = (seconds: number): readonly (readonly [number, (typeof units)[number][0]])[] => {
  const parts: (readonly [number, (typeof units)[number][0]])[] = []
  let left = Math.max(60, seconds)
  for (const [unit, length] of units) {
    const value = Math.floor(left / length)
    left -= value * length
    if (value > 0) parts.push([value, unit])
    else if (parts.length > 0) break
  }
  return parts.slice(0, 2)
}
