import type * as Sqlite from '@mikro-orm/sqlite'
import type { MikroORM, Options } from '@mikro-orm/sqlite'
import type { Dialect } from 'kysely'
import type { Connections, DatabaseKind } from './connections.ts'
import { entities } from './entities/index.ts'

/** Each kind's own package is loaded where that kind is used; they differ in the words they write, not in what can be asked of them. */
const packages = {
  sqlite: () => import('@mikro-orm/sqlite'),
  postgresql: async () => (await import('@mikro-orm/postgresql')) as unknown as typeof Sqlite,
} as const satisfies Record<DatabaseKind, unknown>

/** MikroORM over a Kysely dialect of ours. Opens nothing by itself. */
export const createOrm = async (
  { kind, name }: Pick<Connections, 'kind' | 'name'>,
  dialect: Dialect,
  more: Options = {},
): Promise<MikroORM> => {
  const { MikroORM: Orm } = await packages[kind]()
  return new Orm({
    entities: [...entities],
    dbName: name,
    driverOptions: dialect,
    // what the tests prove about the entities need not be proved at each start
    discovery: { checkDuplicateTableNames: false, checkDuplicateFieldNames: false },
    // its triggers and its index are of one database, which no entity can say: they are the migrations' alone
    schemaGenerator: { skipTables: [/^user_search/] },
    ...more,
  })
}
