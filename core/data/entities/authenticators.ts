import { defineEntity, p } from '@mikro-orm/core'
import { id, instant } from '../columns.ts'
import { User } from './users.ts'

/** Something that a user has enrolled with an authenticator: an app with a secret, a passkey, a list of codes. */
export const EnrolledDevice = defineEntity({
  name: 'EnrolledDevice',
  tableName: 'devices',
  uniques: [{ properties: ['kind', 'key'] }],
  properties: {
    id: id(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(),
    /** Of the authenticator, e.g. `totp`. */
    kind: p.string().length(100),
    /** By which its authenticator finds it, e.g. a credential's id. */
    key: p.text().nullable(),
    name: p.text(),
    /** What its authenticator keeps of it, sealed. */
    sealed: p.text(),
    /** Grows with each use. */
    version: p.integer(),
    createdAt: instant(),
    lastUsedAt: instant().nullable(),
  },
})
