import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type CryptoKey, type JWK } from 'jose'
import type { Algorithm, Grant, Grants, Json, Keys, Store, User, Users } from 'sluice/plugin'

type Time = { now(): Date; pass(seconds: number): void }
export const time = (): Time => {
  let at = Date.parse('2026-01-02T03:04:05Z')
  return {
    now: () => new Date(at),
    pass: (seconds) => {
      at += seconds * 1000
    },
  }
}

/** For clients that have a clock of their own. */
export const realTime: Time = { now: () => new Date(), pass: () => assert.fail('real time passes by itself') }

type Pair = {
  readonly kid: string
  readonly alg: Algorithm
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly jwk: JWK
}
const algorithms: readonly Algorithm[] = ['RS256', 'ES256', 'EdDSA']
const pairs: readonly Pair[] = await Promise.all(
  algorithms.map(async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg)
    const kid = `key-${alg}`
    return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
  }),
)

/** The key ring on jose, with a count of signatures. */
export const memoryKeys = (clock: Time): Keys & { signed: number } => {
  const set = { keys: pairs.map(({ jwk }) => jwk as Readonly<Record<string, unknown>>) }
  return {
    signed: 0,
    async sign(claims, { alg, typ }) {
      this.signed += 1
      const pair = pairs.find((one) => one.alg === alg)!
      return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid: pair.kid, ...(typ ? { typ } : {}) }).sign(pair.privateKey)
    },
    async verify(jws, { issuer, typ, audience, ignoreExpiry }) {
      try {
        const { payload } = await jwtVerify(
          jws,
          ({ kid, alg }) => {
            const pair = pairs.find((one) => one.kid === kid && one.alg === alg)
            if (!pair) throw new Error('no such key')
            return pair.publicKey
          },
          {
            issuer,
            ...(typ ? { typ } : {}),
            ...(audience ? { audience } : {}),
            currentDate: ignoreExpiry ? new Date(0) : clock.now(),
          },
        )
        return payload
      } catch {
        return undefined
      }
    },
    jwks: () => set,
  }
}

type Entry = { readonly value: Json; readonly version: number; readonly until: number; readonly tombstone: boolean }

/** Short-lived state in a map, with a count of calls. */
export const memoryStore = (clock: Time): Store & { readonly entries: Map<string, Entry>; calls: number } => {
  const entries = new Map<string, Entry>()
  const alive = (key: string) => {
    const entry = entries.get(key)
    return entry && entry.until > clock.now().getTime() ? entry : undefined
  }
  const until = (ttl: number) => clock.now().getTime() + ttl * 1000
  return {
    entries,
    calls: 0,
    async put(key, value, ttl) {
      this.calls += 1
      entries.set(key, { value: JSON.parse(JSON.stringify(value)), version: 1, until: until(ttl), tombstone: false })
    },
    async get(key) {
      this.calls += 1
      const entry = alive(key)
      return entry && !entry.tombstone ? { value: entry.value, version: entry.version } : undefined
    },
    async take(key, options) {
      this.calls += 1
      const entry = alive(key)
      if (!entry) return undefined
      if (entry.tombstone) return { left: entry.value }
      if (!options) entries.delete(key)
      else {
        const left = 'keep' in options ? entry.value : JSON.parse(JSON.stringify(options.leave))
        entries.set(key, { ...entry, value: left, tombstone: true })
      }
      return { taken: entry.value }
    },
    async compareAndSet(key, version, value, ttl) {
      this.calls += 1
      if (alive(key)?.version !== version) return false
      entries.set(key, { value: JSON.parse(JSON.stringify(value)), version: (version ?? 0) + 1, until: until(ttl), tombstone: false })
      return true
    },
    async increment(key, ttl, by = 1) {
      this.calls += 1
      const entry = alive(key)
      const sum = Number(entry?.value ?? 0) + by
      entries.set(key, { value: sum, version: 1, until: entry?.until ?? until(ttl), tombstone: false })
      return sum
    },
  }
}

export const memoryUsers = (): Users & { readonly all: Map<string, User> } => {
  const all = new Map<string, User>()
  return {
    all,
    get: async (id) => all.get(id),
    find: async (identifier, by) => [...all.values()].find((user) => by.some((name) => user[name] === identifier)),
  }
}

/** Grants as the port describes them; `ended` are the sessions that are over. */
export const memoryGrants = (clock: Time, users: Users) => {
  const rows = new Map<string, { readonly grant: Grant; revoked: boolean; token: string; rotatedAt: number }>()
  const owners = new Map<string, string>()
  const ended = new Set<string>()
  const row = (grant: Grant) => ({ grant, revoked: false, token: '', rotatedAt: 0 })
  const fresh = (id: string) => {
    const token = randomUUID()
    owners.set(token, id)
    return token
  }
  const grants: Grants = {
    newId: () => randomUUID(),
    async open(grant) {
      const isOver = ended.has(grant.sessionId)
      if (!rows.has(grant.id)) rows.set(grant.id, { ...row(grant), revoked: isOver })
      return isOver ? undefined : grant
    },
    async alive(id) {
      const found = rows.get(id)
      if (!found || found.revoked || found.grant.expiresAt <= clock.now()) return undefined
      if (!found.grant.offline && ended.has(found.grant.sessionId)) return undefined
      const user = await users.get(found.grant.userId)
      return user?.enabled ? { grant: found.grant, user } : undefined
    },
    async revoke(grant) {
      const found = rows.get(grant.id) ?? row(grant)
      found.revoked = true
      rows.set(grant.id, found)
    },
    refreshToken(grant) {
      const token = fresh(grant.id)
      rows.get(grant.id)!.token = token
      return token
    },
    async ofRefreshToken(token) {
      const found = rows.get(owners.get(token) ?? '')
      return found && { grant: found.grant, user: (await grants.alive(found.grant.id))?.user, isCurrent: found.token === token }
    },
    async rotate(token) {
      const found = rows.get(owners.get(token) ?? '')
      if (!found) return { ok: false, why: 'unknown' }
      if (found.revoked || found.grant.expiresAt <= clock.now()) return { ok: false, why: 'expired' }
      const now = clock.now().getTime()
      if (found.token !== token) {
        if (now - found.rotatedAt <= 10_000) return { ok: false, why: 'raced' }
        found.revoked = true
        return { ok: false, why: 'reused' }
      }
      found.token = fresh(found.grant.id)
      found.rotatedAt = now
      return { ok: true, token: found.token, grant: found.grant }
    },
  }
  return { ...grants, rows, ended }
}
