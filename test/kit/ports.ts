import { createHash } from 'node:crypto'
import type { Clock, Consents, Effect, Identifier, Passwords, User, Users, UsersWrite } from '../../core/api/index.ts'

/** A clock that stands still until it is told otherwise. */
export function testClock(at = new Date('2026-01-01T00:00:00Z')): Clock & { advance(seconds: number): void } {
  let now = at.getTime()
  return {
    now: () => new Date(now),
    advance: (seconds) => {
      now += seconds * 1000
    },
  }
}

/** A complete user from the parts that matter to a test. The id is `id-<username>` unless given. */
export const aUser = (fields: Partial<User> & { readonly username: string }): User => ({
  id: `id-${fields.username}`,
  name: '',
  email: undefined,
  emailVerified: false,
  enabled: true,
  groups: [],
  attributes: {},
  updatedAt: new Date('2026-01-01T00:00:00Z'),
  ...fields,
})

const fold = (text: string) => text.normalize('NFKC').toLowerCase()

/** Users in memory. Effects are only described: nothing is written. A created user's id is `new-<username>`. `finds` counts calls of `find`. */
export function memoryUsers(...users: readonly User[]): Users & UsersWrite & { readonly finds: number } {
  let finds = 0
  return {
    get finds() {
      return finds
    },
    get: async (id) => users.find((user) => user.id === id),
    async find(identifier, by) {
      finds += 1
      const matches = (user: User, field: Identifier) => fold(user[field] ?? '') === fold(identifier)
      const byName = by.includes('username') ? users.find((user) => matches(user, 'username')) : undefined
      const byEmail = by.includes('email') ? users.filter((user) => matches(user, 'email')) : []
      return byName ?? (byEmail.length === 1 ? byEmail[0] : undefined)
    },
    create(fields, { roles = [], groups = [], back } = {}) {
      const id = `new-${fields.username}`
      return { id, effect: effect('users.create', { id, fields: plain(fields), roles, groups }, back) }
    },
    update: (id, fields, { back } = {}) => effect('users.update', { id, fields: plain(fields) }, back),
  }
}

const effect = (name: string, data: Effect['data'], back: string | undefined): Effect => ({
  effect: name,
  data,
  ...(back !== undefined && { back }),
})
const plain = (fields: object): Effect['data'] => JSON.parse(JSON.stringify(fields))

/** Passwords by user id. `hash` is a quick stand-in for Argon2id; `verifications` and `hashes` count what would have cost one. */
export function memoryPasswords(
  passwords: Readonly<Record<string, string>> = {},
): Passwords & { readonly verifications: number; readonly hashes: number } {
  let verifications = 0
  let hashes = 0
  const digest = (password: string) => `$sha256$${createHash('sha256').update(password.normalize('NFC')).digest('base64url')}`
  const stored = new Map(Object.entries(passwords).map(([userId, password]) => [userId, digest(password)]))
  return {
    get verifications() {
      return verifications
    },
    get hashes() {
      return hashes
    },
    async verify(userId, password) {
      verifications += 1
      const presented = digest(password)
      return userId !== undefined && stored.get(userId) === presented
    },
    has: async (userId) => stored.has(userId),
    async hash(password) {
      hashes += 1
      return digest(password)
    },
    set: (userId, hash) => ({ effect: 'passwords.set', data: { userId, hash } }),
  }
}

/** Consents in memory: what users allowed before. */
export function memoryConsents(
  ...allowed: readonly { readonly userId: string; readonly application: string; readonly scopes: readonly string[] }[]
): Consents {
  return {
    async covers(userId, application, scopes) {
      const before = allowed.filter((one) => one.userId === userId && one.application === application).flatMap((one) => one.scopes)
      return scopes.every((scope) => before.includes(scope))
    },
    allow: (userId, application, scopes) => ({ effect: 'consents.allow', data: { userId, application, scopes } }),
  }
}
