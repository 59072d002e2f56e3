import type { ApplyResult } from '../configuration/commands.ts'
import { changeLines, summaryOf } from './changes.ts'
import { Failure } from './command.ts'
import type { Terminal } from './terminal.ts'

type Told = { readonly json: boolean; readonly plan: boolean }

/**
 * Tells what a change of the configuration has done, or would do.
 * @returns the exit code
 */
export const tellOutcome = (result: ApplyResult, terminal: Terminal, { json, plan }: Told): number => {
  if (json) {
    terminal.out(JSON.stringify(result, null, 2))
    return 'changes' in result ? 0 : 1
  }
  if ('problems' in result) {
    throw new Failure(`nothing was changed:\n${result.problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
  if ('conflict' in result) {
    const { head, changes } = result.conflict
    const lines = changeLines(changes)
    throw new Failure(
      `nothing was changed, since somebody else has committed revision ${head} meanwhile; look at it, and try again${lines.length > 0 ? `:\n${lines.join('\n')}` : ''}`,
    )
  }
  const { changes, warnings = [], revision } = result
  for (const warning of warnings) terminal.note(`warning: ${warning}`)
  if (changes.length === 0) {
    terminal.out('Nothing to change.')
    return 0
  }
  terminal.out(changeLines(changes).join('\n'))
  terminal.out(plan ? `\nPlanned: ${summaryOf(changes)}. Nothing was changed.` : `\nRevision ${revision}: ${summaryOf(changes)}.`)
  return 0
}
