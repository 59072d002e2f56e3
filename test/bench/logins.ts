import type { Figure } from './figures.ts'
import { rates, type Rate } from './load.ts'
import { logIn } from './people.ts'
import { apart, cores } from './process.ts'
import { startOurs, startScript } from './servers.ts'
import { startStores, type SetUp } from './stores.ts'

const bound = async (): Promise<Rate> => {
  const hasher = await startScript('hasher.ts', ['4000'], cores.server)
  await hasher.stop()
  return JSON.parse(hasher.line)
}

/** Whole sign-ins, three requests each, beside the hashes that the same core can do. */
export const logins = (setUp: SetUp) => async (): Promise<readonly Figure[]> => {
  const before = await bound()
  const stores = await startStores(setUp)
  const server = await startOurs('RS256', await stores.env())
  try {
    let next = 0
    const { ours } = await apart([server.pid], () => rates({ ours: { pid: server.pid, run: () => logIn(server.http, next++) } }))
    const after = await bound()
    const hashes = { perSecond: (before.perSecond + after.perSecond) / 2, perCpuSecond: (before.perCpuSecond + after.perCpuSecond) / 2 }
    const share = ours.perCpuSecond / hashes.perCpuSecond
    return [
      { what: 'Argon2id hashes, bare', value: hashes.perSecond, unit: '/s' },
      { what: 'Argon2id hashes, bare', value: hashes.perCpuSecond, unit: '/CPU-s' },
      { what: `password sign-ins, ${setUp}`, value: ours.perSecond, unit: '/s' },
      { what: `password sign-ins, ${setUp}`, value: ours.perCpuSecond, unit: '/CPU-s' },
      { what: `password sign-ins of the bound, ${setUp}`, value: share * 100, unit: '%', aim: 'at least 80 %', met: share >= 0.8 },
    ]
  } finally {
    await server.stop()
    await stores.stop()
  }
}
