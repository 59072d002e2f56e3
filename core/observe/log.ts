import { hostname } from 'node:os'
import { pino, type Logger } from 'pino'
import { lineOfTrace } from './start.ts'

/** Never in the log, under whatever name it gets there. */
const redact = ['password', 'secret', 'token', 'code', 'answer', 'cookie', 'authorization'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
])

/** The log of this process: a JSON object on each line of the standard error. `worker`: its number, where several processes share that. */
export const openLog = (level: string, worker?: number): Logger =>
  pino(
    {
      level,
      base: { pid: process.pid, hostname: hostname(), ...(worker !== undefined && { worker }) },
      redact: { paths: redact, censor: '[redacted]' },
      mixin: lineOfTrace,
    },
    pino.destination({ dest: 2, sync: true }),
  )
