import { type Problem, problemText } from '../configuration/problem.ts'
import type { Mismatch } from '../engine/flow-tests.ts'
import type { CaseResult } from './flow-tests.ts'
import { endText, traceText } from './simulation-text.ts'

type Files = readonly ({ readonly file: string } & (
  | { readonly results: readonly CaseResult[] }
  | { readonly problems: readonly Problem[] }
))[]

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const caseLines = (one: CaseResult): readonly string[] => {
  if (one.ok) return [`  ✓ ${one.name}`]
  if ('problem' in one) return [`  ✗ ${one.name}`, `      ${one.problem}`]
  const line = ({ key, expected, was }: Mismatch) => {
    const message = `expected ${shown(expected)}; was ${shown(was)}`
    return `      ${problemText({ position: one.place(key), path: [key], message })}`
  }
  return [`  ✗ ${one.name}`, ...one.mismatches.map(line), '', traceText(one.report.trace, '        '), `        ${endText(one.report)}`, '']
}

const count = (number: number, what: string) => `${number} ${what}`

/** Results of tests for people: each case, and of those that failed what was expected and what happened. */
export const flowTestsText = (files: Files): string => {
  const results = files.flatMap((file) => ('results' in file ? file.results : []))
  const broken = files.filter((file) => 'problems' in file).length
  const failed = results.filter(({ ok }) => !ok).length
  const summary = [
    count(results.length - failed, 'passed'),
    count(failed, 'failed'),
    ...(broken ? [count(broken, 'files cannot be used')] : []),
  ]
  return [
    ...files.flatMap((file) => [
      file.file,
      ...('results' in file ? file.results.flatMap(caseLines) : file.problems.map((problem) => `  ✗ ${problemText(problem)}`)),
    ]),
    '',
    summary.join(', '),
  ].join('\n')
}
