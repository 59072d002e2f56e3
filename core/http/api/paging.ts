import { type Expression, type SelectQueryBuilder, sql } from 'kysely'
import Type, { type TSchema } from 'typebox'
import type { Cursors, Place } from './cursors.ts'

const maxLimit = 200
export const defaultLimit = 50

/** How far what a search finds is counted: beyond it nobody wants to know, and counting would take longer than finding. */
const mostCounted = 10_000

/** What every list takes. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ description: 'How many at most.', minimum: 1, maximum: maxLimit, default: defaultLimit })),
  cursor: Type.Optional(Type.String({ description: 'The `next` of the page before.', maxLength: 2000 })),
  total: Type.Optional(Type.Boolean({ description: 'Also say how many there are.', default: false })),
}

export const pageOf = (items: TSchema, description: string) =>
  Type.Object(
    {
      items: Type.Array(items),
      next: Type.Union([Type.String(), Type.Null()], { description: 'The cursor of the next page; null on the last one.' }),
      total: Type.Optional(Type.Integer({ description: 'How many there are, where `total` was asked for.' })),
      atLeast: Type.Optional(
        Type.Boolean({ description: `There are more than \`total\`: what a search finds is counted to ${mostCounted} only.` }),
      ),
    },
    { description },
  )

export type Asked = { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly total?: boolean | undefined }
/** `column`: what is sorted by; `nulls`: what stands for null in it, where it may be; `id`: what tells equal ones apart. */
export type Order = {
  readonly column: string
  readonly nulls?: number
  readonly id: string | Expression<string>
  readonly descending: boolean
}
type Ids = { readonly ids: readonly string[]; readonly next: string | null; readonly total?: number; readonly atLeast?: true }

const count = async (query: SelectQueryBuilder<any, any, {}>): Promise<number> => {
  const { n } = (await query.select((row) => row.fn.countAll().as('n')).executeTakeFirstOrThrow()) as { n: number | string }
  return Number(n)
}

const countTo = async (most: number, query: SelectQueryBuilder<any, any, {}>): Promise<Pick<Ids, 'total' | 'atLeast'>> => {
  const { length } = await query
    .select(sql.lit(1).as('one'))
    .limit(most + 1)
    .execute()
  return length > most ? { total: most, atLeast: true } : { total: length }
}

/**
 * One page of ids, in order. Pages follow on from the last one's place, so that nothing is shown twice or left out because of what was
 * added meanwhile.
 * @param list names the list with all its filters: what cursors are bound to
 * @param counted the same in a way that is fast to count, but not in order; it is counted to a limit only
 */
export const pageOfIds = async <DB, T extends keyof DB>(
  query: SelectQueryBuilder<DB, T, {}>,
  order: Order,
  {
    asked,
    cursors,
    list,
    counted,
  }: { readonly asked: Asked; readonly cursors: Cursors; readonly list: string; readonly counted?: SelectQueryBuilder<any, any, {}> },
): Promise<Ids> => {
  const limit = asked.limit ?? defaultLimit
  const direction = order.descending ? 'desc' : 'asc'
  const bound = JSON.stringify([list, order.column, direction])
  const after: Place | undefined = asked.cursor === undefined ? undefined : cursors.read(bound, asked.cursor)
  const column = sql.ref<string | number>(order.column)
  const value = order.nulls === undefined ? column : sql<string | number>`coalesce(${column}, ${sql.lit(order.nulls)})`
  const id = sql<string>`${typeof order.id === 'string' ? sql.ref(order.id) : order.id}`
  let page = query.select([id.as('id'), value.as('place')] as never) as unknown as SelectQueryBuilder<
    DB,
    T,
    { id: string; place: string | number }
  >
  if (after) {
    const beyond = sql.raw(order.descending ? '<' : '>')
    page = page.where(sql<boolean>`(${value}, ${id}) ${beyond} (${after.value}, ${after.id})`)
  }
  const rows = await page
    .orderBy(value, direction)
    .orderBy(id, direction)
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last ? cursors.write(bound, { value: last.place, id: last.id }) : null
  if (!asked.total) return { ids: shown.map((row) => row.id), next }
  return { ids: shown.map((row) => row.id), next, ...(counted ? await countTo(mostCounted, counted) : { total: await count(query) }) }
}
