import type { OidcProvider, Uses } from '../../types.ts'
import { clientKeys, type ClientKey } from './client-key.ts'

/** Seconds that fetched keys are used for: so long a key works after its client took it away. */
const fresh = 10 * 60
/** Seconds between two requests to one address, whatever came of the first: strangers cause them by names of keys that they make up. */
const pause = 30
/** Sets that are kept. There is no more than one for each provider that there was since the start. */
const most = 1000
const timeout = 5
const maxBytes = 64 * 1024
/** Keys of a set; more are no rotation. */
const maxKeys = 50

export type KeySet = { readonly keys: readonly ClientKey[] }
/** `again`: nothing fitted, so are there newer keys? The same set: not now. */
export type ClientKeySets = (provider: OidcProvider, again?: KeySet) => Promise<KeySet>

const none: KeySet = { keys: [] }

const read = (body: string): KeySet => {
  const set: unknown = JSON.parse(body)
  const keys = (set as { readonly keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) throw new Error('the answer is no JWK Set: it has no array "keys"')
  if (keys.length > maxKeys) throw new Error(`the answer has ${keys.length} keys; at most ${maxKeys} are read`)
  return { keys: clientKeys(keys) }
}

/** `until`: seconds since 1970 that the keys are used for. */
type Fetched = { readonly set: KeySet; readonly until: number }
type Kept = { readonly at: number; readonly fetched: Promise<Fetched> }

/**
 * The keys of clients: those in the settings, or those at `jwksUri`, fetched when they are needed, once for all that wait. Where they cannot be
 * fetched there are none.
 */
export const clientKeySets = ({ http, clock, log }: Pick<Uses, 'http' | 'clock' | 'log'>): ClientKeySets => {
  const inline = new WeakMap<OidcProvider, KeySet>()
  const remote = new Map<string, Kept>()

  const fetched = async (url: string, client: string): Promise<KeySet> => {
    try {
      const { status, body } = await http.request({
        url,
        headers: { accept: 'application/jwk-set+json, application/json' },
        timeout,
        maxBytes,
      })
      if (status !== 200) throw new Error(`the answer has the status ${status}`)
      return read(body)
    } catch (error) {
      log.warn({ client, url, reason: error instanceof Error ? error.message : String(error) }, 'the keys of a client could not be fetched')
      return none
    }
  }
  const atUri = async (url: string, client: string, again: KeySet | undefined): Promise<KeySet> => {
    const now = clock.now().getTime() / 1000
    const kept = remote.get(url)
    const before = kept && (await kept.fetched)
    const isFresh = before !== undefined && now < before.until
    if (kept && before) {
      const isWanted = isFresh && before.set !== none && before.set !== again
      if (isWanted || now < kept.at + pause) return isFresh ? before.set : none
      // Of those that waited together, one asks.
      if (remote.get(url) !== kept) return atUri(url, client, again)
    }
    // Strangers have keys fetched by names that they make up: what cannot be fetched must not take away what is good still.
    const renewed = async (): Promise<Fetched> => {
      const set = await fetched(url, client)
      return set === none && isFresh ? before : { set, until: now + fresh }
    }
    const next = renewed()
    remote.delete(url)
    remote.set(url, { at: now, fetched: next })
    const [oldest] = remote.keys()
    if (remote.size > most && oldest !== undefined) remote.delete(oldest)
    return (await next).set
  }

  return async (provider, again) => {
    const { jwks, jwksUri, clientId } = provider.settings
    if (jwksUri !== undefined) return atUri(jwksUri, clientId, again)
    if (!jwks) return none
    const set = inline.get(provider) ?? { keys: clientKeys(jwks.keys) }
    inline.set(provider, set)
    return set
  }
}
