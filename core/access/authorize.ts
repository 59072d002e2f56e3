import { randomBytes } from 'node:crypto'
import { type About, type Application, type Events, type Json, type Log, type Message, msg, type RequestView } from '../api/index.ts'
import type { ConfiguredApplication, Snapshot } from '../configuration/types.ts'
import type { Condition, Judge, Reason, Situation, Verdict } from '../policy/types.ts'
import type { Proof } from './types.ts'

/** Who asks for access, as far as is known. `session`: the one it is asked in; `at` is when its user last proved who they are. */
export type Asking = {
  readonly request: RequestView
  readonly user: { readonly id: string; readonly username: string } | undefined
  readonly session: { readonly id: string; readonly at: Date } | undefined
  readonly proofs: readonly Proof[]
  /** Names of the levels of authentication that the proofs reach. */
  readonly levels: readonly string[]
  readonly knownBrowser: boolean
  readonly trustedBrowser: boolean
}

/** What is asked for: an application, or a flow that is entered, on the way to an application or not. */
export type Wanted = {
  readonly application?: Application | undefined
  readonly flow?: Situation['flow']
}

/** `reference` finds a refusal in the log and among the events; `why` is for the user. */
type Decided =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly why: Message; readonly reference: string; readonly reason: string; readonly lacking?: undefined }
export type Access =
  | Decided
  /** It would be allowed if one of these levels of authentication were reached, which whoever asks can have asked for. */
  | { readonly allowed: false; readonly lacking: readonly string[] }

/** Decides who may open what, by the configuration that the request began with. */
export type Accesses = {
  /** A refusal is recorded, with all its reasons. An application that is gone is closed to everybody. */
  ask(snapshot: Snapshot, wanted: Wanted, asking: Asking): Promise<Decided>
  /** The same, where more can be proved: that a level alone is missing is no refusal. */
  askOrLack(snapshot: Snapshot, wanted: Wanted, asking: Asking): Promise<Access>
  /** The applications with an address that somebody may open, or may once they have proved more, by their names: nothing is recorded, and the directory is asked once for all. */
  openable(snapshot: Snapshot, asking: Asking): Promise<readonly ConfiguredApplication[]>
}

const allowed: Access = { allowed: true }

const aboutOf = ({ application, flow }: Wanted): About =>
  flow ? { type: 'flow', slug: flow.slug } : { type: 'application', slug: application?.slug ?? '' }

const conditionOf = (snapshot: Snapshot, { application, flow }: Wanted): Condition | undefined =>
  flow ? snapshot.flowAccess.get(flow.slug) : snapshot.applications.get(application?.slug ?? '')?.access

/** What a condition on an entry is about. */
export const situationOf = (
  wanted: Wanted,
  { request, user, session, proofs, levels, knownBrowser, trustedBrowser }: Asking,
): Situation => ({
  about: aboutOf(wanted),
  request,
  user,
  application: wanted.application,
  flow: wanted.flow,
  facts: {},
  proofs,
  levels,
  session: session && { id: session.id, at: session.at.getTime() },
  knownBrowser,
  trustedBrowser,
})

const json = ({ ms: _, ...reason }: Reason): Json => reason

/** `policy "corporate": no, request.ip.in("10.0.0.0/8") is false` */
const textOf = ({ of, said, detail }: Reason): string => `${of}: ${said}${detail === undefined ? '' : `, ${detail}`}`

/** What somebody is told who is refused: what a policy says, where one says something. */
export const whyNot = ({ why, said }: Verdict, { application, flow }: Wanted): Message => {
  if (why) return why
  if (said === 'failed') return msg('core.denied.failed')
  return !flow && application ? msg('core.denied.access', { application: application.name }) : msg('core.denied.flow')
}

type Parts = {
  readonly judge: Judge
  /** A judge for one list, which asks the directory for each thing once. */
  readonly judgeOfList: () => Judge
  readonly events: Events
  readonly log: Log
}

export const createAccesses = ({ judge, judgeOfList, events, log }: Parts): Accesses => {
  const refused = async (wanted: Wanted, asking: Asking, verdict: Verdict): Promise<Decided> => {
    const reference = randomBytes(8).toString('base64url').slice(0, 10)
    const reason = verdict.reasons.map(textOf).join('; ') || 'nothing that could allow it takes part now'
    const { application, flow } = wanted
    log.info(
      { application: application?.slug, flow: flow?.slug, user: asking.user?.id, request: asking.request.id, reference, reason },
      'access: denied',
    )
    await events.record({
      action: 'access_denied',
      userId: asking.user?.id,
      application: application?.slug,
      detail: { reference, said: verdict.said, ...(flow && { flow: flow.slug }), reasons: verdict.reasons.map(json) },
      request: asking.request,
    })
    return { allowed: false, why: whyNot(verdict, wanted), reference, reason }
  }

  const isGone = (snapshot: Snapshot, { application, flow }: Wanted): boolean =>
    !flow && !snapshot.applications.has(application?.slug ?? '')

  const ask = async (snapshot: Snapshot, wanted: Wanted, asking: Asking, stepsUp: boolean): Promise<Access> => {
    if (isGone(snapshot, wanted)) {
      const of = `application "${wanted.application?.slug}"`
      return refused(wanted, asking, {
        said: 'no',
        reasons: [{ of, said: 'no', negated: false, detail: 'it is not there any more', ms: 0 }],
      })
    }
    const condition = conditionOf(snapshot, wanted)
    if (!condition) return allowed
    const situation = situationOf(wanted, asking)
    const verdict = await judge(condition, situation)
    if (verdict.said === 'yes') return allowed
    if (stepsUp && verdict.lacking) return { allowed: false, lacking: verdict.lacking }
    // Once more, to find out what decided: for operators, who otherwise see a no and have to guess.
    const { reasons } = await judge(condition, situation, { explain: true })
    return refused(wanted, asking, { ...verdict, reasons })
  }

  return {
    ask: (snapshot, wanted, asking) => ask(snapshot, wanted, asking, false) as Promise<Decided>,
    askOrLack: (snapshot, wanted, asking) => ask(snapshot, wanted, asking, true),
    async openable(snapshot, asking) {
      const judgeOne = judgeOfList()
      const all = [...snapshot.applications.values()].filter(({ launchUrl }) => launchUrl !== undefined)
      const mayOpen = await Promise.all(
        all.map(async (application) => {
          const { access } = application
          if (!access) return true
          const { said, lacking } = await judgeOne(access, situationOf({ application }, asking))
          return said === 'yes' || lacking !== undefined
        }),
      )
      return all.filter((_, index) => mayOpen[index]).toSorted((a, b) => a.name.localeCompare(b.name))
    },
  }
}
