import type { Figure } from './figures.ts'
import { rates, workers, type Rate, type Work } from './load.ts'
import { apart } from './process.ts'
import { cycle, refresh, refreshToken } from './relying-party.ts'
import { startOurs, startTheirs, type Subject } from './servers.ts'

const refreshing = async (subject: Subject): Promise<Work> => {
  const tokens: string[] = []
  // One after the other: a session of theirs asks for one consent at a time.
  while (tokens.length < workers) tokens.push(await refreshToken(subject, subject.origin))
  return {
    pid: subject.pid,
    run: async (worker: number) => {
      tokens[worker] = await refresh(subject, tokens[worker] ?? '')
    },
  }
}

const compared = (what: string, { ours, theirs }: Record<'ours' | 'theirs', Rate>, aim?: number): readonly Figure[] => {
  const ratio = ours.perCpuSecond / theirs.perCpuSecond
  return [
    { what: `${what}, ours`, value: ours.perSecond, unit: '/s' },
    { what: `${what}, ours`, value: ours.perCpuSecond, unit: '/CPU-s' },
    { what: `${what}, oidc-provider`, value: theirs.perSecond, unit: '/s' },
    { what: `${what}, oidc-provider`, value: theirs.perCpuSecond, unit: '/CPU-s' },
    { what: `${what}, ours to theirs`, value: ratio, unit: '×', ...(aim !== undefined && { aim: `at least ${aim} ×`, met: ratio >= aim }) },
  ]
}

/** Codes with PKCE and refreshes, beside `oidc-provider`: ours on its database, theirs in memory. */
export const tokens = async (alg: 'ES256' | 'RS256', aim: number): Promise<readonly Figure[]> => {
  const [ours, theirs] = [await startOurs(alg), await startTheirs(alg)]
  try {
    return await apart([ours.pid, theirs.pid], async () => {
      const cycles = await rates({
        ours: { pid: ours.pid, run: () => cycle(ours) },
        theirs: { pid: theirs.pid, run: () => cycle(theirs) },
      })
      const refreshes = await rates({ ours: await refreshing(ours), theirs: await refreshing(theirs) })
      return [...compared(`code and PKCE, ${alg}`, cycles, aim), ...compared(`refresh, ${alg}`, refreshes)]
    })
  } finally {
    await ours.stop()
    await theirs.stop()
  }
}
