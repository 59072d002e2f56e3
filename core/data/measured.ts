import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'
import { operationOf, statementText } from '../observe/statement.ts'
import { measure } from '../observe/work.ts'

/** Runs a statement and tells how long it took: in numbers by what it does, in traces by its text without any value. */
export const measuredStatement = <Row>(
  { sql }: Pick<CompiledQuery, 'sql'>,
  run: () => Promise<QueryResult<Row>>,
): Promise<QueryResult<Row>> => {
  const operation = operationOf(sql)
  return measure('database', operation, run, {
    told: () => ({ 'db.operation.name': operation, 'db.query.text': statementText(sql) }),
  })
}

const measuredConnections = new WeakSet<DatabaseConnection>()

/** In place: drivers know their connections by identity, and pools give the same one again. */
const measuredConnection = (connection: DatabaseConnection): DatabaseConnection => {
  if (measuredConnections.has(connection)) return connection
  measuredConnections.add(connection)
  const execute = connection.executeQuery.bind(connection)
  connection.executeQuery = <Row>(query: CompiledQuery) => measuredStatement<Row>(query, () => execute<Row>(query))
  return connection
}

const step = (operation: string, work: () => Promise<void>): Promise<void> =>
  measure('database', operation, work, { told: () => ({ 'db.operation.name': operation }) })

/** The same dialect, whatever the database, with every statement measured. `begin` has in it the wait for a connection or for a turn. */
export const measuredDialect = (dialect: Dialect): Dialect => ({
  createAdapter: () => dialect.createAdapter(),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createDriver() {
    const driver = dialect.createDriver()
    return new Proxy(driver, {
      get(target, name: keyof Driver) {
        if (name === 'acquireConnection') return async () => measuredConnection(await target.acquireConnection())
        if (name === 'beginTransaction')
          return (...given: Parameters<Driver['beginTransaction']>) => step('begin', () => target.beginTransaction(...given))
        if (name === 'commitTransaction')
          return (...given: Parameters<Driver['commitTransaction']>) => step('commit', () => target.commitTransaction(...given))
        const value = target[name]
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  },
})
