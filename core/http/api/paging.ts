import { type Expression, type SelectQueryBuilder, sql } from 'kysely'
import Type, { type TSchema } from 'typebox'
import type { Cursors, Place } from './cursors.ts'

const maxLimit = 200
export const defaultLimit = 50

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
type Ids = { readonly ids: readonly string[]; readonly next: string | null; readonly total?: number }

/**
 * One page of ids, in order. Pages follow on from the last one's place, so that nothing is shown twice or left out because of what was
 * added meanwhile.
 * @param list names the list with all its filters: what cursors are bound to
 */
export const pageOfIds = async <DB, T extends keyof DB>(
  query: SelectQueryBuilder<DB, T, {}>,
  order: Order,
  { asked, cursors, list }: { readonly asked: Asked; readonly cursors: Cursors; readonly list: string },
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
  const { n } = (await query.select((row) => row.fn.countAll().as('n')).executeTakeFirstOrThrow()) as { n: number | string }
  return { ids: shown.map((row) => row.id), next, total: Number(n) }
}
