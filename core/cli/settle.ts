import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Milliseconds: the first requests are answered before. */
const delay = 1000

/**
 * Gives back what only starting needed (sources, parsed YAML, compiled checks): without it an idle process keeps some 20 MB until its first
 * busy hour. One collection, once, of about 30 ms.
 */
export const settle = (): void => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  setTimeout(collect, delay).unref()
}
