import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../core/data/database.ts'
import { createJobs } from '../../core/jobs/jobs.ts'

// A process that takes the jobs of the database it is given, tells its parent of each, and never ends one that it is to be killed in.
const [url = '', way = ''] = process.argv.slice(2)
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const jobs = createJobs({ database: await openDatabase({ url }), clock: { now: () => new Date() }, log: silent, lease: 1000, poll: 20 })
jobs.handle('work', {
  attempts: 2,
  async run(data, { attempt }) {
    process.send?.({ data, attempt })
    if (way === 'hang') await sleep(60_000)
  },
})
jobs.start()
