import type { Kind } from './work.ts'

/** What a trace tells of a piece of work, by the names of OpenTelemetry's conventions or ours, `sluice.…`. */
export type Told = Readonly<Record<string, string | number>>

/** A piece of work as traces have it. */
export type Span = {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** `undefined`: the trace is not taken down. */
  child(kind: Kind, name: string, told?: () => Told): Span | undefined
  end(outcome: string, told?: Told): void
}

/** Where traces begin. */
export type Tracer = {
  /**
   * The span of a request. `parent`: its `traceparent` (W3C Trace Context), where whoever sent it is believed.
   * `undefined`: the trace is not taken down.
   */
  request(method: string, parent: string | undefined): RequestSpan | undefined
  /** Sends what waits, for at most a few seconds. */
  close(): Promise<void>
}

/** Which route it is, is known when it ends. */
export type RequestSpan = Span & { named(name: string): void }
