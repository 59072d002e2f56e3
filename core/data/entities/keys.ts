import { defineEntity, p } from '@mikro-orm/core'
import { instant, json } from '../columns.ts'

export const SigningKey = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    /** RFC 7638 thumbprint of the public key. */
    kid: p.text().primary(),
    /** JWS algorithm, RFC 7518 §3.1. */
    alg: p.text(),
    publicJwk: json<Readonly<Record<string, string>>>(),
    /** The private key, encrypted; empty since the key is retired. */
    privateSealed: p.text(),
    /** The key before it, or the algorithm where there was none: unique, so that of several servers one makes the next. */
    follows: p.text().nullable().unique(),
    createdAt: instant(),
    activeFrom: instant(),
    retiredAt: instant().nullable(),
  },
})
