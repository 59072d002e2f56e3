import { isIP } from 'node:net'
import type { SigningIn } from '../access/types.ts'
import { isNewBrowser } from '../access/new-browser.ts'
import type { Clock } from '../api/index.ts'
import type { EmailSettings } from '../configuration/email-schema.ts'
import type { EffectHandler, EffectHandlers } from '../data/effects.ts'
import type { Tx } from '../data/tables.ts'
import { deviceOf } from '../interfaces/kit/device.ts'
import { addDevice as enrolling, enrolledBy } from '../identity/devices.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { MailMessage } from './messages.ts'

export type Notice = Exclude<MailMessage, 'test' | 'event' | 'recovery' | 'code'>
export const noticeJob = 'notice'
/** What a job holds: who is told what, where, and of when (epoch ms). Nothing of it is secret. */
export type NoticeData = {
  readonly message: Notice
  readonly userId: string
  readonly to: string
  readonly at: number
  /** Where somebody signed in; empty where it is not known. */
  readonly from?: From
  readonly authenticator?: Told
}
type From = Readonly<Record<'browser' | 'system' | 'ip', string>>
/** `authenticator`: its kind. `reason`: why all were removed. */
type Told = { readonly authenticator?: string; readonly reason?: string }

export type Notices = {
  /** Tells a user of what this transaction does, at the address that they had before it. */
  tell(tx: Tx, message: Exclude<Notice, 'new-browser'>, userId: string, told?: Told): Promise<void>
  /** Does something in a transaction that may change a user, and tells that user what of it matters. */
  watch<T>(tx: Tx, userId: string, work: () => Promise<T>): Promise<T>
  /** Tells whoever signs in at a browser that does not know them. */
  signingIn: SigningIn
}

const stateOf = (tx: Tx, userId: string) =>
  tx
    .selectFrom('users')
    .leftJoin('passwords', 'passwords.user_id', 'users.id')
    .select(['users.email', 'users.email_key', 'users.enabled', 'passwords.hash'])
    .where('users.id', '=', userId)
    .executeTakeFirst()
type State = NonNullable<Awaited<ReturnType<typeof stateOf>>>

/** What people are told of a change of their account, always at the address from before: whoever took the account may have changed it. */
const changes: Readonly<Partial<Record<Notice, (before: State, after: State) => boolean>>> = {
  // A first password is none that was changed.
  'password-changed': (before, after) => before.hash !== null && before.hash !== after.hash,
  'email-changed': (before, after) => before.email_key !== after.email_key,
  'account-disabled': (before, after) => Boolean(before.enabled) && !after.enabled,
}

/** Names of programs that we know and an address, in place of what a browser says: strangers choose every word of that. */
const fromOf = ({ ip, userAgent }: Parameters<SigningIn>[1]['request']): From => {
  const { browser = '', system = '' } = deviceOf(userAgent)
  // The zone of an address is a word of one's own, too.
  return { browser, system, ip: isIP(ip) ? ip.replace(/%.*/s, '') : '' }
}

/** Messages about security, as jobs of the transaction that they are about. Without a mail server, or where settings say so, there are none. */
export const createNotices = ({
  jobs,
  clock,
  current,
}: {
  readonly jobs: Pick<Jobs, 'enqueue'>
  readonly clock: Clock
  readonly current: () => EmailSettings | undefined
}): Notices => {
  const isOn = () => {
    const settings = current()
    return settings !== undefined && settings.securityMails !== false
  }
  const add = async (
    tx: Tx,
    message: Notice,
    userId: string,
    to: string | null,
    more: Pick<NoticeData, 'from' | 'authenticator'> = {},
  ): Promise<void> => {
    if (!to) return
    const data: NoticeData = { message, userId, to, at: clock.now().getTime(), ...more }
    await jobs.enqueue({ kind: noticeJob, data }, tx)
  }
  // What a transaction did to a user before it does more: the address from before all of it.
  const addresses = new WeakMap<Tx, Map<string, string | null>>()
  const addressIn = (tx: Tx, userId: string, email: string | null): string | null => {
    const known = addresses.get(tx) ?? new Map<string, string | null>()
    addresses.set(tx, known)
    if (!known.has(userId)) known.set(userId, email)
    return known.get(userId) ?? null
  }
  return {
    async tell(tx, message, userId, told) {
      if (!isOn()) return
      const state = await stateOf(tx, userId)
      if (state) await add(tx, message, userId, addressIn(tx, userId, state.email), told && { authenticator: told })
    },
    async watch(tx, userId, work) {
      const before = isOn() ? await stateOf(tx, userId) : undefined
      const to = before ? addressIn(tx, userId, before.email) : null
      const result = await work()
      const after = before && (await stateOf(tx, userId))
      if (before && after)
        for (const [message, happened] of Object.entries(changes)) if (happened(before, after)) await add(tx, message as Notice, userId, to)
      return result
    },
    async signingIn(tx, { browserId, userId, request }) {
      if (isOn() && (await isNewBrowser(tx, browserId, userId, clock.now().getTime())))
        await add(tx, 'new-browser', userId, (await stateOf(tx, userId))?.email ?? null, { from: fromOf(request) })
    },
  }
}

/** Whom an effect changes, by its name. */
const subjects: Readonly<Record<string, string>> = { 'passwords.set': 'userId', 'users.update': 'id' }

/** Effects, with messages to those whom they change. */
export const withNotices = (effects: EffectHandlers, notices: Notices): EffectHandlers =>
  Object.fromEntries(
    Object.entries(effects).map(([name, handler]): [string, EffectHandler] => {
      if (name === enrolling)
        return [
          name,
          async (tx, data, now, keep) => {
            const done = await handler(tx, data, now, keep)
            const { userId, kind } = enrolledBy(data)
            await notices.tell(tx, 'authenticator-added', userId, { authenticator: kind })
            return done
          },
        ]
      const field = subjects[name]
      if (field === undefined) return [name, handler]
      return [
        name,
        (tx, data, now, keep) =>
          notices.watch(tx, String((data as Readonly<Record<string, unknown>>)[field]), () => handler(tx, data, now, keep)),
      ]
    }),
  )
