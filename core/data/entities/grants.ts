import { defineEntity, p } from '@mikro-orm/core'
import type { Json } from '../../api/index.ts'
import { instant, json, uuid } from '../columns.ts'
import { User } from './users.ts'

/** What an application was granted for a user: the family of all tokens of one authorization. */
export const Grant = defineEntity({
  name: 'Grant',
  tableName: 'grants',
  properties: {
    id: p.text().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(),
    application: p.text(),
    provider: p.text(),
    /** Without foreign key: sessions are pruned, offline grants outlive them. */
    sessionId: uuid().index(),
    origin: p.text(),
    scopes: json<readonly string[]>(),
    offline: p.boolean(),
    data: json<NonNullable<Json>>(),
    createdAt: instant(),
    expiresAt: instant().index(),
    revokedAt: instant().nullable(),
    /** Number and random part of the refresh token that is good now; each use makes the next. */
    generation: p.integer(),
    nonce: p.text(),
    rotatedAt: instant().nullable(),
  },
})

/** What a user has allowed an application, once and for all. */
export const Consent = defineEntity({
  name: 'Consent',
  tableName: 'consents',
  properties: {
    user: () => p.manyToOne(User).primary().deleteRule('cascade'),
    application: p.text().primary(),
    scopes: json<readonly string[]>(),
    createdAt: instant(),
    updatedAt: instant(),
  },
})
