const cost = (row: readonly number[], column: number): number => row[column] ?? Infinity

/** Edits (insert, delete, replace, swap neighbours) between two words; gives up early above `limit` and then says `limit + 1`. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: readonly number[] = []
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = cost(previous, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? cost(before, column - 2) + 1 : Infinity
      current.push(Math.min(replaced, swapped, cost(previous, column) + 1, cost(current, column - 1) + 1))
    }
    if (Math.min(...current) > limit) return limit + 1
    before = previous
    previous = current
  }
  return cost(previous, b.length)
}

const longest = 100

/** The candidate that was probably meant: a third of its letters wrong at most. Case and the kind of separator do not count. */
const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
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

/** Another word that was probably meant, if there is one. */
export const meant = (word: string, candidates: Iterable<string>): string | undefined => {
  const guess = nearest(word, candidates)
  return guess === word ? undefined : guess
}

/** `; did you mean "redirectUris"?`, or nothing: made to follow a message. */
export const didYouMean = (word: string, candidates: Iterable<string>): string => {
  const guess = meant(word, candidates)
  return guess === undefined ? '' : `; did you mean "${guess}"?`
}
