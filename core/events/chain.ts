import { createHmac } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Json } from '../api/index.ts'
import { canonical } from '../configuration/canonical.ts'
import type { Tables } from '../data/tables.ts'

/** What stands before the first seal. */
export const genesis = '0'.repeat(64)

type EventRow = Selectable<Tables['events']>

/** What a seal says of one event: its id and its MAC, 128 bits in base64url. */
export type Entry = readonly [id: string, mac: string]
/** What the hash of a seal covers, beside the seal before it. */
export type Sealed = { readonly seq: number; readonly newest: number; readonly entries: readonly Entry[] }

/**
 * The chain over the audit log, by HMAC-SHA256 with a key that the database holds only sealed: whoever can only write to the database
 * cannot make a chain that fits. `key`: 32 bytes.
 */
export const createChain = (key: Buffer) => {
  const mac = (parts: readonly unknown[]) => createHmac('sha256', key).update(JSON.stringify(parts)).digest()
  return {
    /** Of what the event says, whatever the database does to the spaces and the order of its JSON. */
    entry: (row: EventRow): Entry => {
      const detail = canonical(JSON.parse(row.detail) as Json)
      const { id, at, action, user_id: user, application, ip, user_agent: agent, request_id: request } = row
      return [id, mac(['event', id, at, action, user, application, ip, agent, request, detail]).subarray(0, 16).toString('base64url')]
    },
    /** Of a seal, in hexadecimal. */
    link: (before: string, { seq, newest, entries }: Sealed): string => mac(['seal', before, seq, newest, entries]).toString('hex'),
    /** The proof that the events up to this seal are gone because their time was over. */
    pruned: (seq: number, hash: string): string => mac(['pruned', seq, hash]).toString('hex'),
  }
}

export type Chain = ReturnType<typeof createChain>
