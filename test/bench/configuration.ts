import { openPlane, readCatalog } from '../../core/configuration/house.ts'
import { readDocument } from '../../core/configuration/document.ts'
import type { Change } from '../../core/configuration/plane-types.ts'
import { openDatabase } from '../../core/data/database.ts'
import { createSeal } from '../../core/keys/seal.ts'
import { median, timed, type Figure } from './figures.ts'

const tries = 20
const silent = () => {}
const log = { debug: silent, info: silent, warn: silent, error: silent }

/** Pairs of a provider and its application, each with a secret. */
const documentOf = (count: number, lifetime = 60): string => {
  const indices = Array.from({ length: count }, (_, index) => index)
  const provider = (index: number) =>
    `  p${index}: { type: oidc, with: { clientSecret: secret-of-thirty-two-characters-${index}, redirectUris: [http://127.0.0.1/${index}], codeLifetime: ${lifetime} } }`
  const application = (index: number) => `  p${index}: { name: Application ${index}, provider: p${index} }`
  return ['version: 1', 'providers:', ...indices.map(provider), 'applications:', ...indices.map(application)].join('\n')
}

const changeOf = (text: string): Change => {
  const read = readDocument(text, 'bench.yaml')
  if ('problems' in read) throw new Error(read.problems[0]?.message)
  return { documents: [read.document], owner: 'bench', actor: { type: 'cli', name: 'bench' } }
}

/** What a change of the configuration costs, in a process that has it loaded. */
export const configuration = async (): Promise<readonly Figure[]> => {
  const catalog = await readCatalog()
  const seal = createSeal('k'.repeat(32))
  const open = async () => {
    const database = await openDatabase({ url: 'sqlite::memory:' })
    await database.migrate()
    const clock = { now: () => new Date() }
    return { database, plane: await openPlane({ database, seal, clock, log, hash: async () => '' }, catalog) }
  }
  const must = async (plane: Awaited<ReturnType<typeof open>>['plane'], text: string) => {
    const done = await plane.commit(changeOf(text))
    if (!('revision' in done)) throw new Error(JSON.stringify(done))
  }

  const { database, plane } = await open()
  const applied = await timed(() => must(plane, documentOf(1000)))
  plane.close()
  await database.close()

  const small = await open()
  await must(small.plane, documentOf(500))
  const times: number[] = []
  for (let count = 0; count < tries; count += 1) times.push(await timed(() => must(small.plane, documentOf(1, 10 + count))))
  const unchanged = await timed(() => must(small.plane, documentOf(500)))
  small.plane.close()
  await small.database.close()
  const commit = median(times)
  return [
    { what: 'commit of one object among 1,000, median', value: commit, unit: 'ms', aim: 'at most 50 ms', met: commit <= 50 },
    { what: 'apply of 2,000 objects to an empty configuration', value: applied, unit: 'ms' },
    { what: 'apply of 1,000 objects that are as they were', value: unchanged, unit: 'ms' },
  ]
}
