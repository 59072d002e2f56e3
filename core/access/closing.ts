import { randomUUIDv7 } from 'node:crypto'
import type { Clock, Effect, Message } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { type Audited, Conflict, type EffectHandlers } from '../data/effects.ts'
import type { Tx } from '../data/tables.ts'
import { enrolsFor } from '../identity/devices.ts'
import { changesAddressOf } from '../identity/users.ts'
import { stampOf } from './mailbox.ts'
import { replacesPasswordOf, setsPassword } from './passwords.ts'
import { findSession, renewCookie, signIn, signOut } from './sign-in.ts'
import type { Closed, Closing, SigningIn } from './types.ts'

/** Leaves the transaction, so that nothing of it stays, with the answer. */
class Undone extends Error {
  readonly outcome: Closed
  constructor(outcome: Closed) {
    super('the run is not closed')
    this.outcome = outcome
  }
}

const refuse = (effect: Effect, errors: Readonly<Record<string, Message>>): Undone => new Undone({ closed: false, effect, errors })

const notFor = (why: 'unproved' | 'link-dead' | 'password-changed'): Undone => new Undone({ closed: false, effect: undefined, why })

const makeEffect = async (tx: Tx, effect: Effect, handlers: EffectHandlers, now: number, keep: string | undefined) => {
  const handler = Object.hasOwn(handlers, effect.effect) ? handlers[effect.effect] : undefined
  if (!handler) throw new Error(`Nothing can make the effect ${JSON.stringify(effect.effect)}.`)
  try {
    return await handler(tx, effect.data, now, keep)
  } catch (error) {
    throw error instanceof Conflict ? refuse(effect, error.errors) : error
  }
}

const isUserEnabled = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.selectFrom('users').select('id').where('id', '=', id).where('enabled', '=', true).executeTakeFirst()) !== undefined

const isAnyThere = async (tx: Tx, ids: readonly string[]): Promise<boolean> =>
  ids.length > 0 && (await tx.selectFrom('users').select('id').where('id', 'in', ids).limit(1).executeTakeFirst()) !== undefined

const hasEnrolledSince = async (tx: Tx, ids: readonly string[], since: number): Promise<boolean> =>
  ids.length > 0 &&
  (await tx.selectFrom('devices').select('id').where('user_id', 'in', ids).where('created_at', '>=', since).limit(1).executeTakeFirst()) !==
    undefined

/**
 * Would a password be replaced, an authenticator enrolled, or an address changed, where links and codes go, of somebody of whom the run has no proof?
 * Whoever has only taken over a session must neither lock its owner out nor stay. Who is made by the run itself is not there yet.
 */
const isUnproved = async (tx: Tx, { effects, proved = [], fresh, enrolsAloneSince }: Closing): Promise<boolean> => {
  if (
    enrolsAloneSince !== undefined &&
    (await hasEnrolledSince(
      tx,
      effects.flatMap((effect) => enrolsFor(effect) ?? []),
      enrolsAloneSince,
    ))
  )
    return true
  if (proved === 'anybody') return false
  const replaced = await Promise.all(effects.map((effect) => replacesPasswordOf(tx, effect)))
  if (replaced.some((id) => id !== undefined && !proved.includes(id))) return true
  const isKnown = (id: string) => proved.includes(id) || id === fresh
  const readdressed = await Promise.all(effects.map((effect) => changesAddressOf(tx, effect)))
  if (readdressed.some((id) => id !== undefined && !isKnown(id))) return true
  const enrolled = effects.flatMap((effect) => enrolsFor(effect) ?? []).filter((id) => !isKnown(id))
  return isAnyThere(tx, enrolled)
}

/**
 * Has the password been replaced since the run proved it? That ends sessions, since others may have known it: who was half way through a sign-in then does
 * not come in either. One that was replaced at a time yet to come says nothing: the clock was put back, or is another server's.
 */
const isPasswordOver = async (tx: Tx, { passwordProved }: Closing, now: number): Promise<boolean> => {
  if (!passwordProved) return false
  const { userId, at } = passwordProved
  const newer = await tx
    .selectFrom('passwords')
    .select('user_id')
    .where('user_id', '=', userId)
    .where('changed_at', '>', at)
    .where('changed_at', '<=', now)
    .executeTakeFirst()
  return newer !== undefined
}

/** The run's id goes into the table first: whoever comes second finds it there, and waits for the first to be committed or undone. */
const claimRun = async (tx: Tx, id: string, sessionId: string | undefined, now: number): Promise<boolean> => {
  const claimed = await tx
    .insertInto('closed_runs')
    .values({ id, session_id: sessionId ?? null, closed_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return claimed !== undefined
}

const closedBefore = async (tx: Tx, runId: string): Promise<Closed> => {
  const run = await tx.selectFrom('closed_runs').select('session_id').where('id', '=', runId).executeTakeFirst()
  return { closed: 'before', session: run?.session_id ? await findSession(tx, run.session_id) : undefined }
}

type Close = (wanted: Closing) => Promise<Closed>

const closeIn =
  (effects: EffectHandlers, clock: Clock, signingIn?: SigningIn) =>
  async (tx: Tx, wanted: Closing): Promise<Closed> => {
    const now = clock.now().getTime()
    const { runId, session, end, keep, request, linkOwner } = wanted
    if (session?.proofs.length === 0) throw new Error(`The run ${runId} proved nothing: it opens no session.`)
    const sessionId = session && randomUUIDv7()
    if (!(await claimRun(tx, runId, sessionId, now))) return closedBefore(tx, runId)
    if (linkOwner && (await stampOf(tx, linkOwner.userId)) !== linkOwner.stamp) throw notFor('link-dead')
    // Before the effects, which may set one.
    if (await isPasswordOver(tx, wanted, now)) throw notFor('password-changed')
    // Before the effects: whoever they make is not there yet.
    if (await isAnyThere(tx, wanted.unproved ?? [])) throw notFor('unproved')
    if (await isUnproved(tx, wanted)) throw notFor('unproved')
    const made: Audited[] = []
    for (const effect of wanted.effects) made.push(...[(await makeEffect(tx, effect, effects, now, keep?.sessionId)) ?? []].flat())
    const audited = made.length > 0 ? { audited: made } : {}
    let cookie = end && (await signOut(tx, end.browserId, now))
    if (keep && wanted.effects.some(setsPassword)) cookie = await renewCookie(tx, keep, now)
    if (!session || !sessionId) return { closed: true, cookie, session: undefined, ...audited }
    if (!(await isUserEnabled(tx, session.userId))) throw new Undone({ closed: false, effect: undefined })
    if (request) await signingIn?.(tx, { browserId: session.browserId, userId: session.userId, request })
    cookie = await signIn(tx, session, sessionId, request, now)
    return { closed: true, cookie, session: await findSession(tx, sessionId), ...audited }
  }

/**
 * How runs end: effects, sign-in and sign-out, all in one transaction or none of it. Throws, and writes nothing, for an effect without
 * handler, a handler's failure other than `Conflict`, and a session without proof.
 */
export const closing = (database: Database, effects: EffectHandlers, clock: Clock, signingIn?: SigningIn): Close => {
  const close = closeIn(effects, clock, signingIn)
  return async (wanted) => {
    try {
      return await database.transaction((tx) => close(tx, wanted))
    } catch (error) {
      if (error instanceof Undone) return error.outcome
      throw error
    }
  }
}

/** What a closing would come to: makes it, undoes all of it, and answers and throws as it would have. Its cookie and session are of no use. */
export const rehearsal = (database: Database, effects: EffectHandlers, clock: Clock): Close => {
  const close = closeIn(effects, clock)
  return async (wanted) => {
    try {
      return await database.transaction(async (tx) => {
        throw new Undone(await close(tx, wanted))
      })
    } catch (error) {
      if (error instanceof Undone) return error.outcome
      throw error
    }
  }
}
