import type { Algorithm } from '../../core/api/index.ts'
import { generatePrivateKey, signingKey } from '../../core/keys/signing-key.ts'
import { workers, type Rate } from './load.ts'

// The bound of signed tokens: signs one, over and over, and does nothing else. Prints its `Rate`. Arguments: algorithm, milliseconds.

const [, , alg, duration] = process.argv
const key = signingKey(alg as Algorithm, await generatePrivateKey(alg as Algorithm))
const data = Buffer.alloc(500, 'x')
const begun = performance.now()
const cpu = process.cpuUsage()
const until = begun + Number(duration)
let done = 0
await Promise.all(
  Array.from({ length: workers }, async () => {
    while (performance.now() < until) {
      await key.sign(data)
      done += 1
    }
  }),
)
const { user, system } = process.cpuUsage(cpu)
const rate: Rate = { perSecond: (done * 1000) / (performance.now() - begun), perCpuSecond: (done * 1e6) / (user + system) }
process.stdout.write(`${JSON.stringify(rate)}\n`)
