import { type Authenticating, type AuthenticatorView, type DeviceView, type Message, msg, type StageContext } from 'sluice/plugin'
import type { Verifying } from './settings.ts'

/** What is to be done, by what the user has and what is asked for. `later`: until when they may put it off. */
export type Task =
  | { readonly task: 'nothing' }
  /** `why`: what they have cannot be used now. */
  | { readonly task: 'refuse'; readonly why?: Message | undefined }
  | { readonly task: 'verify' | 'enrol'; readonly kinds: readonly AuthenticatorView[]; readonly later?: Date | undefined }

type Kinds = readonly AuthenticatorView[]

/** Those that the user has: the last used first, and what is for emergencies last. */
const havingOf = (kinds: Kinds, devices: readonly DeviceView[]): Kinds => {
  const order = [...new Set(devices.map(({ kind }) => kind))]
  const having = order.flatMap((kind) => kinds.find((one) => one.kind === kind) ?? [])
  return [...having.filter(({ backup }) => !backup), ...having.filter(({ backup }) => backup)]
}

/** Those that can be used now; where there is none, why the first cannot. */
const usableOf = async (
  authenticators: Pick<Authenticating, 'usable'>,
  having: Kinds,
): Promise<{ readonly kinds: Kinds; readonly why: Message | undefined }> => {
  const asked = await Promise.all(having.map(async (one) => ({ one, usable: await authenticators.usable(one.kind) })))
  const kinds = asked.flatMap(({ one, usable }) => (usable === true ? [one] : []))
  const why = asked.map(({ usable }) => usable).find((usable) => usable !== true)
  return { kinds, why: kinds.length === 0 ? why : undefined }
}

const lost = msg('core.devices.broken')
/** Is something of an authenticator that is out of use, which nobody can show? It counts as there, like what is broken. */
const hasLost = ({ enabled }: Pick<Authenticating, 'enabled'>, devices: readonly DeviceView[]): boolean =>
  devices.some(({ kind }) => !enabled.some((one) => one.kind === kind))

/** Those that the user could set up. */
export const enrollable = async (
  { authenticators }: Pick<StageContext<any, any, any, any>, 'authenticators'>,
  kinds: Kinds,
): Promise<Kinds> => {
  const offered = await Promise.all(kinds.map(async (one) => ((await authenticators.offers(one.kind)) ? [one] : [])))
  return offered.flat()
}

/**
 * What whoever has a second factor shows before they add another one: that somebody knows the password must not be enough for that, whichever flow let
 * them in by it. Not at a browser that they trust, and not what they have set up since they last proved anything. What is out of use counts as there.
 */
export const shownBefore = async ({
  authenticators,
  proofs,
}: Pick<StageContext<any, any, any, any>, 'authenticators' | 'proofs'>): Promise<Task> => {
  // Of the last proof: somebody may have signed in by the password before there was anything, and types it anew.
  const since = proofs.length > 0 ? Math.max(...proofs.map(({ at }) => at)) : Infinity
  const devices = (await authenticators.devices()).filter(({ createdAt }) => createdAt.getTime() < since)
  const having = havingOf(authenticators.enabled, devices)
  const isLost = hasLost(authenticators, devices)
  const isShown = having.some(({ methods }) => proofs.some(({ method }) => methods.includes(method)))
  if (isShown || authenticators.isTrusted || (!isLost && having.every(({ backup }) => backup))) return { task: 'nothing' }
  const { kinds, why } = await usableOf(authenticators, having)
  return kinds.length > 0 ? { task: 'verify', kinds } : { task: 'refuse', why: why ?? lost }
}

/** `also`: what the answer that is looked at has proved beside what is known. */
export async function taskOf(
  { settings, authenticators, proofs }: Pick<StageContext<Verifying, any, any, any>, 'settings' | 'authenticators' | 'proofs'>,
  also: readonly string[] = [],
): Promise<Task> {
  const { require, authenticators: named, enrol, trust } = settings
  const demand = authenticators.demand({ always: require === 'always' })
  const accepted = authenticators.enabled.filter(({ kind }) => named.length === 0 || named.includes(kind))
  const wanted = accepted.flatMap(({ methods }) => methods)
  const proved = [...proofs.map(({ method }) => method), ...also]

  const isDone = (...more: readonly string[]) => {
    // Where some are named, one of those is wanted, whatever else was proved.
    const isNamed = named.length === 0 || [...proved, ...more].some((method) => wanted.includes(method))
    return isNamed && (demand ? demand.isMet([...also, ...more]) : authenticators.factors([...also, ...more]) >= 2)
  }
  const wouldDo = ({ methods }: AuthenticatorView) => methods.some((method) => isDone(method))

  if (isDone()) return { task: 'nothing' }
  if (trust && named.length === 0 && authenticators.isTrusted && demand?.by !== 'application') return { task: 'nothing' }
  const devices = await authenticators.devices()
  const isLost = hasLost(authenticators, devices)
  const isEnrolled = isLost || havingOf(authenticators.enabled, devices).some(({ backup }) => !backup)
  if (!isEnrolled && demand === undefined) return { task: 'nothing' }

  const { kinds: usable, why: unusable } = await usableOf(authenticators, isEnrolled ? havingOf(accepted, devices).filter(wouldDo) : [])
  const why = unusable ?? (isLost ? lost : undefined)
  if (usable.length > 0) return { task: 'verify', kinds: usable }
  // What cannot be used counts as there: nobody gets in with less for it.
  if (demand === undefined) return why ? { task: 'refuse', why } : { task: 'nothing' }
  if (isEnrolled && authenticators.factors(also) < 2) {
    // Who has a second factor shows it before they add one that is wanted here: the password alone must not be enough for that.
    const others = await usableOf(
      authenticators,
      havingOf(authenticators.enabled, devices).filter(({ methods }) =>
        methods.some((method) => authenticators.factors([...also, method]) >= 2),
      ),
    )
    return others.kinds.length > 0 ? { task: 'verify', kinds: others.kinds } : { task: 'refuse', why: why ?? others.why }
  }
  const ours = accepted.filter((one) => !one.backup && wouldDo(one))
  const kinds = enrol ? await enrollable({ authenticators }, ours) : []
  if (kinds.length === 0) return { task: 'refuse', why }
  return { task: 'enrol', kinds, later: demand.by === 'settings' ? await authenticators.graceUntil() : undefined }
}
