import type { Selectable } from 'kysely'
import type { Database } from '../data/database.ts'
import type { Tables } from '../data/tables.ts'
import { type Chain, type Entry, genesis } from './chain.ts'

/** Seals that are read at once, each with its events. */
const page = 20

export type Breach = {
  readonly what: 'event changed' | 'event removed' | 'event put in' | 'seal changed' | 'seals removed'
  readonly seal: number
  /** The event's id, where it is one event. */
  readonly event?: string
}
export type Verification = {
  readonly intact: boolean
  /** Checked so far: all, or up to the breach. */
  readonly events: number
  readonly seals: number
  /** Written a moment ago, and not sealed yet. */
  readonly unsealed: number
  /** The last seal. Noted elsewhere, it tells later whether the chain was cut off and grown anew. */
  readonly head: { readonly seal: number; readonly hash: string } | null
  readonly breach?: Breach
}

type SealRow = Selectable<Tables['event_seals']>
type EventRow = Selectable<Tables['events']>

/** The first event, in the order of ids, that is not as it was sealed. */
const breachOf = (chain: Chain, seal: number, entries: readonly Entry[], rows: readonly EventRow[]): Breach | undefined => {
  const found = new Map(rows.map((row) => [row.id, row]))
  const wanted = new Map(entries)
  for (const id of [...new Set([...found.keys(), ...wanted.keys()])].toSorted()) {
    const row = found.get(id)
    const mac = wanted.get(id)
    if (!row) return { what: 'event removed', seal, event: id }
    if (mac === undefined) return { what: 'event put in', seal, event: id }
    if (chain.entry(row)[1] !== mac) return { what: 'event changed', seal, event: id }
  }
  return undefined
}

const entriesOf = ({ entries }: SealRow): readonly Entry[] | undefined => {
  try {
    const parsed: unknown = JSON.parse(entries)
    return Array.isArray(parsed) ? (parsed as readonly Entry[]) : undefined
  } catch {
    return undefined
  }
}

/** Does the row follow from the one before it? The oldest may stand for what retention removed. */
const follows = (chain: Chain, before: string, row: SealRow, isFirst: boolean): boolean => {
  if (row.pruned !== null) return isFirst && row.pruned === chain.pruned(row.seq, row.hash) && row.entries === '[]'
  const entries = entriesOf(row)
  return (
    entries !== undefined && row.count === entries.length && row.hash === chain.link(before, { seq: row.seq, newest: row.newest, entries })
  )
}

const verifyOnce = async ({ sql }: Database, chain: Chain): Promise<Verification> => {
  const state = { events: 0, seals: 0, unsealed: 0, head: null as Verification['head'] }
  const broken = (breach: Breach): Verification => ({ intact: false, ...state, breach })
  for (;;) {
    const after = state.head?.seal ?? 0
    const seals = await sql.selectFrom('event_seals').selectAll().where('seq', '>', after).orderBy('seq').limit(page).execute()
    const [first, last] = [seals[0], seals.at(-1)]
    if (!first || !last) break
    const rows = await sql
      .selectFrom('events')
      .selectAll()
      .where('seal', '>=', first.seq)
      .where('seal', '<=', last.seq)
      .orderBy('seal')
      .orderBy('id')
      .execute()
    const bySeal = Map.groupBy(rows, ({ seal }) => Number(seal))
    for (const row of seals) {
      const { seq, hash } = row
      const isFirst = state.head === null
      const next = (state.head?.seal ?? 0) + 1
      if (seq !== next && !(isFirst && row.pruned !== null)) return broken({ what: 'seals removed', seal: next })
      if (!follows(chain, state.head?.hash ?? genesis, row, isFirst)) return broken({ what: 'seal changed', seal: seq })
      const breach = breachOf(chain, seq, entriesOf(row) ?? [], bySeal.get(seq) ?? [])
      if (breach) return broken(breach)
      state.events += bySeal.get(seq)?.length ?? 0
      state.seals++
      state.head = { seal: seq, hash }
    }
  }
  const stray = await sql
    .selectFrom('events')
    .select(['id', 'seal'])
    .where('seal', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('event_seals').select('event_seals.seq').whereRef('event_seals.seq', '=', 'events.seal'))),
    )
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  if (stray)
    return broken({
      what: state.head && Number(stray.seal) <= state.head.seal ? 'event put in' : 'seals removed',
      seal: Number(stray.seal),
      event: stray.id,
    })
  const open = await sql
    .selectFrom('events')
    .select(({ fn }) => fn.countAll().as('n'))
    .where('seal', 'is', null)
    .executeTakeFirstOrThrow()
  return { intact: true, ...state, unsealed: Number(open.n) }
}

const oldest = async ({ sql }: Database) =>
  (await sql.selectFrom('event_seals').select('seq').orderBy('seq').limit(1).executeTakeFirst())?.seq

/** Recomputes the whole chain from what is stored, in pages. Changes nothing. */
export const verifyEvents = async (database: Database, chain: Chain): Promise<Verification> => {
  for (;;) {
    const before = await oldest(database)
    const result = await verifyOnce(database, chain)
    // Retention may have moved the beginning between two pages: only what holds still can be judged.
    if (result.intact || (await oldest(database)) === before) return result
  }
}
