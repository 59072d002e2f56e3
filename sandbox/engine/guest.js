// Runs in the guest, before any program: makes the realm and gives the entry points that the host keeps. What they use is captured here, so that
// no program can change it. Its value is a function of the settings (as JSON).
// oxlint-disable-next-line eslint/no-unused-expressions -- its value is what the host asks the engine for
;(function (settingsText) {
  'use strict'
  const { parse, stringify } = JSON
  const { defineProperty, freeze } = Object
  const call = Function.prototype.call.bind(Function.prototype.call)
  const { then } = Promise.prototype
  const { slice } = String.prototype
  const { imul } = Math
  const GuestError = Error
  const GuestPromise = Promise
  const text = String
  const errorText = Error.prototype.toString
  const isError = (value) => value instanceof GuestError
  const settings = parse(settingsText)
  const push = (list, value) => {
    list[list.length] = value
  }

  // Randomness is a stream of a seed (sfc32).
  let [s0, s1, s2, s3] = [1, 2, 3, 4]
  const next = () => {
    const sum = (s0 + s1 + s3) | 0
    s3 = (s3 + 1) | 0
    s0 = s1 ^ (s1 >>> 9)
    s1 = (s2 + (s2 << 3)) | 0
    s2 = ((s2 << 21) | (s2 >>> 11)) + sum
    s2 |= 0
    return sum >>> 0
  }
  const seedWith = (seed) => {
    s0 = seed | 0
    s1 = imul(seed, 0x9e3779b1)
    s2 = seed ^ 0x85ebca6b
    s3 = 1
    for (let i = 0; i < 8; i++) next()
  }
  defineProperty(Math, 'random', { value: () => next() / 4294967296, writable: true, configurable: true })

  // Weak references show the garbage collector, shared memory other threads, and code from strings leaves what was checked.
  const gone = [
    'WeakRef',
    'FinalizationRegistry',
    'SharedArrayBuffer',
    'Atomics',
    'performance',
    'queueMicrotask',
    'escape',
    'unescape',
    'eval',
  ]
  for (const name of gone) delete globalThis[name]
  const refuse = function () {
    throw new EvalError('code from strings is not allowed here')
  }
  for (const made of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    defineProperty(Object.getPrototypeOf(made), 'constructor', { value: refuse, writable: false, configurable: false })
  }
  defineProperty(globalThis, 'Function', { value: refuse, writable: true, configurable: true })

  const show = (value) => {
    try {
      if (typeof value === 'string') return call(slice, value, 0, 1000)
      if (typeof value === 'function') return '[function]'
      if (typeof value === 'bigint') return `${text(value)}n`
      const said = isError(value) ? call(errorText, value) : stringify(value)
      return said === undefined ? text(value) : call(slice, said, 0, 1000)
    } catch {
      return '[unprintable]'
    }
  }

  const logs = []
  const trace = []
  let logged = 0
  const logger =
    (level) =>
    (...values) => {
      if (logs.length >= 50 || logged > 16384) return
      let message = ''
      for (let i = 0; i < values.length; i++) message += (i > 0 ? ' ' : '') + show(values[i])
      logged += message.length
      push(logs, { level, message })
    }
  const levels = ['log', 'info', 'warn', 'error', 'debug']
  const made = {}
  for (const level of levels) made[level] = logger(level)
  globalThis.console = freeze(made)

  if (settings.trace) {
    const shorten = (value) =>
      value === null || typeof value === 'boolean' || typeof value === 'number' ? value : call(slice, show(value), 0, 80)
    const note = (id, value) => {
      if (trace.length < 500) push(trace, [id, value === undefined ? null : shorten(value), !!value])
      return value
    }
    defineProperty(globalThis, '__t', { value: note })
  }

  const field = (error, name, most) => {
    try {
      const value = error[name]
      return value === undefined ? undefined : call(slice, typeof value === 'string' ? value : text(value), 0, most)
    } catch {
      return undefined
    }
  }
  const describe = (thrown) => {
    if (!isError(thrown)) return { name: 'Thrown', message: typeof thrown === 'symbol' ? 'a symbol' : show(thrown) }
    return { name: field(thrown, 'name', 100), message: field(thrown, 'message', 500), stack: field(thrown, 'stack', 2000) }
  }
  const described = (thrown) => {
    try {
      return stringify(describe(thrown))
    } catch {
      return '{"name":"Error","message":"unprintable"}'
    }
  }
  const output = (value) => {
    if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
      throw new TypeError(`the value is a ${typeof value}, which is no JSON`)
    const json = stringify(value === undefined ? null : value)
    return json === undefined ? 'null' : json
  }

  let program
  let decorate = (scope) => scope
  let state = 'none'
  let result = ''
  const fail = (thrown) => {
    state = 'error'
    result = described(thrown)
  }
  const done = (value) => {
    try {
      result = output(value)
      state = 'ok'
    } catch (error) {
      fail(error)
    }
  }
  return {
    setProgram(made) {
      program = made
    },
    setPrelude(made) {
      decorate = made
    },
    /** 'ok', 'error' or 'pending' */
    run(scopeText, seed) {
      seedWith(seed)
      state = 'pending'
      let value
      try {
        value = program(decorate(parse(scopeText)))
      } catch (error) {
        fail(error)
        return state
      }
      if (value instanceof GuestPromise) call(then, value, done, fail)
      else done(value)
      return state
    },
    state: () => state,
    result: () => result,
    notes: () => stringify({ logs, trace }),
  }
})
