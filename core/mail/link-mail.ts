import { createHash } from 'node:crypto'
import type { Clock, Events, Log, Mailing, Store } from '../api/index.ts'
import type { Links } from '../access/links.ts'
import { mailboxOf } from '../access/mailbox.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { Database } from '../data/database.ts'
import { nobody } from '../identity/nobody.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { lasting, written } from './messages.ts'
import { shownName } from './send-notices.ts'
import type { Templates } from './templates.ts'
import { brandOfMail } from './test-mail.ts'
import type { Mailer } from './types.ts'

const linkJob = 'link-mail'
/** What a job holds: for whom, or for nobody, in which language, and when it was asked for (epoch ms). The link is made when it is sent, so no secret is stored. */
type LinkJob = {
  readonly userId: string | null
  readonly flow: string
  readonly lifetime: number
  readonly locale: string
  readonly at: number
}

/**
 * Links to one address within a time (seconds) in which a link works, so that whoever is at the limit has one that does: nobody is kept out by others
 * who ask for them. Only who is written to could tell that there were too many.
 */
const linkLimits = { most: 5, window: 30 * 60 }

/** Milliseconds. Nobody feels, in the answer or right behind it, that there was work to do for somebody. */
const pause = 1000

/** Adds the job that mails a link; see the port `mail`. */
export const linkMailing =
  ({
    jobs,
    events,
    clock,
    snapshot,
  }: {
    readonly jobs: Pick<Jobs, 'enqueue'>
    readonly events: Events
    readonly clock: Clock
    readonly snapshot: () => Pick<Snapshot, 'email' | 'flows'>
  }): Mailing['sendLink'] =>
  async (userId, { flow, lifetime, request }) => {
    const { email, flows } = snapshot()
    const program = flows.get(flow)
    if (!program?.byLink || program.designation !== 'recovery')
      throw new Error(`no link to the flow "${flow}" can be mailed; it has to be for recovery, with "entry: link"`)
    if (!email) return false
    const at = clock.now().getTime()
    const data: LinkJob = { userId: userId ?? null, flow, lifetime, locale: request.locale, at }
    await jobs.enqueue({ kind: linkJob, data, runAt: new Date(at + pause) })
    await events.record({ action: 'recovery.requested', userId, detail: { flow }, request })
    return true
  }

/** Has links mailed: tried for as long as a link would work, since later nobody waits for it. `origin`: of this server, whatever the request said. */
export const sendLinks = (
  jobs: Pick<Jobs, 'handle'>,
  parts: {
    readonly database: Database
    readonly store: Store
    readonly links: Pick<Links, 'create'>
    readonly mailer: Pick<Mailer, 'send'>
    readonly templates: Pick<Templates, 'render'>
    readonly snapshot: () => Pick<Snapshot, 'email' | 'brandOf'>
    readonly events: Events
    readonly origin: string
    readonly clock: Clock
    readonly log: Pick<Log, 'info'>
    /** Seconds before try n. */
    readonly backOff?: (attempt: number) => number
  },
): void => {
  const { database, store, links, mailer, templates, snapshot, events, origin, clock, log } = parts
  const { backOff = (attempt: number) => Math.min(10 * 2 ** (attempt - 2), 300) } = parts

  const isOneTooMany = async (email: string): Promise<boolean> => {
    const name = createHash('sha256').update(email.normalize('NFKC').toLowerCase()).digest('base64url')
    return (await store.increment(`links-mailed:${name}`, linkLimits.window)) > linkLimits.most
  }

  jobs.handle(linkJob, {
    attempts: 8,
    backOff,
    timeout: 300,
    concurrency: 2,
    async run(data, { attempt, jobId }) {
      const { userId, flow, lifetime, locale, at } = data as LinkJob
      const now = clock.now().getTime()
      const { email: settings, brandOf } = snapshot()
      const mailbox = await mailboxOf(database.sql, userId ?? nobody)
      if (userId === null || !mailbox || !settings || now > at + lifetime * 1000) return
      const { email, username, name, stamp } = mailbox
      // A try that failed was counted.
      if (attempt === 1 && (await isOneTooMany(email))) {
        log.info({ job: jobId, user: userId }, 'no further link is mailed: the address was sent too many lately')
        return
      }
      const path = await links.create({ flow, user: { id: userId, username }, lifetime, only: `mail ${userId}`, mailed: { userId, stamp } })
      const mail = templates.render('recovery', locale, {
        brand: brandOfMail(brandOf(origin)),
        address: origin,
        user: { name: shownName(name), username: shownName(username) || email },
        at: written(at, locale),
        link: { url: new URL(path, origin).href, lifetime: lasting(lifetime, locale) },
      })
      await mailer.send({ to: email, ...mail })
      await events.record({ action: 'recovery.mail-sent', userId, detail: { flow } })
    },
  })
}
