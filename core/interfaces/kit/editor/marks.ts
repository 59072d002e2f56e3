/** Something to be marked in a text. Lines and columns count from 1; what has no line is about all of it. */
export type Mark = {
  readonly line?: number
  readonly column?: number
  /** How many characters; by default the word that stands there. */
  readonly length?: number
  readonly detail: string
  /** `decided`: the part that a question was decided by. */
  readonly is?: 'error' | 'warning' | 'decided'
}

/** Where a mark is in a text: never empty, if the text is not. */
export const rangeOf = (text: string, { line = 1, column = 1, length }: Mark): { readonly from: number; readonly to: number } => {
  const lines = text.split('\n')
  const at = Math.min(Math.max(line, 1), lines.length)
  const start = lines.slice(0, at - 1).reduce((sum, before) => sum + before.length + 1, 0)
  const shown = lines[at - 1] ?? ''
  const from = Math.min(start + Math.max(column - 1, 0), start + shown.length)
  if (length !== undefined) return { from, to: Math.min(from + length, text.length) }
  const word = /^(?:[\w$]+(?:\??\.[\w$]+)*|\S+)/.exec(text.slice(from))?.[0].length ?? 0
  const to = Math.min(from + Math.max(word, 1), start + shown.length)
  // At the end of a line there is nothing to underline but the character before it.
  return to > from ? { from, to } : { from: Math.max(start, from - 1), to: from }
}
