import type { Place } from './types.ts'

/** Characters of a text in a place. */
const shown = 80

/** Places of offsets in a source. */
export const placesOf = (source: string): ((start: number, end?: number) => Required<Place>) => {
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return (start, end = start + 1) => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= start) low = middle
      else high = middle - 1
    }
    const text = source.slice(start, end)
    return { line: low + 1, column: start - starts[low]! + 1, text: text.length > shown ? `${text.slice(0, shown - 1)}…` : text }
  }
}
