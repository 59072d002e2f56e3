/** A place in a source as editors count: the first line and column are 1. `text`: what stands there. */
export type Place = { readonly line: number; readonly column: number; readonly text?: string }

export type Limits = {
  /** Bytes that a run may hold; 4 MiB by default. */
  readonly memory: number
  /** Units of about 10,000 loop turns or calls; the same program stops at the same turn everywhere; 200 by default. */
  readonly fuel: number
  /** Bytes of JSON in, of JSON out, of source; 256, 64 and 64 KiB by default. */
  readonly scope: number
  readonly result: number
  readonly source: number
  /** Promise jobs; 2,000 by default. */
  readonly jobs: number
  /** Milliseconds, 50 by default: the engine is asked to stop; one that does not is ended `grace` later, see `PoolOptions`. */
  readonly deadline: number
}

export type PrepareOptions = {
  /** Names that the source may use: properties of the scope that a run is given. */
  readonly names: readonly string[]
  /** Types are allowed and removed (erasable TypeScript only). Default true. */
  readonly typescript?: boolean
}

/** A source that was parsed and found good. Plain data, it can be sent to a worker. */
export type Prepared = {
  /** Names the content: equal sources have equal ids. */
  readonly id: string
  readonly source: string
  /** What the engine compiles. */
  readonly code: string
  /** The same with every part that may decide wrapped for the trace. */
  readonly tracedCode: string
  /** By the ids in the trace. */
  readonly parts: readonly Place[]
  readonly isAsync: boolean
  /** The paths from the scope that the source names, e.g. `['user', 'groups']`; one that ends early stands for all below it. */
  readonly paths: readonly (readonly string[])[]
}

/** `name`: of a name that is not known. */
export type SourceProblem = Place & { readonly message: string; readonly name?: string }

export type Failure = {
  /**
   * `throw`: the program's own error. `syntax`: the engine cannot compile it. Limits: `deadline` `fuel` `memory` `stack` `result` `scope` `stuck`
   * (waits for what never comes). `killed`: it could not be stopped otherwise, `quarantined`: it had to be killed too often. `crash`: of the engine.
   * `busy`: too many wait.
   */
  readonly kind:
    | 'syntax'
    | 'throw'
    | 'deadline'
    | 'fuel'
    | 'memory'
    | 'stack'
    | 'result'
    | 'scope'
    | 'stuck'
    | 'crash'
    | 'killed'
    | 'quarantined'
    | 'busy'
  /** For people, in one sentence. Of a `throw`: `TypeError: …`. */
  readonly message: string
  readonly place?: Place
}

/** One part of the source that was evaluated, in the order of evaluation. `value` is JSON, shortened. */
export type Traced = Required<Place> & { readonly value: unknown; readonly truthy: boolean }

export type Result = ({ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure }) & {
  readonly logs: readonly { readonly level: string; readonly message: string }[]
  readonly trace?: readonly Traced[]
  /** Microseconds of work. */
  readonly us: number
}

export type Run = {
  readonly program: Prepared
  /** JSON object with the names as properties; or the same as JSON text. */
  readonly scope: object | string
  /** Epoch milliseconds: the clock of the program, which stands still. */
  readonly now: number
  /** Of `Math.random`; 0 by default. */
  readonly seed?: number
  /** Whether the result tells what the parts of the program came to; not by default. */
  readonly trace?: boolean
}

export type PoolOptions = {
  /** Workers at most: 2 by default, 1 on a single core. They are started on demand and end when idle. */
  readonly size?: number
  /**
   * Guest code, an expression that is a function `(scope) => scope`: runs in the engine before each program and may give the scope methods and
   * `String.prototype` helpers. Trusted: it is ours.
   */
  readonly prelude?: string
  readonly limits?: Partial<Limits>
  /** Milliseconds of CPU past the deadline after which a worker is killed; 100 by default. */
  readonly grace?: number
  /** Runs that may wait, 1,000 by default; more fail as `busy`. */
  readonly backlog?: number
  /** Milliseconds after which a worker that has nothing to do ends; 30,000 by default. */
  readonly idle?: number
}

export type Pool = {
  /** Has the engine compile it; `undefined`: it can. */
  compile(program: Prepared): Promise<Failure | undefined>
  /** Never rejects. Each run starts from the same state of the engine, whatever ran before. */
  run(run: Run): Promise<Result>
  /** Several in one message to one worker, each by itself; results in the same order. */
  runAll(runs: readonly Run[]): Promise<readonly Result[]>
  /** Workers that were killed since the start. */
  readonly kills: number
  readonly workers: number
  /** Ends all workers. What is not finished fails as a `crash`. */
  close(): Promise<void>
}
