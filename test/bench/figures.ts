/** The value that this share of the others does not exceed. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new Error('there is nothing to take a percentile of')
  return value
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** Milliseconds that some work takes. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

/** One line of the report. `aim` says in words what was hoped for, `met` whether it came true. */
export type Figure = {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly aim?: string
  readonly met?: boolean
}

const shown = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2))

export const table = (figures: readonly Figure[]): string => {
  const rows = figures.map(({ what, value, unit, aim = '', met }) => [what, shown(value), unit, aim && `${met ? 'met' : 'missed'}: ${aim}`])
  const all = [['what', 'value', 'unit', 'aim'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)))
  return all
    .map(([what = '', value = '', unit = '', aim = '']) =>
      `${what.padEnd(widths[0]!)}  ${value.padStart(widths[1]!)}  ${unit.padEnd(widths[2]!)}  ${aim}`.trimEnd(),
    )
    .join('\n')
}
