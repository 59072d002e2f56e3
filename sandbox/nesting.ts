/** Characters of unfinished constructs around each other that Node's remover of types surely manages. */
const most = 1500
/** Levels of brackets, likewise: it manages 300 of the worst kind and not 600. */
const deepestBrackets = 200

const continues =
  /(?:[^\w$)\]}"'`;,]|\b(?:new|await|keyof|typeof|void|delete|else|do|in|of|instanceof|extends|readonly|infer|unique|as|is))\s*$/
const head = /^\s*(?:\}?\s*else\s+)?(?:if|for|while|with)\b.*\)\s*$/
const begins = /^\s*[\w$"'`{}]/

/**
 * May the source nest more deeply than Node's remover of types can bear? It recurses in WebAssembly memory of its own, and once that overflowed it
 * fails for the rest of the process, so it must never see such a source. An estimate from brackets and from how long nothing was finished, which
 * knows no grammar: it only ever has to be right about sources that are absurd.
 */
export const nestsTooDeeply = (source: string): boolean => {
  // Each level's unfinished characters; their sum is what counts.
  const levels = [0]
  let sum = 0
  const finish = (): void => {
    sum -= levels.at(-1)!
    levels[levels.length - 1] = 0
  }
  if (source.split('<').length > most / 3) return true
  const lines = source.split('\n')
  for (const [at, line] of lines.entries()) {
    for (const character of line) {
      if ('([{'.includes(character)) levels.push(0)
      else if (')]}'.includes(character) && levels.length > 1) {
        finish()
        levels.pop()
      } else if (character === ';' || character === ',') finish()
      else if (character > ' ') {
        levels[levels.length - 1]! += 1
        sum++
      }
      if (sum > most || levels.length > deepestBrackets) return true
    }
    if (!continues.test(line) && !head.test(line) && begins.test(lines[at + 1] ?? '')) finish()
  }
  return false
}
