type Payload = { readonly uid?: string; readonly grantId?: string; consumed?: number }

const entries = new Map<string, Payload>()
const byUid = new Map<string, string>()
const byGrant = new Map<string, Set<string>>()
/** Keys remembered of one grant. */
const most = 1000

/**
 * What `oidc-provider` keeps, in maps. Its own adapter in memory goes through all tokens of a grant whenever it writes one, which a benchmark
 * with one user would hold against it.
 */
export class MemoryAdapter {
  readonly #name: string
  constructor(name: string) {
    this.#name = name
  }

  async upsert(id: string, payload: Payload): Promise<void> {
    const key = this.#key(id)
    entries.set(key, payload)
    if (this.#name === 'Session' && payload.uid !== undefined) byUid.set(payload.uid, key)
    if (payload.grantId === undefined) return
    const keys = byGrant.get(payload.grantId) ?? new Set<string>()
    byGrant.set(payload.grantId, keys)
    if (keys.size >= most) keys.clear()
    keys.add(key)
  }

  async find(id: string): Promise<Payload | undefined> {
    return entries.get(this.#key(id))
  }

  async findByUid(uid: string): Promise<Payload | undefined> {
    return entries.get(byUid.get(uid) ?? '')
  }

  async consume(id: string): Promise<void> {
    const payload = entries.get(this.#key(id))
    if (payload) payload.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    entries.delete(this.#key(id))
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of byGrant.get(grantId) ?? []) entries.delete(key)
    byGrant.delete(grantId)
  }

  #key(id: string): string {
    return `${this.#name}:${id}`
  }
}
