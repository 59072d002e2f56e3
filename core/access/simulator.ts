import { isIP } from 'node:net'
import { literal, type Json, type Message, type Users, type Wants } from '../api/index.ts'
import { deviceFrom, type PretendedDevice } from '../configuration/pretended-device.ts'
import { didYouMean } from '../configuration/suggest.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { AskedField } from '../engine/answers.ts'
import { unmeasured } from '../observe/work.ts'
import type { Factors } from './factors.ts'
import { CannotSimulate, simulate, type Simulated, type SimulationParts } from '../engine/simulate.ts'

/** What is to be simulated, as people say it. `user`: a user name or an e-mail address. `at`: ISO 8601. */
export type SimulationWish = {
  readonly flow: string
  readonly user?: string | undefined
  readonly ip?: string | undefined
  readonly at?: string | undefined
  readonly locale?: string | undefined
  readonly userAgent?: string | undefined
  /** By field name, or by `<step>.<field>`. */
  readonly answers?: Readonly<Record<string, Json>> | undefined
  readonly application?: string | undefined
  /** What the application asks for. */
  readonly scopes?: readonly string[] | undefined
  /** Levels of authentication that it asks for, by name: any of them will do. */
  readonly levels?: readonly string[] | undefined
  /** Methods that the user is signed in by. */
  readonly session?: readonly string[] | undefined
  readonly knownBrowser?: boolean | undefined
  /** The user trusts the browser, as far as `settings.mfa.trust` lets them. */
  readonly trustedBrowser?: boolean | undefined
  /** What a trusted proxy tells of the device. */
  readonly device?: PretendedDevice | undefined
  /** The link that opens the flow was mailed to the user. */
  readonly mailed?: boolean | undefined
  readonly assume?: boolean | undefined
}

export type SimulationReport = Simulated<string> & { readonly title: string }

/** What of a configuration can be simulated. */
type Simulatable = Pick<Snapshot, 'flows' | 'flowAccess' | 'applications' | 'factors'>

export type SimulatorParts = SimulationParts & {
  readonly snapshot: () => Simulatable
  readonly users: Pick<Users, 'find'>
  readonly now: () => Date
  readonly say: (message: Message, locale: string) => string
}

type Say = (message: Message) => string

const fieldsIn = (fields: readonly AskedField[], say: Say): readonly AskedField<string>[] =>
  fields.map(({ label, ...field }) => ({ ...field, ...(label && { label: say(label) }) }))

/** The same, with its texts in words. */
export const inWords = ({ trace, ...simulated }: Simulated, say: Say): Simulated<string> => {
  const lines = trace.map((line) => (line.did === 'ask' ? { ...line, title: say(line.title), fields: fieldsIn(line.fields, say) } : line))
  if (simulated.ends === 'denied') return { ...simulated, trace: lines, why: say(simulated.why) }
  if (simulated.ends !== 'asks') return { ...simulated, trace: lines }
  const { errors, lacking, notice } = simulated
  return {
    ...simulated,
    trace: lines,
    errors: Object.fromEntries(Object.entries(errors).map(([name, error]) => [name, say(error)])),
    lacking: fieldsIn(lacking, say),
    notice: notice && say(notice),
  }
}

const found = <T>(map: ReadonlyMap<string, T>, what: string, slug: string): T => {
  const value = map.get(slug)
  if (value === undefined) throw new CannotSimulate(`there is no ${what} "${slug}"${didYouMean(slug, map.keys())}`)
  return value
}

/** What an application asks for beside who somebody is. Throws `CannotSimulate` for a level that nobody configured. */
export const wantsOf = (
  { scopes, levels }: { readonly scopes?: readonly string[] | undefined; readonly levels?: readonly string[] | undefined },
  factors: Pick<Factors, 'levels'>,
): Wants => {
  const known = factors.levels.map(({ acr }) => acr)
  for (const level of levels ?? [])
    if (!known.includes(level))
      throw new CannotSimulate(`there is no level "${level}"${didYouMean(level, known)}; there are ${known.join(', ')}`)
  return {
    ...(scopes && { consent: { to: scopes.map((name) => ({ name, text: literal(name) })) } }),
    ...(levels && { levels }),
  }
}

/** Simulates flows of the configuration as it is now, or of a draft of it. Throws `CannotSimulate` for what is not there or cannot be read. */
export const createSimulator =
  ({ snapshot, users, now, say, ...parts }: SimulatorParts) =>
  async (wish: SimulationWish, draft?: Simulatable): Promise<SimulationReport> => {
    const { flows, flowAccess, applications, factors } = draft ?? snapshot()
    const program = found(flows, 'flow', wish.flow)
    const application = wish.application === undefined ? undefined : found(applications, 'application', wish.application)
    const user = wish.user === undefined ? undefined : await users.find(wish.user, ['username', 'email'])
    if (wish.user !== undefined && !user)
      throw new CannotSimulate(`there is no user "${wish.user}" (or several with this e-mail address; give the user name then)`)
    const ip = wish.ip ?? '127.0.0.1'
    if (!isIP(ip)) throw new CannotSimulate(`"${ip}" is not an IP address; write one such as 10.0.0.7 or 2001:db8::7`)
    const at = wish.at === undefined ? now() : new Date(wish.at)
    if (Number.isNaN(at.getTime())) throw new CannotSimulate(`"${wish.at}" is not a time; write it like 2026-01-31T08:00:00Z`)
    const locale = wish.locale ?? 'en'

    const wanted = {
      program,
      user: user && { id: user.id, username: user.username },
      request: { ip, at, locale, userAgent: wish.userAgent ?? 'simulation', device: wish.device && deviceFrom(wish.device) },
      answers: wish.answers ?? {},
      application,
      guards: { flow: flowAccess.get(program.slug), application: application?.access },
      wants: wantsOf(wish, factors),
      session: wish.session && { methods: wish.session },
      knownBrowser: wish.knownBrowser,
      trustedBrowser: wish.trustedBrowser,
      mailed: wish.mailed,
      assume: wish.assume,
      factors,
    }
    const simulated = await unmeasured(() => simulate(parts, wanted))
    return { ...inWords(simulated, (message) => say(message, locale)), title: program.title }
  }
