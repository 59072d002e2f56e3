export type Line = { readonly is: 'same' | 'removed' | 'added'; readonly text: string }

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

/** How many lines are compared one with another: what is longer is told as removed and added. */
const mostCompared = 2000

/** What was removed and added from one text to another, line by line: the fewest that there can be. */
export const lineDiff = (before: string, after: string): readonly Line[] => {
  const old = linesOf(before)
  const now = linesOf(after)
  const all = (lines: readonly string[], is: Line['is']): Line[] => lines.map((text) => ({ is, text }))
  if (Math.max(old.length, now.length) > mostCompared) return [...all(old, 'removed'), ...all(now, 'added')]

  // common[i][j]: the longest common lines of what follows i in the one and j in the other.
  const width = now.length + 1
  const common = new Uint16Array((old.length + 1) * width)
  const at = (i: number, j: number): number => common[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      common[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))

  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) {
      lines.push({ is: 'same', text: old[i] ?? '' })
      i++
      j++
    } else if (at(i + 1, j) >= at(i, j + 1)) lines.push({ is: 'removed', text: old[i++] ?? '' })
    else lines.push({ is: 'added', text: now[j++] ?? '' })
  }
  return [...lines, ...all(old.slice(i), 'removed'), ...all(now.slice(j), 'added')]
}
