import { type Expression, type ExpressionBuilder, sql, type SqlBool } from 'kysely'
import type { Database } from './database.ts'

/** A pattern for LIKE, escaped by `\`: what is searched for stands for itself. */
const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`

/** Has one of these columns this text in it? Small and capital letters are alike. By column, since some hold what was made comparable. */
export const contains = <DB, T extends keyof DB>(
  row: ExpressionBuilder<DB, T>,
  texts: Readonly<Record<string, string>>,
): Expression<SqlBool> =>
  row.or(
    Object.entries(texts).map(
      // `lower` on both sides, since the databases differ in whether LIKE minds capital letters
      ([column, text]) => sql<boolean>`lower(cast(${sql.ref(column)} as text)) like lower(cast(${containing(text)} as text)) escape '\\'`,
    ),
  )

type Column = 'names' | 'email'
type Trigrams = { readonly user_search_trigrams: { readonly rowid: number } }

/** What FTS5 takes: the text as one phrase of trigrams, which is whatever has the text in it. */
const phrase = (text: string, columns: readonly Column[]): string => `{${columns.join(' ')}} : "${text.replaceAll('"', '""')}"`

/**
 * Rows of `user_search` that have this text in one of these columns; the text has to be made comparable as they are. The one search whose words are
 * the database's: PostgreSQL uses its index of trigrams for LIKE, SQLite does not, and none knows texts that are shorter than one.
 */
export const userSearchRows = ({ kind, sql: database }: Pick<Database, 'kind' | 'sql'>, text: string, columns: readonly Column[]) => {
  const rows = database.selectFrom('user_search').select('user_search.user_id')
  if (kind === 'sqlite' && Array.from(text).length >= 3)
    return database
      .withTables<Trigrams>()
      .selectFrom('user_search_trigrams')
      .innerJoin('user_search', 'user_search.id', 'user_search_trigrams.rowid')
      .select('user_search.user_id')
      .where(sql<boolean>`user_search_trigrams match ${phrase(text, columns)}`) as unknown as typeof rows
  const isIn = (column: Column) => sql<boolean>`${sql.ref(`user_search.${column}`)} like ${containing(text)} escape '\\'`
  return rows.where((row) => row.or(columns.map(isIn)))
}
