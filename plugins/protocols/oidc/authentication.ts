/** `factor`: knowing and having are different factors. A link, whether an operator handed it out or it was mailed, is none that counts beside another. */
type Method = { readonly amr: readonly string[]; readonly factor?: 'knowledge' | 'possession' }

/**
 * Our methods in the terms of RFC 8176 §2. A passkey proves that its holder has the key and is present; whether it lives in hardware is
 * not known, so it is `pop`, neither `hwk` nor `swk`.
 */
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['pwd', { amr: ['pwd'], factor: 'knowledge' }],
  ['passkey', { amr: ['pop', 'user'], factor: 'possession' }],
  ['totp', { amr: ['otp'], factor: 'possession' }],
  ['email-otp', { amr: ['otp'], factor: 'possession' }],
  ['sms-otp', { amr: ['sms', 'otp'], factor: 'possession' }],
  ['recovery-code', { amr: ['otp'], factor: 'possession' }],
  ['link', { amr: ['otp'] }],
  ['email-link', { amr: ['otp'] }],
])

/** Authentication method references. A method that has no name in RFC 8176 keeps ours. `mfa` where both factors were proved. */
export const amrOf = (proved: readonly string[]): readonly string[] => {
  const known = proved.map((name): Method => methods.get(name) ?? { amr: [name] })
  const factors = new Set(known.flatMap(({ factor }) => factor ?? []))
  return [...new Set([...known.flatMap(({ amr }) => amr), ...(factors.size > 1 ? ['mfa'] : [])])]
}

/** Authentication context classes, weakest first: `1` is one factor, `2` is two different ones. */
export const acrValues = ['1', '2'] as const
export const acrOf = (amr: readonly string[]): (typeof acrValues)[number] => (amr.includes('mfa') ? '2' : '1')
