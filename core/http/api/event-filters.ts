import { BlockList, isIP } from 'node:net'
import Type, { type Static } from 'typebox'
import type { Caller } from '../../access/caller.ts'
import { seesAll, visible } from '../../access/visible.ts'
import { contains } from '../../data/containing.ts'
import type { Database } from '../../data/database.ts'
import { firstIdAt } from '../../events/ids.ts'
import { usersNamed } from '../../identity/search.ts'
import { networkProblem } from '../../policy/networks.ts'
import { invalid } from './problem.ts'
import { instant } from './schemas.ts'

/** How many events a search looks through for one page: none of them is indexed by what is in it. */
const searched = 10_000

export const eventFilters = Type.Object({
  action: Type.Optional(Type.String({ description: 'Only these, separated by commas, e.g. `login,login_failed`.', maxLength: 1000 })),
  user: Type.Optional(Type.String({ description: 'Only what this user did: an id.', maxLength: 40 })),
  application: Type.Optional(Type.String({ description: 'Only those of this application: a slug.', maxLength: 100 })),
  since: Type.Optional(instant('Only those from this moment on.')),
  until: Type.Optional(instant('Only those before this moment.')),
  ip: Type.Optional(Type.String({ description: 'Only those from this address or network, e.g. `10.0.0.0/8`.', maxLength: 50 })),
  search: Type.Optional(
    Type.String({
      description: `A part of the action, the address, the user's name or the details. A page looks through ${searched} events at most: it may hold fewer than \`limit\`, even none, and \`next\` goes on behind them.`,
      minLength: 1,
      maxLength: 200,
    }),
  ),
})
export type EventFilters = Static<typeof eventFilters>

/** The events that a caller may see, after the filters that indexes are for. */
const narrowed = ({ sql }: Database, caller: Caller, { action, user, application, since, until }: EventFilters) => {
  let rows = visible(sql.selectFrom('events'), caller, 'events')
  if (action !== undefined) rows = rows.where('events.action', 'in', action.split(','))
  if (user !== undefined) rows = rows.where('events.user_id', '=', user)
  if (application !== undefined) rows = rows.where('events.application', '=', application)
  if (since !== undefined) rows = rows.where('events.id', '>=', firstIdAt(Date.parse(since)))
  if (until !== undefined) rows = rows.where('events.id', '<', firstIdAt(Date.parse(until)))
  return rows
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Is an address this one, or in this network? */
const addressTest = (text: string): ((address: string) => boolean) => {
  const detail = networkProblem(text)
  if (detail !== undefined) throw invalid([{ pointer: '/ip', detail }])
  const [start = '', bits] = text.split('/')
  const list = new BlockList()
  if (bits === undefined) list.addAddress(start, familyOf(start))
  else list.addSubnet(start, Number(bits), familyOf(start))
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address))
}

type Page = { readonly before: string | undefined; readonly limit: number }

/**
 * Events by these filters, the newest first: one more than `limit` where there are more. `goOn`: the id behind which a search goes on that has looked
 * through as many as it may.
 */
export const findEvents = async (database: Database, caller: Caller, filters: EventFilters, { before, limit }: Page) => {
  let rows = narrowed(database, caller, filters)
  if (before !== undefined) rows = rows.where('events.id', '<', before)
  const ordered = rows.selectAll('events').orderBy('events.id', 'desc')
  const { search, ip } = filters
  if (search === undefined && ip === undefined) return { rows: await ordered.limit(limit + 1).execute(), goOn: undefined }

  const { sql } = database
  const window = () => sql.selectFrom(ordered.limit(searched).as('events'))
  let found = window().selectAll()
  if (ip !== undefined) {
    const matches = addressTest(ip)
    const addresses = (await window().select('events.ip').distinct().execute()).map((row) => row.ip).filter(matches)
    found = found.where('events.ip', 'in', addresses)
  }
  if (search !== undefined) {
    // Why somebody was refused is not shown to themselves, so that it cannot be searched by them either.
    const texts = { 'events.action': search, 'events.ip': search, ...(seesAll(caller, 'events') && { 'events.detail': search }) }
    found = found.where((row) => row.or([contains(row, texts), row('events.user_id', 'in', usersNamed(database, search))]))
  }
  const end = await window()
    .select((row) => [row.fn.min('events.id').as('last'), row.fn.countAll().as('n')])
    .executeTakeFirstOrThrow()
  return {
    rows: await found
      .orderBy('events.id', 'desc')
      .limit(limit + 1)
      .execute(),
    goOn: Number(end.n) === searched ? end.last : undefined,
  }
}

/** One event, if the caller may see it. */
export const findEvent = (database: Database, caller: Caller, id: string) =>
  narrowed(database, caller, {}).selectAll('events').where('events.id', '=', id).executeTakeFirst()
