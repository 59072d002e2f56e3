import type { Place, Prepared } from '../types.ts'

/** The engine's file name for programs. */
const frame = /^\s*at (?:.*? \()?program:(\d+)(?::(\d+))?\)?$/gm

/** Takes away what was added to the line before this column. */
const withoutInserts = ({ inserts }: Prepared, line: number, column: number): number => {
  let added = 0
  for (const [at, before, length] of inserts) if (at === line && before + added < column) added += length
  return Math.max(1, column - added)
}

/** The first place of a stack of the engine that lies in the source itself. */
export const firstPlace = (stack: string, program: Prepared, isTraced = false): Place | undefined => {
  for (const [, lineText = '1', columnText = '1'] of stack.matchAll(frame)) {
    const line = Number(lineText)
    const column = line === 1 ? Number(columnText) - program.shift : Number(columnText)
    // The wrapper's own part of the first line.
    if (column < 1) continue
    return { line, column: isTraced ? withoutInserts(program, line, column) : column }
  }
  return undefined
}
