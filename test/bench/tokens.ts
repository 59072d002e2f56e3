import type { Figure } from './figures.ts'
import { rates, workers, type Rate, type Work } from './load.ts'
import { apart, cores } from './process.ts'
import { accessToken, clientCredentials, cycle, introspect, jwks, refresh, refreshToken, userinfo } from './relying-party.ts'
import { startOurs, startScript, startTheirs, type Subject } from './servers.ts'
import { startStores, type SetUp } from './stores.ts'

type Alg = 'ES256' | 'RS256'

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

/** An access token lives for ten minutes: each work has one of its own. */
const showing =
  (work: (party: Subject, token: string) => Promise<void>) =>
  async (subject: Subject): Promise<Work> => {
    const token = await accessToken(subject, subject.origin)
    return { pid: subject.pid, run: () => work(subject, token) }
  }

const plainly =
  (work: (party: Subject) => Promise<void>) =>
  async (subject: Subject): Promise<Work> => ({ pid: subject.pid, run: () => work(subject) })

type Measured = { readonly work: (subject: Subject) => Promise<Work>; readonly least: Readonly<Record<Alg, number>> }

const measured: Readonly<Record<string, Measured>> = {
  'client credentials': { work: plainly(clientCredentials), least: { ES256: 2, RS256: 1 } },
  'code and PKCE': { work: plainly(cycle), least: { ES256: 2, RS256: 1.3 } },
  refresh: { work: refreshing, least: { ES256: 2, RS256: 1 } },
  introspection: { work: showing(introspect), least: { ES256: 2, RS256: 2 } },
  userinfo: { work: showing(userinfo), least: { ES256: 3, RS256: 3 } },
  'the keys': { work: plainly(jwks), least: { ES256: 2, RS256: 2 } },
}

const compared = (what: string, { ours, theirs }: Record<'ours' | 'theirs', Rate>, aim: number): readonly Figure[] => {
  const ratio = ours.perCpuSecond / theirs.perCpuSecond
  return [
    { what: `${what}, ours`, value: ours.perSecond, unit: '/s' },
    { what: `${what}, ours`, value: ours.perCpuSecond, unit: '/CPU-s' },
    { what: `${what}, oidc-provider`, value: theirs.perSecond, unit: '/s' },
    { what: `${what}, oidc-provider`, value: theirs.perCpuSecond, unit: '/CPU-s' },
    { what: `${what}, ours to theirs`, value: ratio, unit: '×', aim: `at least ${aim} ×`, met: ratio >= aim },
  ]
}

/** Signed tokens beside the signatures that the same core can make. */
const ofTheLimit = async (alg: Alg, on: string, { perCpuSecond }: Rate): Promise<readonly Figure[]> => {
  const signer = await startScript('signer.ts', [alg, '4000'], cores.server)
  await signer.stop()
  const limit: Rate = JSON.parse(signer.line)
  const share = (perCpuSecond / limit.perCpuSecond) * 100
  const aim = alg === 'RS256' ? { aim: 'at least 85 %', met: share >= 85 } : {}
  return [
    { what: `${alg} signatures, bare`, value: limit.perCpuSecond, unit: '/CPU-s' },
    { what: `client credentials, ${alg}, ${on}, of the signing limit`, value: share, unit: '%', ...aim },
  ]
}

/**
 * What relying parties ask for, beside `oidc-provider`, in the same run and by the same algorithm: ours on its database, theirs in memory. The
 * time of PostgreSQL and Redis, which run on the core of the load, is in the rates per second only.
 */
export const tokens =
  (alg: Alg, setUp: SetUp = 'SQLite', only: readonly string[] = Object.keys(measured)) =>
  async (): Promise<readonly Figure[]> => {
    const stores = await startStores(setUp)
    const [ours, theirs] = [await startOurs(alg, await stores.env()), await startTheirs(alg)]
    const figures: Figure[] = []
    try {
      await apart([ours.pid, theirs.pid], async () => {
        for (const [what, { work, least }] of Object.entries(measured)) {
          if (!only.includes(what)) continue
          const both = await rates({ ours: await work(ours), theirs: await work(theirs) })
          figures.push(...compared(`${what}, ${alg}, ${setUp}`, both, least[alg]))
          if (what === 'client credentials') figures.push(...(await ofTheLimit(alg, setUp, both.ours)))
        }
      })
      return figures
    } finally {
      await ours.stop()
      await theirs.stop()
      await stores.stop()
    }
  }
