import { dataFiles } from '../options/data-files.ts'
import { callServer } from './client.ts'
import { type Command, jsonFlag } from './command.ts'
import { optionsOf } from './setup.ts'

export const migrate: Command = {
  name: 'migrate',
  summary: "Bring the database's schema up to date",
  details: ['The server does the same when it starts. Make a backup of the data directory first.'],
  flags: { json: jsonFlag },
  async run(call) {
    const { flags, terminal } = call
    const options = await optionsOf(call)
    const running = await callServer(dataFiles(options.dataDir).socket, 'status', {})
    const { withDatabase } = await import('./local.ts')
    // A server that runs has done it at its start.
    const migrations = running ? [] : await withDatabase(options, (database) => database.migrate())
    if (flags['json']) terminal.out(JSON.stringify({ migrations }))
    else terminal.out(migrations.length > 0 ? `Done: ${migrations.join(', ')}` : 'The database is up to date.')
    return 0
  },
}
