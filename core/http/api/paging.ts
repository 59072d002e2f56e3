import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely'
import Type, { type TSchema } from 'typebox'
import type { Cursors, Place } from './cursors.ts'

const maxLimit = 200

/** What every list takes. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ description: 'How many at most.', minimum: 1, maximum: maxLimit, default: 50 })),
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

type Asked = { readonly limit?: number; readonly cursor?: string; readonly total?: boolean }
/** `column`: what is sorted by, which may not be null; `id`: what tells equal ones apart. */
type Order = { readonly column: string; readonly id: string; readonly descending: boolean }
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
  const limit = asked.limit ?? 50
  const direction = order.descending ? 'desc' : 'asc'
  const bound = JSON.stringify([list, order.column, direction])
  const after: Place | undefined = asked.cursor === undefined ? undefined : cursors.read(bound, asked.cursor)
  const [column, id] = [order.column as never, order.id as never]
  let page = query.select([`${order.id} as id`, `${order.column} as place`] as never) as unknown as SelectQueryBuilder<
    DB,
    T,
    { id: string; place: string | number }
  >
  if (after) {
    const beyond = order.descending ? '<' : '>'
    page = page.where((row: ExpressionBuilder<DB, T>) =>
      row.or([
        row(column, beyond, after.value as never),
        row.and([row(column, '=', after.value as never), row(id, beyond, after.id as never)]),
      ]),
    )
  }
  const rows = await page
    .orderBy(column, direction)
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
