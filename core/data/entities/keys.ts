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
    /** The private key, encrypted. */
    privateSealed: p.text(),
    createdAt: instant(),
    activeFrom: instant(),
    retiredAt: instant().nullable(),
  },
})
