import type { Json, Store } from '../api/index.ts'
import type { Visit } from './visit.ts'

/** What somebody wanted who was refused, kept so that they can go back to where they came from, or try as somebody else. */
export type Refusals = {
  keep(visit: Visit, reference: string, wanted: Json): Promise<void>
  /** Only at the browser that was refused, under the same origin. */
  find(visit: Visit, reference: string): Promise<Json | undefined>
}

/** Seconds that the links on the page of a refusal work. */
const lifetime = 3600

const keyOf = (reference: string) => `refusal:${reference}`

export const createRefusals = (store: Store): Refusals => ({
  async keep({ browser, request }, reference, wanted) {
    await store.put(keyOf(reference), { browser: browser.id, origin: request.origin, wanted }, lifetime)
  },
  async find({ browser, request }, reference) {
    const entry = await store.get(keyOf(reference))
    const kept = entry?.value as { readonly browser: string; readonly origin: string; readonly wanted: Json } | undefined
    return kept?.browser === browser.id && kept.origin === request.origin ? kept.wanted : undefined
  },
})
