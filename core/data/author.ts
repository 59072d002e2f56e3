import { argv, stdout } from 'node:process'
import { Migrator } from '@mikro-orm/migrations'
import { createOrm } from './orm.ts'
import { openSqlite } from './sqlite.ts'

// `node core/data/author.ts <name>`: writes the migration from the last one's schema (its snapshot) to the entities. Add it to `migrations/index.ts`.
const [name] = argv.slice(2)
if (!name || !/^[a-z][a-z-]*$/.test(name))
  throw new Error(`usage: node core/data/author.ts <name>, a name like "add-devices", not ${JSON.stringify(name)}`)

const orm = createOrm(openSqlite(':memory:').dialect, {
  extensions: [Migrator],
  migrations: { path: `${import.meta.dirname}/migrations/sqlite`, snapshotName: '.snapshot', emit: 'ts' },
})
const { fileName } = await orm.migrator.create(undefined, false, false, name)
stdout.write(fileName ? `core/data/migrations/sqlite/${fileName}\n` : 'the entities have not changed\n')
await orm.close()
