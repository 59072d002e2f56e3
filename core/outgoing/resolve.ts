import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import type { Guard } from './addresses.ts'

/** All addresses of a name, like `dns.lookup` with `all`. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

const lookupAll = promisify(systemLookup)
export const systemResolve: Resolve = (name) => lookupAll(name, { all: true })

/** A request that was not made, or an answer that was not taken. The message says what, why, and what to do. */
export class OutgoingError extends Error {}

/**
 * The addresses of a host, each of which the guard lets through. One that it does not refuses them all: else it would depend on the order
 * of the answers what is connected to. Throws `OutgoingError`.
 */
export const resolveGuarded = async (host: string, guard: Guard, resolve: Resolve): Promise<readonly LookupAddress[]> => {
  const literal = isIP(host)
  const found = literal === 0 ? await named(host, resolve) : [{ address: host, family: literal }]
  for (const { address } of found) {
    const reason = guard(address)
    if (reason === undefined) continue
    const subject = literal === 0 ? `${host} resolves to ${address}, which` : address
    const bits = isIP(address) === 6 ? 128 : 32
    throw new OutgoingError(`${subject} ${reason}; if it is yours, allow it by SLUICE_OUTGOING_ALLOW=${address}/${bits}`)
  }
  return found
}

const named = async (host: string, resolve: Resolve): Promise<readonly LookupAddress[]> => {
  const found = await resolve(host).catch((error: unknown) => {
    const code = (error as { readonly code?: string }).code ?? String(error)
    throw new OutgoingError(`${host} cannot be resolved (${code}); check the name and the DNS of this machine`)
  })
  if (found.length === 0) throw new OutgoingError(`${host} has no address; check the name`)
  return found
}
