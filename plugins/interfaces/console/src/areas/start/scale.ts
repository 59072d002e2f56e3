const factors = [1, 2, 5, 10]

/** Marks of an axis from 0 to at least `most`, whole and round: about `wanted` of them. */
export const ticksTo = (most: number, wanted = 4): readonly number[] => {
  const rough = Math.max(1, most / wanted)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, (factors.find((factor) => factor * power >= rough) ?? 10) * power)
  const count = Math.max(1, Math.ceil(most / step))
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

/** Which of so many columns have room for a label: evenly, counted from the last one, which is now. */
export const labelled = (columns: number, room: number): ReadonlySet<number> => {
  const every = Math.max(1, Math.ceil(columns / Math.max(1, room)))
  return new Set(Array.from({ length: Math.ceil(columns / every) }, (_, index) => columns - 1 - index * every))
}
