/** What `POST /flows/<slug>/simulate` answers, as far as it is shown. */
export type Reason = {
  readonly of: string
  readonly said: 'yes' | 'no' | 'failed' | 'inactive'
  readonly negated: boolean
  readonly detail?: string
  readonly line?: number
  readonly column?: number
}
export type AskedField = {
  readonly name: string
  readonly label?: string
  readonly required: boolean
  readonly options?: readonly string[]
}
export type TraceLine =
  | {
      readonly step: string
      readonly did: 'ask'
      readonly title: string
      readonly fields: readonly AskedField[]
      readonly answered: readonly string[]
      readonly assumed?: string
    }
  | { readonly step: string; readonly did: 'test'; readonly verdict: string; readonly reasons: readonly Reason[]; readonly ms: number }
  | { readonly step: string; readonly did: 'show' | 'submit' | 'close'; readonly verdict: string; readonly ms: number }

export type Report = {
  readonly flow: string
  readonly title: string
  readonly trace: readonly TraceLine[]
  readonly effects: readonly { readonly effect: string; readonly data: unknown }[]
  readonly claims: readonly { readonly key: string; readonly did: string; readonly by?: number }[]
} & (
  | { readonly ends: 'closed'; readonly methods: readonly string[]; readonly username?: string; readonly session: boolean }
  | { readonly ends: 'denied'; readonly why: string }
  | {
      readonly ends: 'asks'
      readonly step: string
      readonly lacking: readonly AskedField[]
      readonly errors: Readonly<Record<string, string>>
      readonly notice?: string
    }
  | { readonly ends: 'failed'; readonly step: string; readonly reason: string }
  | { readonly ends: 'throttled' }
)

/** What became of a step: a key of its word and its colour. */
export type Verdict = 'unreached' | 'passed' | 'skipped' | 'holds' | 'asks' | 'wrong' | 'denied' | 'failed' | 'ended'
export type Visit = { readonly step: string; readonly verdict: Verdict; readonly lines: readonly TraceLine[]; readonly ms: number }

const verdictOf = (line: TraceLine): Verdict => {
  if (line.did === 'ask') return 'asks'
  if (line.did === 'close') return line.verdict === 'refused' ? 'denied' : 'ended'
  if (line.did === 'test') return line.verdict === 'yes' ? 'holds' : line.verdict === 'no' ? 'skipped' : 'failed'
  const of: Readonly<Record<string, Verdict>> = { pass: 'passed', retry: 'wrong', deny: 'denied', ask: 'asks' }
  return of[line.verdict] ?? 'failed'
}

/** Each stay at a step, in order: what belongs together in one. */
export const visitsOf = ({ trace, ...report }: Report): readonly Visit[] => {
  const visits: { step: string; lines: TraceLine[] }[] = []
  for (const line of trace) {
    const last = visits.at(-1)
    if (last?.step === line.step) last.lines.push(line)
    else visits.push({ step: line.step, lines: [line] })
  }
  return visits.map(({ step, lines }, index) => {
    const verdict = verdictOf(lines.at(-1) as TraceLine)
    const broke = report.ends === 'failed' && index === visits.length - 1
    return { step, lines, verdict: broke ? 'failed' : verdict, ms: lines.reduce((sum, line) => sum + ('ms' in line ? line.ms : 0), 0) }
  })
}

/** Fields whose values are not for bystanders. */
export const isSecret = (name: string): boolean => /pass|secret|token|code|pin\b/i.test(name)
