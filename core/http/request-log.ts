import type { FastifyBaseLogger } from 'fastify'

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'

/**
 * The log of one request, whose lines carry its `reqId`. Made for every request, and most write no line: so the logger below, which costs more
 * than most of what a request does, is made by the first line that is written.
 */
class RequestLog {
  readonly #parent: FastifyBaseLogger
  readonly #bindings: object
  readonly #options: object
  #own: FastifyBaseLogger | undefined
  constructor(parent: FastifyBaseLogger, bindings: object, options: object) {
    this.#parent = parent
    this.#bindings = bindings
    this.#options = options
  }
  get level(): string {
    return this.#parent.level
  }
  get #log(): FastifyBaseLogger {
    return (this.#own ??= this.#parent.child(this.#bindings as Parameters<FastifyBaseLogger['child']>[0], this.#options))
  }
  #write(level: Level, given: unknown[]): void {
    const { isLevelEnabled } = this.#parent as { isLevelEnabled?: (level: string) => boolean }
    if (isLevelEnabled && !isLevelEnabled.call(this.#parent, level)) return
    const log = this.#log
    ;(log[level] as (...given: unknown[]) => void).apply(log, given)
  }
  fatal(...given: unknown[]): void {
    this.#write('fatal', given)
  }
  error(...given: unknown[]): void {
    this.#write('error', given)
  }
  warn(...given: unknown[]): void {
    this.#write('warn', given)
  }
  info(...given: unknown[]): void {
    this.#write('info', given)
  }
  debug(...given: unknown[]): void {
    this.#write('debug', given)
  }
  trace(...given: unknown[]): void {
    this.#write('trace', given)
  }
  silent(): void {}
  child(...given: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#log.child(...given)
  }
}

/** For Fastify's option `childLoggerFactory`. */
export const requestLog = (parent: FastifyBaseLogger, bindings: object, options: object): FastifyBaseLogger =>
  new RequestLog(parent, bindings, options)
