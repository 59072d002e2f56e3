// Guest code: `realm` runs inside the engine, from its own text, once before any program is there. What it needs later it keeps for itself
// now, since a program may replace everything it can reach.

/** What the host calls. Pointers to these stay valid in every image that is made from the realm's. */
export type EntryPoints = {
  /** The program: takes the scope, returns its value. */
  install(program: (scope: unknown) => unknown): void
  /** Begins it. The outcome, see `Outcome`, or '' while a promise is pending. */
  run(scope: string, seed: number): string
  /** Of a program that was pending. */
  outcome(): string
  /** JSON of `Side`. */
  side(): string
}

/**
 * The first letter says what follows as JSON: `v` a value, `e` an error as `{ name, message, stack }`; as a capital where there is a `side` to
 * read.
 */
export type Side = {
  readonly logs: readonly { readonly level: string; readonly message: string }[]
  readonly trace: readonly (readonly [id: number, json: string, truthy: boolean])[]
}

type Settings = { readonly traced: boolean; readonly logs: number; readonly logCharacters: number; readonly traceEntries: number }

const realm = (prelude: (scope: unknown) => unknown, settingsJson: string): EntryPoints => {
  'use strict'
  const { parse, stringify } = JSON
  const { defineProperty, freeze } = Object
  const { Promise: P, Error: E, String: S, TypeError: T, EvalError } = globalThis
  const { imul } = Math
  const bound = Function.prototype.call.bind(Function.prototype.call) as (f: unknown, self: unknown, ...values: unknown[]) => never
  const { then } = P.prototype
  const { slice } = S.prototype
  const errorText = E.prototype.toString
  const isError = (E as unknown as { isError(value: unknown): value is Error }).isError
  const settings: Settings = parse(settingsJson)
  // Not `push`, which a program may replace.
  const add = (list: unknown[], value: unknown): void => {
    defineProperty(list, list.length, { value, writable: true, enumerable: true, configurable: true })
  }

  // Math.random is sfc32 from the run's seed: QuickJS would repeat one stream in every run, and seed it by the clock.
  let [a, b, c, d] = [1, 2, 3, 4]
  const next = (): number => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return t >>> 0
  }
  const seedRandom = (seed: number): void => {
    a = seed | 0
    b = imul(seed, 0x9e3779b1)
    c = seed ^ 0x85ebca6b
    d = 1
    for (let round = 0; round < 12; round++) next()
  }
  defineProperty(Math, 'random', {
    value: function random() {
      return next() / 4294967296
    },
    writable: true,
    configurable: true,
  })

  // What shows the collector, measures time or shares memory is not of a realm whose runs are all the same; `eval` see below.
  const gone = 'WeakRef FinalizationRegistry SharedArrayBuffer Atomics performance queueMicrotask escape unescape gc eval'
  for (const name of gone.split(' ')) delete (globalThis as Record<string, unknown>)[name]

  // No code from strings: `eval` goes, and the four constructors of functions, which every function leads to, refuse.
  const refuse = function () {
    throw new EvalError('code from strings is not allowed here')
  }
  for (const f of [function () {}, async function () {}, function* () {}, async function* () {}])
    defineProperty(Object.getPrototypeOf(f), 'constructor', { value: refuse, writable: false, configurable: false })
  refuse.prototype = Function.prototype
  defineProperty(globalThis, 'Function', { value: refuse, writable: true, configurable: true })

  const show = (value: unknown): string => {
    try {
      if (typeof value === 'string') return bound(slice, value, 0, 1000)
      if (typeof value === 'function') return '[function]'
      if (typeof value === 'bigint' || typeof value === 'symbol') return S(value)
      const text = isError(value) ? bound(errorText, value) : stringify(value)
      return text === undefined ? S(value) : bound(slice, text, 0, 1000)
    } catch {
      return '[cannot be shown]'
    }
  }

  // Kept as JSON: written only at the end, a `toJSON` of the program could make it up.
  const logs: string[] = []
  let logged = 0
  const logger = (level: string) =>
    freeze((...values: unknown[]): void => {
      if (logs.length >= settings.logs || logged > settings.logCharacters) return
      let message = ''
      for (let at = 0; at < values.length; at++) message += (at > 0 ? ' ' : '') + show(values[at])
      logged += message.length
      add(logs, `{"level":"${level}","message":${stringify(message)}}`)
    })
  const console = { __proto__: null } as Record<string, unknown>
  for (const level of ['log', 'info', 'warn', 'error', 'debug']) console[level] = logger(level)
  defineProperty(globalThis, 'console', { value: freeze(console), writable: true, configurable: true })

  const trace: string[] = []
  /** JSON of at most 80 characters: of the value, or of a text that shows its beginning. */
  const brief = (value: unknown): string => {
    try {
      const text = stringify(value)
      if (text === undefined || typeof value === 'function') return stringify(show(value))
      return text.length <= 80 ? text : stringify(bound(slice, text, 0, 79) + '…')
    } catch {
      return stringify(show(value))
    }
  }
  const traced = (id: number, value: unknown): unknown => {
    if (trace.length >= settings.traceEntries) return value
    add(trace, `[${id},${stringify(brief(value))},${Boolean(value)}]`)
    return value
  }
  if (settings.traced) defineProperty(globalThis, '__t', { value: traced })

  const field = (error: Error, name: 'name' | 'message' | 'stack', most: number): string => {
    try {
      const value = error[name]
      return value === undefined ? '' : bound(slice, typeof value === 'string' ? value : S(value), 0, most)
    } catch {
      return ''
    }
  }
  const describe = (error: unknown): unknown =>
    isError(error)
      ? { __proto__: null, name: field(error, 'name', 100), message: field(error, 'message', 500), stack: field(error, 'stack', 4000) }
      : { __proto__: null, name: 'Thrown', message: bound(slice, show(error), 0, 500), stack: '' }

  const listed = (entries: readonly string[]): string => {
    let text = ''
    for (let at = 0; at < entries.length; at++) text += (at > 0 ? ',' : '') + entries[at]
    return text
  }
  let state = ''
  const letter = (kind: 'v' | 'e'): string => (logs.length + trace.length > 0 ? (kind === 'v' ? 'V' : 'E') : kind)
  const fail = (error: unknown): void => {
    let text = '{"name":"Error","message":"cannot be shown","stack":""}'
    try {
      text = stringify(describe(error))
    } catch {}
    state = letter('e') + text
  }
  const done = (value: unknown): void => {
    try {
      if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
        throw new T(`a program cannot return a ${typeof value}`)
      const text = value === undefined ? 'null' : stringify(value)
      state = letter('v') + (text === undefined ? 'null' : text)
    } catch (error) {
      fail(error)
    }
  }

  let program: (scope: unknown) => unknown = () => null
  return {
    install(given) {
      program = given
    },
    run(scope, seed) {
      seedRandom(seed)
      state = ''
      try {
        const value = program(prelude(parse(scope)))
        if (value instanceof P) bound(then, value, done, fail)
        else done(value)
      } catch (error) {
        fail(error)
      }
      return state
    },
    outcome: () => state,
    side: () => `{"logs":[${listed(logs)}],"trace":[${listed(trace)}]}`,
  }
}

/** Its text, an expression that is a function. */
export const realmSource = String(realm)
