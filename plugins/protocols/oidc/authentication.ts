import type { Done } from 'sluice/plugin'

/**
 * Our methods in the terms of RFC 8176 §2. A passkey proves that its holder has the key and is present; whether it lives in hardware is
 * not known, so it is `pop`, neither `hwk` nor `swk`.
 */
const references: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['pwd', ['pwd']],
  ['passkey', ['pop', 'user']],
  ['security-key', ['pop', 'user']],
  ['totp', ['otp']],
  ['email-otp', ['otp']],
  ['email-link', ['otp']],
  ['sms-otp', ['sms', 'otp']],
  ['recovery-code', ['otp']],
  ['link', ['otp']],
])

/** Authentication method references. A method that has no name in RFC 8176 keeps ours. `mfa` where several factors were proved. */
export const amrOf = ({ methods, factors }: Pick<Done<any, any, any>['session'], 'methods' | 'factors'>): readonly string[] => [
  ...new Set([...methods.flatMap((name) => references.get(name) ?? [name]), ...(factors > 1 ? ['mfa'] : [])]),
]

/**
 * The authentication context class: the first of those that were asked for and reached, else the strongest that was reached. `0`: none was
 * (OIDC Core §2, "long-lived browser cookie").
 */
export const acrOf = (reached: readonly string[], asked: readonly string[] = []): string =>
  asked.find((acr) => reached.includes(acr)) ?? reached.at(-1) ?? '0'
