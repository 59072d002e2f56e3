import { type Command, jsonFlag } from './command.ts'
import type { Finding } from './doctor/finding.ts'

const lines = ({ level, subject, text, fix }: Finding, width: number): string => {
  const indent = ' '.repeat(9 + width)
  const said = text.split('\n').join(`\n${indent}`)
  return `${level.padEnd(7)}  ${subject.padEnd(width - 2)}  ${said}${fix ? `\n${indent}→ ${fix}` : ''}`
}

const summary = (findings: readonly Finding[]): string => {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length
  const [errors, warnings] = [count('error'), count('warning')]
  return errors + warnings === 0
    ? 'All is well.'
    : `${errors} error${errors === 1 ? '' : 's'}, ${warnings} warning${warnings === 1 ? '' : 's'}.`
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look for what is wrong with this installation',
  details: ['Changes nothing. Ends with 1 if there is an error.'],
  flags: { json: jsonFlag },
  async run({ flags, terminal, env, cwd }) {
    const { examine } = await import('./doctor/examine.ts')
    const findings = await examine({ env, cwd })
    const width = Math.max(...findings.map(({ subject }) => subject.length)) + 2
    terminal.out(
      flags['json']
        ? JSON.stringify(findings, null, 2)
        : [...findings.map((finding) => lines(finding, width)), '', summary(findings)].join('\n'),
    )
    return findings.some(({ level }) => level === 'error') ? 1 : 0
  },
}
