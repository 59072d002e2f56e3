import { networkOf, type Store } from 'sluice/plugin'

/** Seconds. */
const window = 15 * 60
/** Failures within the window, of one client from one address. A secret is made by a machine, so it needs no forgiving. */
const limit = 30

/** All unknown clients are counted as one, so that made-up names fill no store. */
const keyOf = (client: string | undefined, address: string): string => `guesses:${networkOf(address)}:${client ?? ''}`

/**
 * Counts a failure; `true`: there were too many. Only failures are written, since a secret is compared without waiting for anything: of guesses
 * that are sent together, each failure is on its way to the store before the next secret is compared.
 */
export const guessed = async (store: Store, client: string | undefined, address: string): Promise<boolean> =>
  (await store.increment(keyOf(client, address), window)) > limit

/** Asked of whoever was right, after the comparison: are there too many failures before it? */
export const mayNotGuess = async (store: Store, client: string, address: string): Promise<boolean> =>
  Number((await store.get(keyOf(client, address)))?.value ?? 0) >= limit
