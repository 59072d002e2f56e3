import { argv, stdout } from 'node:process'
import { Migrator } from '@mikro-orm/migrations'
import { openConnections } from './database.ts'
import { createOrm } from './orm.ts'

// `node core/data/author.ts <name>`: writes the migrations, one for each kind of database, from the last one's schema (its snapshot) to the
// entities. Add them to `migrations/index.ts`. No database is asked.
const [name] = argv.slice(2)
if (!name || !/^[a-z][a-z-]*$/.test(name))
  throw new Error(`usage: node core/data/author.ts <name>, a name like "add-devices", not ${JSON.stringify(name)}`)

for (const url of ['sqlite::memory:', 'postgresql://localhost/nothing']) {
  const connections = await openConnections(url)
  const { kind, dialect } = connections
  const orm = await createOrm(connections, dialect, {
    extensions: [Migrator],
    migrations: { path: `${import.meta.dirname}/migrations/${kind}`, snapshotName: '.snapshot', emit: 'ts' },
  })
  const { fileName } = await orm.migrator.create(undefined, false, false, name)
  stdout.write(fileName ? `core/data/migrations/${kind}/${fileName}\n` : `${kind}: the entities have not changed\n`)
  await orm.close()
}
