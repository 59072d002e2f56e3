import type BetterSqlite from 'better-sqlite3'
import type { Turns } from './turns.ts'

type Waiting = {
  readonly work: () => unknown
  readonly resolve: (result: any) => void
  readonly reject: (error: unknown) => void
}

/** Runs the work of all in one transaction; a statement alone is one by itself. Returns what is left to be told to each. */
const commit = (writer: BetterSqlite, jobs: readonly Waiting[]): readonly (() => void)[] => {
  const together = jobs.length > 1
  try {
    if (together) writer.exec('begin immediate')
    const tell = jobs.map(({ work, resolve, reject }) => {
      try {
        const result = work()
        return () => resolve(result)
      } catch (error) {
        // A violated constraint undoes its own statement; a full disk undoes the transaction, and with it what the others did.
        if (together && !writer.inTransaction) throw error
        return () => reject(error)
      }
    })
    if (together) writer.exec('commit')
    return tell
  } catch (error) {
    if (writer.inTransaction) writer.exec('rollback')
    return jobs.map(
      ({ reject }) =>
        () =>
          reject(error),
    )
  }
}

/**
 * Single statements that write. Those of one turn of the event loop share a transaction, since committing costs several times what a small
 * statement does. Each is told after the commit; one that fails fails alone, and where the commit fails all do.
 */
export const groupedCommits = (writer: BetterSqlite, turn: Turns): (<T>(work: () => T) => Promise<T>) => {
  let waiting: Waiting[] = []

  const take = (): readonly Waiting[] => {
    const jobs = waiting
    waiting = []
    return jobs
  }

  const flush = async (): Promise<void> => {
    try {
      await turn.take()
    } catch (error) {
      for (const { reject } of take()) reject(error)
      return
    }
    const tell = commit(writer, take())
    turn.give()
    for (const one of tell) one()
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({ work, resolve, reject })
      if (waiting.length === 1) setImmediate(() => void flush())
    })
}
