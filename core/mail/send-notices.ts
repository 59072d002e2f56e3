import type { Log } from '../api/index.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { Database } from '../data/database.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { negotiate } from '../web/locales.ts'
import { securityPage, written } from './messages.ts'
import { type NoticeData, noticeJob } from './notices.ts'
import type { Templates } from './templates.ts'
import { brandOfMail } from './test-mail.ts'
import type { Mailer } from './types.ts'

/** Whatever a mail program would make a link of: a stranger who chooses a name must not choose an address that is sent to others. */
const linkLike = /[:/@]|[^\s.]\.[^\s.]/
const longestName = 100
export const shownName = (name: string): string => (name.length > longestName || linkLike.test(name) ? '' : name)

/** The language that somebody last chose at a browser, else the attribute `locale`. */
const localeOf = async ({ sql }: Database, userId: string, attributes: string): Promise<string> => {
  const chosen = await sql
    .selectFrom('browser_users')
    .innerJoin('browsers', 'browsers.id', 'browser_users.browser_id')
    .select('browsers.locale')
    .where('browser_users.user_id', '=', userId)
    .where('browsers.locale', 'is not', null)
    .orderBy('browser_users.at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const { locale } = JSON.parse(attributes) as { readonly locale?: unknown }
  return negotiate(['en', 'de'], [chosen?.locale ?? undefined, typeof locale === 'string' ? locale : undefined])
}

/** Has messages about security sent: tried for about a day, later and later. `origin`: of this server. */
export const sendNotices = (
  jobs: Pick<Jobs, 'handle'>,
  parts: {
    readonly database: Database
    readonly mailer: Pick<Mailer, 'send'>
    readonly templates: Pick<Templates, 'render'>
    readonly snapshot: () => Pick<Snapshot, 'email' | 'brandOf'>
    readonly origin: string
    /** What people call the authenticators of a kind. */
    readonly labelOf: (kind: string, locale: string) => string
    readonly log: Pick<Log, 'info'>
    /** Seconds before try n. */
    readonly backOff?: (attempt: number) => number
  },
): void => {
  const {
    database,
    mailer,
    templates,
    snapshot,
    origin,
    labelOf,
    log,
    backOff = (attempt) => Math.min(10 * 4 ** (attempt - 2), 4 * 3600),
  } = parts
  jobs.handle(noticeJob, {
    attempts: 12,
    backOff,
    timeout: 300,
    // A mail server that hangs holds nothing but mail up.
    concurrency: 2,
    async run(data, { jobId }) {
      const { message, userId, to, at, from, authenticator = {} } = data as NoticeData
      const { email, brandOf } = snapshot()
      const user = await database.sql
        .selectFrom('users')
        .select(['name', 'username', 'attributes'])
        .where('id', '=', userId)
        .executeTakeFirst()
      // Nobody is left to be told, or nothing to tell by.
      if (!user || !email || email.securityMails === false) return
      const locale = await localeOf(database, userId, user.attributes)
      const told = {
        brand: brandOfMail(brandOf(origin)),
        address: origin,
        user: { name: shownName(user.name), username: shownName(user.username) || to },
        at: written(at, locale),
      }
      const signIn = { browser: '', system: '', ip: '', ...from, security: securityPage(origin) }
      const changed = {
        label: authenticator.authenticator === undefined ? '' : labelOf(authenticator.authenticator, locale),
        reason: authenticator.reason ?? '',
        security: securityPage(origin),
      }
      const mail = templates.render(message, locale, { ...told, signIn, authenticator: changed })
      await mailer.send({ to, ...mail })
      log.info({ job: jobId, message }, 'a message about security was sent')
    },
  })
}
