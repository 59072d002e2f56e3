import { type Expression, type ExpressionBuilder, sql, type SqlBool } from 'kysely'
import Type from 'typebox'

/** A parameter of lists: a part of what is looked for. `of` says in words where it is looked for. */
export const searchOf = (of: string) => Type.Optional(Type.String({ description: `A part of ${of}.`, minLength: 1, maxLength: 200 }))

/** A pattern for LIKE, escaped by `\`: what is searched for stands for itself. */
const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`

/** Has one of these columns this text in it? Small and capital letters are alike. By column, since some hold what was made comparable. */
export const contains = <DB, T extends keyof DB>(
  row: ExpressionBuilder<DB, T>,
  texts: Readonly<Record<string, string>>,
): Expression<SqlBool> =>
  row.or(Object.entries(texts).map(([column, text]) => sql<boolean>`${sql.ref(column)} like ${containing(text)} escape '\\'`))
