/** Edits (insert, delete, replace, swap neighbours) between two words; gives up early above `limit` and then says `limit + 1`. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      let least = Math.min(previous[column]! + 1, current[column - 1]! + 1, replaced)
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) least = Math.min(least, before[column - 2]! + 1)
      current.push(least)
    }
    if (Math.min(...current) > limit) return limit + 1
    before = previous
    previous = current
  }
  return previous[b.length]!
}

const longest = 100

/** The candidate that was probably meant: a third of its letters wrong at most. Case and the kind of separator do not count. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  if (word.length > longest) return undefined
  const fold = (text: string) => text.toLowerCase().replaceAll(/[-_. ]/g, '')
  const folded = fold(word)
  let best: string | undefined
  let least = Math.floor(Math.max(folded.length, 3) / 3) + 1
  for (const candidate of candidates) {
    const edits = distance(folded, fold(candidate), least)
    if (edits < least) {
      best = candidate
      least = edits
    }
  }
  return best
}

/** `; did you mean "redirectUris"?`, or nothing: made to follow a message. */
export const didYouMean = (word: string, candidates: Iterable<string>): string => {
  const guess = nearest(word, candidates)
  return guess === undefined || guess === word ? '' : `; did you mean "${guess}"?`
}
