import { availableParallelism } from 'node:os'
import { crash, failure } from './failures.ts'
import { type Job, type Piece, settleFailed } from './job.ts'
import { defaultLimits } from './limits.ts'
import { Slot } from './slot.ts'
import { createStrikes } from './strikes.ts'
import type { Failure, Limits, Pool, PoolOptions, Prepared, Result, Run } from './types.ts'
import { createWatchdog } from './watchdog.ts'

const closedFailure = crash('the sandbox was closed')
/** Jobs that a worker has at a time: the next is there when it ends one. */
const depth = 2
/** How often a job may lose its worker through no fault of its own. */
const mostTries = 3

/**
 * Workers that run programs. Past its deadline the engine is asked to stop; a worker whose engine does not is ended and replaced, its other runs
 * are run again elsewhere, and a program that needed that three times of late is not run for some minutes.
 */
export const createPool = (options: PoolOptions = {}): Pool => {
  const limits: Limits = { ...defaultLimits, ...options.limits }
  const {
    size: wanted = Math.min(2, availableParallelism()),
    prelude = '(scope) => scope',
    grace = 100,
    backlog: mostWaiting = 1000,
    idle = 30_000,
  } = options
  // None would leave everything waiting for ever.
  const size = Math.max(1, wanted)
  const slots: Slot[] = []
  const waiting: Job[] = []
  const idleTimers = new Map<Slot, NodeJS.Timeout>()
  const strikes = createStrikes()
  let [kills, ids, tags, closed] = [0, 0, 0, false]

  const watchdog = createWatchdog(
    () => slots,
    grace,
    (slot, tag) => {
      kills++
      replace(slot, tag, failure('killed', limits))
    },
  )

  const remove = (slot: Slot): void => {
    slots.splice(slots.indexOf(slot), 1)
    clearTimeout(idleTimers.get(slot))
    idleTimers.delete(slot)
    void slot.end()
  }

  const rest = (slot: Slot): void => {
    slot.release()
    clearTimeout(idleTimers.get(slot))
    idleTimers.set(slot, setTimeout(() => remove(slot), idle).unref())
    if (slots.every(({ jobs }) => jobs.length === 0) && waiting.length === 0) watchdog.stop()
  }

  const start = (): void => {
    const slot: Slot = new Slot(limits, prelude, {
      ready() {
        pump()
        if (slot.jobs.length === 0) rest(slot)
      },
      done(job, results) {
        for (const [at, piece] of job.work.entries()) piece.settle(results[at])
        if (slot.jobs.length === 0) rest(slot)
        pump()
      },
      died: (why) => (slot.ready ? replace(slot, slot.doing?.tag ?? 0, crash(why)) : neverStarted(slot, why)),
    })
    slots.push(slot)
  }

  /** Nothing can run where no worker starts; trying again and again would only hide why. */
  const neverStarted = (slot: Slot, why: string): void => {
    remove(slot)
    if (slots.length > 0) return
    for (const { work } of waiting.splice(0)) for (const piece of work) settleFailed(piece, crash(why))
  }

  const replace = (slot: Slot, guilty: number, why: Failure): void => {
    remove(slot)
    start()
    for (const { id, work, tries } of slot.jobs.toReversed()) {
      const innocent: Piece[] = []
      for (const piece of work) {
        if (piece.tag === guilty) {
          strikes.add(piece.program.id)
          settleFailed(piece, why)
        } else if (tries + 1 < mostTries) innocent.push(piece)
        else settleFailed(piece, crash('its worker ended too often'))
      }
      if (innocent.length > 0) waiting.unshift({ id, work: innocent, tries: tries + 1 })
    }
    pump()
  }

  const idlest = (): Slot | undefined => {
    const free = slots.filter(({ ready, jobs }) => ready && jobs.length < depth)
    return free.reduce<Slot | undefined>((best, slot) => (best && best.jobs.length <= slot.jobs.length ? best : slot), undefined)
  }

  const pump = (): void => {
    for (let slot = idlest(); slot && waiting.length > 0; slot = idlest()) {
      clearTimeout(idleTimers.get(slot))
      slot.send(waiting.shift()!)
      watchdog.start()
    }
    const starting = slots.filter(({ ready }) => !ready)
    const crowded = waiting.length > starting.length * depth || (starting.length === 0 && slots.some(({ jobs }) => jobs.length >= depth))
    if (crowded && slots.length < size) start()
    if (waiting.length > 0) for (const slot of slots) if (!slot.ready) slot.hold()
  }

  const enqueue = (work: readonly Piece[]): void => {
    if (work.length === 0) return
    const queued = waiting.reduce((sum, job) => sum + job.work.length, 0)
    if (closed) {
      for (const piece of work) settleFailed(piece, closedFailure)
      return
    }
    if (queued + work.length > mostWaiting) {
      for (const piece of work) settleFailed(piece, failure('busy', limits))
      return
    }
    waiting.push({ id: ++ids, work, tries: 0 })
    pump()
  }

  /** Its result; the piece is added to `work` unless the result is known without. */
  const begin = ({ program, scope, now, seed = 0, trace = false }: Run, work: Piece[]): Promise<Result> =>
    new Promise((resolve) => {
      const refuse = (failure: Failure): void => resolve({ ok: false, failure, logs: [], us: 0 })
      const json = asJson(scope)
      if (typeof json !== 'string') return refuse(json)
      if (Buffer.byteLength(json) > limits.scope) return refuse(failure('scope', limits))
      if (strikes.out(program.id)) return refuse(failure('quarantined', limits))
      const input = { scope: json, now, seed, trace }
      work.push({ tag: nextTag(), program, input, settle: (result) => resolve(result as Result) })
    })

  const nextTag = (): number => (tags = (tags % 0x7ffffff0) + 1)

  const runAll = (runs: readonly Run[]): Promise<readonly Result[]> => {
    const work: Piece[] = []
    const results = runs.map((run) => begin(run, work))
    enqueue(work)
    return Promise.all(results)
  }

  return {
    compile: (program: Prepared) =>
      new Promise((resolve) => {
        enqueue([{ tag: nextTag(), program, input: undefined, settle: (result) => resolve(result as Failure | undefined) }])
      }),
    async run(run) {
      const [result] = await runAll([run])
      return result!
    },
    runAll,
    get kills() {
      return kills
    },
    get workers() {
      return slots.length
    },
    async close() {
      closed = true
      watchdog.stop()
      const unfinished = [...slots.flatMap(({ jobs }) => jobs), ...waiting.splice(0)]
      const ending = slots.splice(0).map((slot) => {
        clearTimeout(idleTimers.get(slot))
        return slot.end()
      })
      for (const { work } of unfinished) for (const piece of work) settleFailed(piece, closedFailure)
      await Promise.all(ending)
    },
  }
}

const asJson = (scope: object | string): string | Failure => {
  if (typeof scope === 'string') return scope
  try {
    return JSON.stringify(scope)
  } catch (error) {
    return { kind: 'scope', message: `what it is given is no JSON: ${(error as Error).message}` }
  }
}
