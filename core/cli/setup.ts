import { problemText } from '../configuration/problem.ts'
import type { Options } from '../options/options.ts'
import { type Call, Failure } from './command.ts'

/** The options, or a failure that lists everything that is wrong with them. */
export const optionsOf = async ({ env, cwd }: Pick<Call, 'env' | 'cwd'>): Promise<Options> => {
  const { readOptions } = await import('../options/options.ts')
  const result = readOptions({ env, cwd })
  if ('options' in result) return result.options
  throw new Failure(`the options are wrong:\n${result.problems.map((problem) => `  ${problemText(problem)}`).join('\n')}`)
}
