import type Database from 'better-sqlite3'
import type { Statement } from 'better-sqlite3'

const limit = 500

/**
 * Prepared statements by their text, the longest unused one dropped beyond 500. Preparing costs more than running. Statements
 * without parameters are not kept: the ORM writes its values into the text, so none of them comes back.
 */
export const statements = (database: Database): ((sql: string, parameters: readonly unknown[]) => Statement) => {
  const kept = new Map<string, Statement>()
  return (sql, parameters) => {
    if (parameters.length === 0) return database.prepare(sql)
    const known = kept.get(sql)
    if (known) kept.delete(sql)
    const statement = known ?? database.prepare(sql)
    kept.set(sql, statement)
    const [oldest] = kept.keys()
    if (kept.size > limit && oldest !== undefined) kept.delete(oldest)
    return statement
  }
}
