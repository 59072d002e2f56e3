import type { Compilable, CompiledQuery } from 'kysely'
import type { Database } from './database.ts'

/** Stands in a query's text for a value that each call brings. */
class Hole {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * A query that is built and compiled once, for what happens at every request: building costs several times what running does.
 * `build` gets stand-ins for the values of each call and must not look at them.
 *
 *     const userById = prepare(database, (given: { id: string }) => database.sql.selectFrom('users').selectAll().where('id', '=', given.id))
 *     const [user] = await userById({ id })
 */
export const prepare = <Given extends object, Row>(
  database: Database,
  build: (given: Given) => Compilable<Row>,
): ((given: Given) => Promise<readonly Row[]>) => {
  const holes = new Proxy({} as Given, { get: (_, name) => new Hole(String(name)) })
  const compiled: CompiledQuery<Row> = build(holes).compile()
  return async (given) => {
    const values = given as Readonly<Record<string, unknown>>
    const parameters = compiled.parameters.map((value) => (value instanceof Hole ? values[value.name] : value))
    const { rows } = await database.query<Row>({ ...compiled, parameters })
    return rows
  }
}
