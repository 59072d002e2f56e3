import { MikroORM, type Options } from '@mikro-orm/sqlite'
import type { Dialect } from 'kysely'
import { entities } from './entities/index.ts'

/** MikroORM over a Kysely dialect of ours. Opens nothing by itself. */
export const createOrm = (dialect: Dialect, more: Options = {}): MikroORM =>
  new MikroORM({
    entities: [...entities],
    dbName: 'sluice',
    driverOptions: dialect,
    // what the tests prove about the entities need not be proved at each start
    discovery: { checkDuplicateTableNames: false, checkDuplicateFieldNames: false },
    // its triggers and its index are of one database, which no entity can say: they are the migrations' alone
    schemaGenerator: { skipTables: [/^user_search/] },
    ...more,
  })
