import { type Caller, maySee } from '../../access/caller.ts'
import { isSeed, type KindName, kindNames } from '../../configuration/kinds.ts'
import { one } from '../../configuration/link-references.ts'

const isSeenBy = (caller: Caller, kind: KindName): boolean => maySee(caller, kind) || (!isSeed(kind) && maySee(caller, 'configuration'))

/** Who uses something, without objects of these kinds. */
const usersWithout = (hidden: readonly KindName[], list: string): string => {
  const all = list.split(', ')
  const seen = all.filter((user) => !hidden.some((kind) => user.startsWith(`${kind}.`)))
  return seen.length === all.length ? list : [...seen, 'what you may not see'].join(', ')
}

/**
 * What is wrong with a change, for whoever made it: without the names of objects that they may not see. These stand in guesses at what was meant,
 * in lists of what there is, and where something is in use.
 */
export const toldTo = (caller: Caller): ((message: string) => string) => {
  const hidden = kindNames.filter((kind) => !isSeenBy(caller, kind))
  if (hidden.length === 0) return (message) => message
  const guess = new RegExp(`(there is no (?:${hidden.map(one).join('|')}) "[^"]*"(?: to delete)?); (?:did you mean|there are) .*$`)
  return (message) =>
    message
      .replace(guess, '$1')
      .replace(/( is used by )(.*)(; change or delete that first)$/, (_, before: string, list: string, after: string) =>
        [before, usersWithout(hidden, list), after].join(''),
      )
}
