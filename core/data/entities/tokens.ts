import { defineEntity, p } from '@mikro-orm/core'
import { id, instant, json } from '../columns.ts'
import { User } from './users.ts'

/** A bearer token for the API. It acts as its user, with no more than its scopes. */
export const Token = defineEntity({
  name: 'Token',
  tableName: 'tokens',
  properties: {
    id: id(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(),
    name: p.text(),
    /** SHA-256 of the secret: the secret has 256 random bits. */
    secretHash: p.text(),
    /** Permissions that it is limited to; null: all that its user has. */
    scopes: json<readonly string[]>().nullable(),
    createdAt: instant(),
    expiresAt: instant().nullable(),
    usedAt: instant().nullable(),
    /** Made from an option at the start, under this name. */
    bootstrap: p.text().nullable().unique(),
  },
})
