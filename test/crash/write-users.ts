import { flushCompileCache } from 'node:module'
import { argv } from 'node:process'
import { openDatabase } from '../../core/data/database.ts'
import { createGroup } from '../../core/identity/groups.ts'
import { createUser } from '../../core/identity/write-users.ts'

// The process that `directory.crash.test.ts` kills: makes users for ever, each in a transaction, and says the id of each that is committed.
const [url = '', round] = argv.slice(2)
const database = await openDatabase({ url })
await database.migrate()
if (round === '0') {
  await database.transaction(async (tx) => {
    for (const slug of ['staff', 'finance']) await createGroup(tx, { slug }, Date.now())
  })
  // the killed do not write it, and the next ones start faster by it
  flushCompileCache()
}
for (let n = 0; ; n++) {
  const user = { username: `user-${round}-${n}`, groups: ['staff', 'finance'], roles: ['viewer'] }
  const id = await database.transaction((tx) => createUser(tx, user, Date.now()))
  process.send?.(id)
}
