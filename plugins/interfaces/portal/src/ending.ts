import { useQueryClient } from '@tanstack/vue-query'
import { confirm, proveAnew, type Question, useNotices } from 'sluice/interface'

/**
 * Ends, revokes or takes back something of one's own: asks first, says that it was done or why not, and reads the list again. Where a fresh proof is
 * needed, leads to where it is made.
 */
export const useEnding = (kind: string) => {
  const queries = useQueryClient()
  const { done, failed } = useNotices()
  return async (question: Question, work: () => Promise<unknown>, success: string): Promise<void> => {
    if (!(await confirm({ destroys: true, ...question }))) return
    try {
      await work()
      done(success)
    } catch (error) {
      if (!(await proveAnew(error))) failed(error)
    }
    // What browsers are told of passkeys follows from the devices.
    for (const changed of kind === 'devices' ? [kind, 'authenticators'] : [kind])
      await queries.invalidateQueries({ queryKey: ['mine', changed] })
  }
}
