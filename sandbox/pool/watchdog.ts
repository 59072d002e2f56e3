import { busyAt, sharedClock } from './messages.ts'
import type { Slot } from './slot.ts'

type Suspect = { readonly job: number; readonly since: number; readonly cpu: number }

/** Wall time, in units of the grace, after which nobody asks for CPU time any more. */
const patience = 10

/**
 * Finds workers whose engine does not stop by itself: past its deadline it is judged by the CPU time that it takes from then on, since a machine that
 * is short of it is not the program's fault.
 */
export class Watchdog {
  readonly #deadline: (slot: Slot, job: number) => number
  readonly #grace: number
  readonly #kill: (slot: Slot, job: number, run: number) => void
  readonly #suspects = new WeakMap<Slot, Suspect>()

  constructor(options: {
    readonly deadline: (slot: Slot, job: number) => number
    readonly grace: number
    readonly kill: (slot: Slot, job: number, run: number) => void
  }) {
    this.#deadline = options.deadline
    this.#grace = options.grace
    this.#kill = options.kill
  }

  look(slot: Slot): void {
    const { busy } = slot
    const job = Atomics.load(busy, busyAt.job)
    if (job === 0) return
    const run = Atomics.load(busy, busyAt.run)
    const since = Atomics.load(busy, busyAt.since)
    const late = ((sharedClock() - since) & 0x7fffffff) - this.#deadline(slot, job)
    const isStill = () => Atomics.load(busy, busyAt.job) === job && Atomics.load(busy, busyAt.since) === since
    if (late <= 0 || !isStill()) return
    if (late > patience * this.#grace) {
      this.#kill(slot, job, run)
      return
    }
    const judge = (cpu: number) => {
      if (!isStill()) return
      const suspect = this.#suspects.get(slot)
      if (suspect?.job !== job || suspect.since !== since) this.#suspects.set(slot, { job, since, cpu })
      else if (cpu - suspect.cpu >= this.#grace) this.#kill(slot, job, run)
    }
    // Where it cannot be asked it has ended, which is told otherwise.
    slot.cpu().then(judge, () => {})
  }
}
