import { randomBytes } from 'node:crypto'
import { createSeal, type Seal } from '../keys/seal.ts'
import { inWords, type SimulationReport, wantsOf } from '../access/simulator.ts'
import type { Catalog } from '../configuration/catalog.ts'
import type { FlowCase, FlowTest } from '../configuration/flow-tests.ts'
import { deviceFrom } from '../configuration/pretended-device.ts'
import type { Problem } from '../configuration/problem.ts'
import { didYouMean } from '../configuration/suggest.ts'
import type { Snapshot } from '../configuration/types.ts'
import { mfaOf } from '../configuration/mfa-settings.ts'
import { type Database, openDatabase } from '../data/database.ts'
import { type Mismatch, runFlowTest } from '../engine/flow-tests.ts'
import { CannotSimulate } from '../engine/simulate.ts'
import type { Program } from '../engine/program.ts'
import { createDevices, deviceEffects } from '../identity/devices.ts'
import { createUsers } from '../identity/users.ts'
import { hashSeeds, sow } from '../identity/seeds.ts'
import { offline, type Offline } from './offline.ts'

export type CaseResult = { readonly name: string } & (
  | {
      readonly ok: boolean
      readonly mismatches: readonly Mismatch[]
      readonly report: SimulationReport
      readonly place: FlowCase['place']
    }
  /** It could not be run at all. */
  | { readonly ok: false; readonly problem: string }
)

/** The users of a case's flow are those of its file, in a database in memory. */
type House = Offline & Pick<Snapshot, 'flows' | 'flowAccess' | 'applications' | 'factors'>

/** When nothing is said, it is always the same time, so that tests do not depend on the day. */
const standardTime = '2026-01-01T12:00:00Z'

async function runCase(house: House, program: Program, one: FlowCase): Promise<CaseResult> {
  const { given, name, answers, expect, place } = one
  const { users, simulation, messages, flowAccess, applications } = house
  const locale = given.locale ?? 'en'
  const user = given.user === undefined ? undefined : await users.find(given.user, ['username', 'email'])
  if (given.user !== undefined && !user)
    return { name, ok: false, problem: `there is no user "${given.user}" among the users of this file` }
  const slug = given.application
  const application = slug === undefined ? undefined : applications.get(slug)
  const factors = given.mfa ? { ...house.factors, ...mfaOf(given.mfa).mfa } : house.factors
  try {
    const say = messages.translator(locale)
    const { simulated, mismatches } = await runFlowTest(
      simulation,
      {
        program,
        user: user && { id: user.id, username: user.username },
        request: {
          ip: given.ip ?? '192.0.2.1',
          at: new Date(given.at ?? standardTime),
          locale,
          userAgent: given.userAgent ?? 'test',
          device: given.device && deviceFrom(given.device),
        },
        answers,
        application: application ?? (slug === undefined ? undefined : { slug, name: slug }),
        guards: { flow: flowAccess.get(program.slug), application: application?.access },
        wants: wantsOf(given, factors),
        session: given.session && { methods: given.session },
        knownBrowser: given.knownBrowser,
        mailed: given.mailed,
        assume: given.assume,
        trustedBrowser: given.trustedBrowser,
        factors,
      },
      expect,
      say,
    )
    return { name, ok: mismatches.length === 0, mismatches, report: { ...inWords(simulated, say), title: program.title }, place }
  } catch (error) {
    if (error instanceof CannotSimulate) return { name, ok: false, problem: error.message }
    throw error
  }
}

/** What users have set up in a test is nothing that an authenticator could look at. */
const withPlainFactors = ({ simulation, ...house }: Offline): Offline => ({
  ...house,
  simulation: { ...simulation, ...(simulation.factors && { factors: { ...simulation.factors, plain: true } }) },
})

/** Has users set up what the file says: good for being assumed, and for nothing else. Returns what cannot be. */
async function setUp(database: Database, seal: Seal, test: FlowTest, { factors }: Pick<Snapshot, 'factors'>): Promise<readonly Problem[]> {
  const devices = createDevices({ database, seal, clock: { now: () => new Date() }, log: { error() {} } })
  const users = createUsers(database)
  const problems: Problem[] = []
  for (const [username, kinds] of Object.entries(test.authenticators)) {
    const user = await users.find(username, ['username'])
    const path = ['authenticators', username]
    if (!user) problems.push({ position: test.place(path), path, message: `there is no user "${username}" among the users of this file` })
    for (const [index, kind] of kinds.entries()) {
      const at = [...path, index]
      const message = `there is no authenticator "${kind}" that is enabled${didYouMean(kind, factors.authenticators.keys())}`
      if (!factors.authenticators.has(kind)) problems.push({ position: test.place(at), path: at, message })
      else if (user) {
        const { effect, data } = devices.ofKind(kind, false).add(user.id, { name: '', data: null })
        await database.transaction(async (tx) => void (await deviceEffects[effect]?.(tx, data, Date.now())))
      }
    }
  }
  return problems
}

/**
 * Runs one file's cases on a database in memory that holds its users and groups. Nothing that a case does is written, so none disturbs
 * another. Returns problems for a file that names no flow, or users who cannot be.
 */
export async function runFlowTests(
  test: FlowTest,
  { snapshot, catalog }: { readonly snapshot: Snapshot; readonly catalog: Catalog },
): Promise<{ readonly results: readonly CaseResult[] } | { readonly problems: readonly Problem[] }> {
  const program = snapshot.flows.get(test.flow)
  if (!program) {
    const message = `there is no flow "${test.flow}"${didYouMean(test.flow, snapshot.flows.keys())}`
    return { problems: [{ position: test.flowPlace, path: ['flow'], message }] }
  }
  const database = await openDatabase({ url: 'sqlite::memory:' })
  const seal = createSeal(randomBytes(32).toString('base64'))
  const house = {
    ...withPlainFactors(offline(database, catalog, seal)),
    flows: snapshot.flows,
    flowAccess: snapshot.flowAccess,
    applications: snapshot.applications,
    factors: snapshot.factors,
  }
  try {
    await database.migrate()
    const hashes = await hashSeeds(database, test.seeds.users, house.hasher.hash)
    const { problems } = await database.transaction((tx) => sow(tx, test.seeds, hashes, Date.now()))
    if (problems.length > 0) return { problems: problems.map(({ path, message }) => ({ position: test.place(path), path, message })) }
    const unset = await setUp(database, seal, test, snapshot)
    if (unset.length > 0) return { problems: unset }
    const results: CaseResult[] = []
    for (const one of test.cases) results.push(await runCase(house, program, one))
    return { results }
  } finally {
    await house.close()
    await database.close()
  }
}
