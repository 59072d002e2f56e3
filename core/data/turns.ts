/** Turns at something that one may have at a time: first come, first served. */
export type Turns = {
  /** Waits for the turn. Throws when it has not come after `patience` milliseconds. */
  take(): Promise<void>
  /** Ends the turn: the next one's begins. */
  give(): void
  /** Somebody has it. */
  readonly taken: boolean
}

type Waiting = { readonly begin: () => void; readonly timer: NodeJS.Timeout }

/** Waited in vain. */
class TurnTooLong extends Error {
  override readonly name = 'TurnTooLong'
  constructor(patience: number) {
    super(`waited ${patience} ms for the transaction before to end; inside a transaction, write through it only`)
  }
}

/** Without patience, a transaction that waits for itself (a write beside the one it is in) would hang for ever. */
export const turns = (patience: number): Turns => {
  const waiting = new Set<Waiting>()
  let taken = false
  return {
    get taken() {
      return taken
    },
    take() {
      if (!taken) {
        taken = true
        return Promise.resolve()
      }
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(entry)
          reject(new TurnTooLong(patience))
        }
        const entry: Waiting = { begin: resolve, timer: setTimeout(giveUp, patience) }
        waiting.add(entry)
      })
    },
    give() {
      const [next] = waiting
      if (!next) {
        taken = false
        return
      }
      waiting.delete(next)
      clearTimeout(next.timer)
      next.begin()
    },
  }
}
