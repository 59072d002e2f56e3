/** A fenced block of a document. */
export type Block = {
  readonly language: string
  /** What stands behind the language, e.g. `file=wiki.yaml`. */
  readonly info: string
  readonly text: string
  /** Of its first fence, from 1. */
  readonly line: number
}

export const blocksOf = (markdown: string): readonly Block[] => {
  const blocks: Block[] = []
  for (const found of markdown.matchAll(/^```(\w*) *([^\n]*)\n([\s\S]*?)^```$/gm)) {
    const [, language = '', info = '', text = ''] = found
    blocks.push({ language, info, text, line: markdown.slice(0, found.index).split('\n').length })
  }
  return blocks
}

const part = /(<!-- generated: ([\w-]+) -->\n)(?:[\s\S]*?\n)?(<!-- \/generated -->)/g

/** The document with its generated parts (`<!-- generated: NAME -->` … `<!-- /generated -->`) as they are now. Throws for a name that `parts` has not. */
export const renewed = (markdown: string, parts: Readonly<Record<string, () => string>>): string =>
  markdown.replaceAll(part, (_, start: string, name: string, end: string) => {
    const make = parts[name]
    if (!make) throw new Error(`nothing makes the generated part "${name}"; there are ${Object.keys(parts).join(', ')}`)
    return `${start}\n${make().trim()}\n\n${end}`
  })

/** A table whose cells may hold any text. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/** The cells of a table, with its head and without the line below that; `head` is how its first line begins. Empty where there is none. */
export const rowsOf = (markdown: string, head: string): readonly (readonly string[])[] => {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith(head))
  if (start < 0) return []
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'))
  return lines
    .slice(start, end < 0 ? undefined : end)
    .filter((_, at) => at !== 1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}
