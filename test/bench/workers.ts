import type { Figure } from './figures.ts'
import { rates, type Work } from './load.ts'
import { clientCredentials, cycle } from './relying-party.ts'
import { startOurs, type Subject } from './servers.ts'
import { startStores } from './stores.ts'

const works: Readonly<Record<string, (subject: Subject) => Promise<unknown>>> = {
  'client credentials': clientCredentials,
  'code and PKCE': cycle,
}

/**
 * One worker beside two on PostgreSQL. Nothing is pinned: load, PostgreSQL and workers share the cores, so on two of them the rate per second
 * cannot double; that a second worker costs nothing by itself shows in the rate per second of CPU time, of the server with all its processes.
 */
export const workers = async (): Promise<readonly Figure[]> => {
  const stores = await startStores('PostgreSQL')
  const [one, two] = [
    await startOurs('ES256', { ...(await stores.env()), SLUICE_WORKERS: '1' }),
    await startOurs('ES256', { ...(await stores.env()), SLUICE_WORKERS: '2' }),
  ]
  try {
    const figures: Figure[] = []
    for (const [what, work] of Object.entries(works)) {
      const of = (subject: Subject): Work => ({ pid: subject.pid, run: () => work(subject) })
      const measured = await rates({ one: of(one), two: of(two) })
      const times = measured.two.perSecond / measured.one.perSecond
      const name = `${what}, ES256, PostgreSQL`
      figures.push(
        { what: `${name}, one worker`, value: measured.one.perSecond, unit: '/s' },
        { what: `${name}, two workers`, value: measured.two.perSecond, unit: '/s' },
        { what: `${name}, two to one`, value: times, unit: '×', aim: 'at least 1.6 ×', met: times >= 1.6 },
        { what: `${name}, two to one, by CPU time`, value: measured.two.perCpuSecond / measured.one.perCpuSecond, unit: '×' },
      )
    }
    return figures
  } finally {
    await one.stop()
    await two.stop()
    await stores.stop()
  }
}
