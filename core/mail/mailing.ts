import type { Mailing } from '../api/index.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { Database } from '../data/database.ts'
import { withGroupsInside } from '../identity/groups.ts'
import { eventOfMail } from './event-mail.ts'
import { written } from './messages.ts'
import type { Templates } from './templates.ts'
import { brandOfMail } from './test-mail.ts'
import type { Mailer } from './types.ts'

/** Members of a group that are written to at most. */
const mostMembers = 100

/** The port `mail`. `origin`: of this server. `sendLink`: see `linkMailing`; `codes`: see `codeMailing`. */
export const createMailing = ({
  database: { sql },
  mailer,
  templates,
  snapshot,
  origin,
  sendLink,
  codes,
}: {
  readonly database: Pick<Database, 'sql'>
  readonly mailer: Pick<Mailer, 'send'>
  readonly templates: Templates
  readonly snapshot: () => Pick<Snapshot, 'brandOf' | 'email'>
  readonly origin: () => string
  readonly sendLink: Mailing['sendLink']
  readonly codes: Pick<Mailing, 'sendCode' | 'takeCode'>
}): Mailing => ({
  async ofGroup(slug) {
    const group = await sql.selectFrom('groups').select('id').where('slug', '=', slug).executeTakeFirst()
    if (!group) return undefined
    const rows = await withGroupsInside(sql, [group.id])
      .selectFrom('memberships')
      .innerJoin('inside', 'inside.group_id', 'memberships.group_id')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .select('users.email')
      .distinct()
      .where('users.enabled', '=', true)
      .where('users.email', 'is not', null)
      .orderBy('users.email')
      .limit(mostMembers)
      .execute()
    return rows.flatMap(({ email }) => email ?? [])
  },
  async sendEvent(to, event, { locale, held }) {
    const own = origin()
    const mail = templates.render('event', locale, {
      brand: brandOfMail(snapshot().brandOf(own)),
      address: own,
      user: { name: '', username: to },
      at: written(Date.parse(event.at), locale),
      event: eventOfMail(event, held),
    })
    await mailer.send({ to, ...mail })
  },
  sendLink,
  canSend: () => snapshot().email !== undefined,
  ...codes,
})
