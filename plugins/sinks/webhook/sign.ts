import { createHmac } from 'node:crypto'

const prefix = 'whsec_'
/** Bytes of a secret, by the specification. */
const [shortest, longest] = [24, 64]

/** The bytes of a secret: base64 (RFC 4648 §4), with or without `whsec_` before it. Undefined: it is none, or not of 24 to 64 bytes. */
export const keyOf = (secret: string): Buffer | undefined => {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const key = Buffer.from(text, 'base64')
  return key.length >= shortest && key.length <= longest ? key : undefined
}

type Message = { readonly id: string; readonly timestamp: number; readonly body: string }

/** The header `webhook-signature` of Standard Webhooks: HMAC-SHA256 of `id.timestamp.body` by each key, `timestamp` in epoch seconds. */
export const signatures = ({ id, timestamp, body }: Message, keys: readonly Buffer[]): string =>
  keys.map((key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`).join(' ')
