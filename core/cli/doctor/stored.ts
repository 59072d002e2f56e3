import { existsSync } from 'node:fs'
import type { ApplyInput } from '../../configuration/commands.ts'
import { problemText } from '../../configuration/problem.ts'
import { resealAll, type Resealed, resealedText } from '../../configuration/reseal.ts'
import { isPostgresql, sqliteFile } from '../../data/address.ts'
import { dataFiles } from '../../options/data-files.ts'
import type { Options } from '../../options/options.ts'
import type { JobTrouble } from '../../jobs/look.ts'
import { callServer } from '../client.ts'
import type { Finding } from './finding.ts'

const subject = 'stored objects'
const fix = 'bring back what it needs, or change it by "sluice apply"'

const findingsOf = (problems: readonly string[]): readonly Finding[] =>
  problems.length === 0
    ? [{ level: 'ok', subject, text: 'all are in use' }]
    : problems.map((text) => ({ level: 'error', subject, text, fix }))

const findingsOfJobs = (troubles: readonly JobTrouble[]): readonly Finding[] =>
  troubles.map(({ detail, fix: cure }) => ({ level: 'warning', subject: 'jobs', text: detail, fix: cure }))

/** What is still sealed with the previous secret key; without one there is nothing to tell. */
const findingsOfSeals = (options: Options, counts: Resealed | undefined): readonly Finding[] => {
  if (options.secretKeyPrevious === undefined || !counts) return []
  const { signingKeys, objects, revisions, devices, auditKey } = counts
  if (signingKeys + objects + revisions + devices + auditKey === 0)
    return [
      {
        level: 'ok',
        subject: 'previous secret key',
        text: 'nothing stored needs it; refresh tokens from before the change do, as long as they last',
      },
    ]
  return [
    {
      level: 'warning',
      subject: 'previous secret key',
      text: `still sealed with it: ${resealedText(counts)}; without it none of that could be read`,
      fix: 'run "sluice secret-key rotate" before you remove SLUICE_SECRET_KEY_PREVIOUS',
    },
  ]
}

/** What is found of the stored configuration, and of the files over it; nothing where there is no database yet. */
export type Stored = { readonly findings: readonly Finding[]; readonly problemsOfFiles: readonly string[] }

const ofServer = async (options: Options, env: ApplyInput['documents'][number]['env']): Promise<Stored> => {
  const { dataDir, apply } = options
  const { socket } = dataFiles(dataDir)
  const { documentsToSend } = await import('../../configuration/send.ts')
  const { documents, problems } = documentsToSend(apply, '', env)
  const answer = await callServer(socket, 'broken', {})
  const jobs = await callServer(socket, 'jobs', {})
  const sealed = options.secretKeyPrevious === undefined ? undefined : await callServer(socket, 'reseal', { dry: true })
  const planned = await callServer(socket, 'apply', { documents, plan: true, prune: false, owner: 'file', by: 'doctor' })
  return {
    findings: [...findingsOf(answer?.problems ?? []), ...findingsOfJobs(jobs?.troubles ?? []), ...findingsOfSeals(options, sealed)],
    problemsOfFiles: [...problems.map(problemText), ...(planned && 'problems' in planned ? planned.problems : [])],
  }
}

const ofDatabase = async (options: Options, env: Readonly<Record<string, string | undefined>>): Promise<Stored> => {
  const [{ withDatabase }, house, { sealOf }, { troublesOfJobs }] = await Promise.all([
    import('../local.ts'),
    import('../../configuration/house.ts'),
    import('../../options/seal.ts'),
    import('../../jobs/look.ts'),
  ])
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const catalog = await house.readCatalog()
  return withDatabase(options, async (database) => {
    const seal = sealOf(options)
    const plane = await house.openPlane({ database, seal, clock: { now: () => new Date() }, log, hash: async () => '' }, catalog)
    try {
      const documents = house.readDocuments(options, env)
      const troubles = await troublesOfJobs(database, Date.now())
      const planned = await plane.plan({ documents, owner: 'file', actor: { type: 'file', name: 'doctor' } })
      return {
        // While no server runs, whatever comes due is late: that tells nothing.
        findings: [
          ...findingsOf((await plane.broken()).map(problemText)),
          ...findingsOfJobs(troubles.filter(({ code }) => code === 'dead-jobs')),
          ...findingsOfSeals(options, await resealAll(database, seal, { dry: true })),
        ],
        problemsOfFiles: 'problems' in planned ? planned.problems.map(problemText) : [],
      }
    } finally {
      plane.close()
    }
  })
}

/** Looks at the stored configuration through the server that runs, else in the database, if that is there and up to date. */
export const examineStored = async (
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
  state: { readonly serverRuns: boolean; readonly databaseIsFine: boolean },
): Promise<Stored | undefined> => {
  if (state.serverRuns) return ofServer(options, env)
  const { databaseUrl, dataDir, secretKey } = options
  const hasKey = secretKey !== undefined || existsSync(dataFiles(dataDir).secretKey)
  const file = sqliteFile(databaseUrl)
  const isThere = file === undefined ? isPostgresql(databaseUrl) : existsSync(file)
  return state.databaseIsFine && hasKey && isThere ? ofDatabase(options, env) : undefined
}
