import { createHash } from 'node:crypto'
import { networkOf, type Store } from '../api/index.ts'

/**
 * Attempt limits of steps that prove something. A try is counted before any work is done, atomically, and given back when it succeeds,
 * so parallel guesses cannot slip through. An account's own limit holds for browsers that are new to it: somebody who guesses cannot
 * lock the real user out of a browser where they signed in before. Unknown accounts are limited just like known ones.
 */
export const limits = {
  window: 15 * 60,
  account: 10,
  knownBrowser: 20,
  address: 300,
  /** Failures after which a run ends. */
  run: 10,
  /** Runs that one address may begin and not end by a sign-in: each is kept for an hour, so nobody may fill the store with them. */
  runs: 2000,
}

export type Attempt = {
  readonly stage: string
  /** What was typed to say who it is, or the user's id where nothing was. */
  readonly account: string | undefined
  readonly address: string
  /** Set where this user has signed in at this browser before. */
  readonly knownBrowser: string | undefined
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url')

/** The address comes first: of somebody who has used that up, no further account is counted, so made-up names fill no store. */
function counters({ stage, account, address, knownBrowser }: Attempt): readonly (readonly [key: string, limit: number])[] {
  const who = account === undefined ? undefined : digest(account.normalize('NFKC').toLowerCase())
  if (knownBrowser) return [[`attempts:${stage}:browser:${knownBrowser}:${who}`, limits.knownBrowser]]
  const byAddress = [`attempts:${stage}:address:${networkOf(address)}`, limits.address] as const
  return who === undefined ? [byAddress] : [byAddress, [`attempts:${stage}:account:${who}`, limits.account]]
}

/**
 * Counts a try. `refused`: there were too many, nothing may be checked now. The first refusal of a limit's window is told apart, for the
 * audit log: the others say nothing new, and whoever guesses must not fill it.
 */
export async function begin(store: Store, attempt: Attempt): Promise<'allowed' | 'refused-first' | 'refused'> {
  for (const [key, limit] of counters(attempt)) {
    const count = await store.increment(key, limits.window)
    if (count > limit) return count === limit + 1 ? 'refused-first' : 'refused'
  }
  return 'allowed'
}

/** Gives a successful try back. */
export async function succeeded(store: Store, attempt: Attempt): Promise<void> {
  await Promise.all(counters(attempt).map(([key]) => store.increment(key, limits.window, -1)))
}

const runsOf = (address: string) => `runs:${networkOf(address)}`

/** Counts a run that is about to be stored. `false`: this address began too many. */
export const mayBegin = async (store: Store, address: string): Promise<boolean> =>
  (await store.increment(runsOf(address), limits.window)) <= limits.runs

/** Gives a run back that somebody ended who is known: thousands may sign in from one address, behind a proxy or a company's gateway. */
export const giveBack = async (store: Store, address: string): Promise<void> =>
  void (await store.increment(runsOf(address), limits.window, -1))
