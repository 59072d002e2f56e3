import type { Doing, Slot } from './slot.ts'

/** Milliseconds between looks. */
const period = 20
/** On a machine that has no CPU to give, so many milliseconds by the wall clock end a worker all the same. */
const patience = 2000

export type Watchdog = { start(): void; stop(): void }

/**
 * Looks whether the engines end when they should, and calls `overrun` for a worker whose engine did not: it used `grace` milliseconds of CPU past
 * its time. CPU, since a starved machine is not the program's fault. QuickJS does not poll for interrupts inside of its long native loops.
 */
export const createWatchdog = (slots: () => readonly Slot[], grace: number, overrun: (slot: Slot, tag: number) => void): Watchdog => {
  const suspects = new WeakMap<Slot, { readonly id: string; readonly cpu: number }>()
  const still = (slot: Slot, { id }: Doing): boolean => slots().includes(slot) && slot.doing?.id === id

  const judge = async (slot: Slot, doing: Doing): Promise<void> => {
    const cpu = await slot.cpu()
    if (!still(slot, doing)) return
    const suspect = suspects.get(slot)
    if (suspect?.id !== doing.id) suspects.set(slot, { id: doing.id, cpu })
    else if (cpu - suspect.cpu >= grace) overrun(slot, doing.tag)
  }

  const look = (): void => {
    for (const slot of slots()) {
      const { doing } = slot
      if (!doing || doing.overdue <= 0) continue
      if (doing.overdue > patience) overrun(slot, doing.tag)
      // It may end while it is asked.
      else judge(slot, doing).catch(() => {})
    }
  }

  let timer: NodeJS.Timeout | undefined
  return {
    start() {
      timer ??= setInterval(look, period).unref()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
