import type { SimulationReport } from '../access/simulator.ts'
import type { Claim } from '../store/overlay.ts'

type Line = SimulationReport['trace'][number]
type Reason = (Line & { readonly did: 'test' })['reasons'][number]

const words = {
  pass: 'passes',
  retry: 'is wrong',
  deny: 'denies',
  ask: 'asks again',
  yes: 'holds',
  no: 'does not hold',
  failed: 'FAILED',
} as const

const reasonText = ({ of, said, negated, detail }: Reason): string =>
  `${negated ? 'not ' : ''}${of}: ${said}${detail === undefined ? '' : ` (${detail})`}`

const askedText = ({ title, fields, answered, assumed }: Line & { readonly did: 'ask' }): string => {
  const asked = fields.map(({ name }) => (answered.includes(name) ? name : `${name} (no answer)`))
  const how = assumed === undefined ? asked.join(', ') : `assumed: ${assumed}`
  return `“${title}”${how && `  ${how}`}`
}

/** Step, what happened there, and more lines about it. */
const rowOf = (line: Line): readonly [step: string, did: string, more: readonly string[]] => {
  switch (line.did) {
    case 'ask':
      return [line.step, 'asks', [askedText(line)]]
    case 'test':
      return [line.step, words[line.verdict], line.reasons.map(reasonText)]
    case 'close':
      return ['', line.verdict === 'refused' ? 'cannot end' : 'ends', []]
    case 'show':
    case 'submit':
      return [line.step, words[line.verdict], []]
  }
}

/** The trace as a table. */
export const traceText = (trace: SimulationReport['trace'], indent = '  '): string => {
  const rows = trace.map(rowOf)
  const width = Math.max(0, ...rows.map(([step]) => step.length))
  const didWidth = Math.max(0, ...rows.map(([, did]) => did.length))
  // A step is named where it begins, like a heading.
  return rows
    .map(([step, did, more], index) => {
      const name = step === rows[index - 1]?.[0] ? '' : step
      const next = `\n${' '.repeat(indent.length + width + didWidth + 4)}`
      return `${indent}${name.padEnd(width)}  ${did.padEnd(didWidth)}  ${more.join(next)}`.trimEnd()
    })
    .join('\n')
}

/** How it ended, in a sentence. */
export const endText = (report: SimulationReport): string => {
  switch (report.ends) {
    case 'closed': {
      const by = report.methods.length > 0 ? ` (${report.methods.join(', ')})` : ''
      return report.session ? `Signs in ${report.username ?? 'nobody'}${by}.` : `Ends well${by}.`
    }
    case 'denied':
      return `Denied: ${report.why}`
    case 'asks': {
      const errors = Object.values(report.errors)
      if (errors.length > 0) return `Goes no further than ${report.step}: ${errors.join(' ')}`
      if (report.lacking.length === 0)
        return `Goes no further than ${report.step}, where it was before${report.notice ? `: ${report.notice}` : '.'}`
      const lacking = report.lacking.map(({ name, options }) => `${name}${options ? ` (${options.join(', ')})` : ''}`)
      return `Waits at ${report.step} for an answer to: ${lacking.join(', ')}`
    }
    case 'failed':
      return `Fails at ${report.step}: ${report.reason}`
    case 'throttled':
      return 'Refused: too many runs were begun from this address.'
  }
}

const claimText = ({ key, did, by }: Claim): string => (did === 'count' ? `count ${key} by ${by}` : `${did} ${key}`)

/** A simulation for people. */
export const simulationText = (report: SimulationReport): string => {
  const writes = [
    ...report.effects.map(({ effect, data }) => `${effect} ${JSON.stringify(data)}`),
    ...report.claims.map((claim) => `${claimText(claim)} (at once)`),
  ]
  const parts = [`${report.title} (${report.flow})`, traceText(report.trace), endText(report)]
  if (writes.length > 0) parts.push(`It would write:\n${writes.map((line) => `  ${line}`).join('\n')}`)
  return parts.filter((part) => part !== '').join('\n\n')
}
