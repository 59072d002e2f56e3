/** Steps from the root of a document to a value: keys of maps and positions in lists. */
export type Path = readonly (string | number)[]

/** A place in a file as editors count: the first line and the first column are 1. */
export type Position = { readonly file: string; readonly line: number; readonly column: number }

/** Something that a person has to put right. `message` names the value, the reason and, where there is one, the fix. */
export type Problem = { readonly position?: Position | undefined; readonly path?: Path | undefined; readonly message: string }

const plainKey = /^[A-Za-z0-9_$-]+$/

/** `providers.flaskdemo.with.redirectUris[0]` */
export const pathText = (path: Path): string => {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (plainKey.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}

/** One line: `sluice.yml:12:5: providers.flaskdemo.type: unknown …` */
export const problemText = ({ position, path, message }: Problem): string => {
  const parts: string[] = []
  if (position) parts.push(`${position.file}:${position.line}:${position.column}`)
  if (path && path.length > 0) parts.push(pathText(path))
  return [...parts, message].join(': ')
}

/** As a person reads: by file, line and column; what has no place comes first, by path. */
export const inOrder = (problems: readonly Problem[]): readonly Problem[] => {
  const sorted = problems.toSorted(({ position: a, path: of }, { position: b, path: to }) =>
    a && b
      ? a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column
      : Number(a !== undefined) - Number(b !== undefined) || pathText(of ?? []).localeCompare(pathText(to ?? [])),
  )
  const told = new Set<string>()
  return sorted.filter((problem) => {
    const text = problemText(problem)
    if (told.has(text)) return false
    told.add(text)
    return true
  })
}
