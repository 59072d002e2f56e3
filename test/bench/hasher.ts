import { cpus } from 'node:os'
import { createHasher } from '../../core/keys/hashing.ts'
import { workers, type Rate } from './load.ts'
import { password } from './people.ts'

// The bound of sign-ins by password: verifies one, over and over, and does nothing else. Prints its `Rate`. Argument: milliseconds.

// As many at a time as in the server, which was started when all cores were its own.
const hasher = createHasher({ concurrency: cpus().length })
const hash = await hasher.hash(password)
const begun = performance.now()
const cpu = process.cpuUsage()
const until = begun + Number(process.argv[2])
let done = 0
await Promise.all(
  Array.from({ length: workers }, async () => {
    while (performance.now() < until) {
      await hasher.verify(hash, password)
      done += 1
    }
  }),
)
const { user, system } = process.cpuUsage(cpu)
const rate: Rate = { perSecond: (done * 1000) / (performance.now() - begun), perCpuSecond: (done * 1e6) / (user + system) }
process.stdout.write(`${JSON.stringify(rate)}\n`)
