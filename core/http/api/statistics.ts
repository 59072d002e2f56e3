import { sql } from 'kysely'
import Type from 'typebox'
import type { Database } from '../../data/database.ts'
import { firstIdAt } from '../../events/ids.ts'
import { userReferences } from '../../identity/references.ts'
import type { ApiParts } from './parts.ts'
import { invalid } from './problem.ts'
import { defineRoute } from './route.ts'
import { instant } from './schemas.ts'

/** Milliseconds. */
const widths = { hour: 3_600_000, day: 86_400_000 } as const
/** Buckets that are told where nobody says since when: a day of hours, a month of days. */
const usual = { hour: 24, day: 30 } as const
const mostBuckets = 1000
/** Of what there is most. */
const tops = 10

const counts = {
  succeeded: Type.Integer(),
  failed: Type.Integer({ description: 'Wrong answers, and tries that were not looked at any more.' }),
}
const count = Type.Integer()

/** From one moment (epoch ms) until before another. */
type Span = { readonly since: number; readonly until: number }

const during = ({ sql: db }: Database, actions: readonly string[], { since, until }: Span) =>
  db.selectFrom('events').where('action', 'in', actions).where('id', '>=', firstIdAt(since)).where('id', '<', firstIdAt(until))

const countedBuckets = async (database: Database, span: Span, width: number) => {
  const bucket = sql<number>`at / ${sql.lit(width)}`
  const rows = await during(database, ['login', 'login_failed'], span)
    .select((row) => ['action', bucket.as('bucket'), row.fn.countAll().as('n')])
    .groupBy(['action', bucket])
    .execute()
  const known = new Map(rows.map((row) => [`${row.action} ${row.bucket}`, Number(row.n)]))
  const first = span.since / width
  return Array.from({ length: Math.ceil(span.until / width) - first }, (_, index) => ({
    at: new Date((first + index) * width).toISOString(),
    succeeded: known.get(`login ${first + index}`) ?? 0,
    failed: known.get(`login_failed ${first + index}`) ?? 0,
  }))
}

/** What the most events of this action have in a column, with how many. */
const most = async (database: Database, span: Span, action: string, column: 'application' | 'user_id' | 'ip') => {
  const rows = await during(database, [action], span)
    .select((row) => [`${column} as of`, row.fn.countAll().as('n')])
    .where(column, 'is not', null)
    .where(column, '!=', '')
    .groupBy(column)
    .orderBy('n', 'desc')
    .orderBy('of')
    .limit(tops)
    .execute()
  return rows.map((row) => ({ of: String(row.of), count: Number(row.n) }))
}

export const statisticsRoute = ({ database, events, clock }: Pick<ApiParts, 'database' | 'events' | 'clock'>) =>
  defineRoute({
    method: 'GET',
    path: '/statistics/sign-ins',
    permission: 'events.view',
    summary: 'Count sign-ins',
    description: 'Hours and days are those of UTC.',
    query: Type.Object({
      per: Type.Optional(Type.Enum(['hour', 'day'], { default: 'day' })),
      since: Type.Optional(instant('Since when, from the begin of that hour or day; a day of hours or 30 days, where nothing is said.')),
      until: Type.Optional(instant('Until before when; now, where nothing is said.')),
    }),
    response: Type.Object({
      since: instant('The begin of the first bucket.'),
      until: instant('The end.'),
      buckets: Type.Array(Type.Object({ at: instant('Its begin.'), ...counts }), { description: 'Each hour or day, in order.' }),
      total: Type.Object(counts),
      applications: Type.Array(Type.Object({ slug: Type.String(), name: Type.String(), count }), { description: 'Opened most.' }),
      users: Type.Array(Type.Object({ id: Type.String(), username: Type.String(), name: Type.String(), count }), {
        description: 'Whose sign-ins failed most.',
      }),
      addresses: Type.Array(Type.Object({ ip: Type.String(), count }), { description: 'Where most of those came from that failed.' }),
    }),
    async handler({ query: { per = 'day', since, until }, snapshot }) {
      await events.flush()
      const width = widths[per]
      const end = until === undefined ? clock.now().getTime() : Date.parse(until)
      const wanted = since === undefined ? end - usual[per] * width : Date.parse(since)
      const span = { since: Math.floor(wanted / width) * width, until: end }
      if (span.since >= end) throw invalid([{ pointer: '/since', detail: 'is not before the end; choose an earlier moment' }])
      const number = Math.ceil((end - span.since) / width)
      if (number > mostBuckets)
        throw invalid([
          { pointer: '/since', detail: `makes ${number} buckets, more than ${mostBuckets}; choose a shorter span, or per=day` },
        ])

      const [buckets, applications, failing, addresses] = await Promise.all([
        countedBuckets(database, span, width),
        most(database, span, 'authorize_application', 'application'),
        most(database, span, 'login_failed', 'user_id'),
        most(database, span, 'login_failed', 'ip'),
      ])
      const users = await userReferences(
        database.sql,
        failing.map(({ of }) => of),
      )
      const sum = (of: 'succeeded' | 'failed') => buckets.reduce((all, bucket) => all + bucket[of], 0)
      return {
        body: {
          since: new Date(span.since).toISOString(),
          until: new Date(end).toISOString(),
          buckets,
          total: { succeeded: sum('succeeded'), failed: sum('failed') },
          applications: applications.map(({ of, count: n }) => ({ slug: of, name: snapshot.applications.get(of)?.name ?? of, count: n })),
          users: failing.flatMap(({ of, count: n }) => {
            const user = users.get(of)
            return user ? { ...user, count: n } : []
          }),
          addresses: addresses.map(({ of, count: n }) => ({ ip: of, count: n })),
        },
      }
    },
  })
