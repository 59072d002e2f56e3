import type { Check } from './check.ts'

/** OIDC Core §3.1.2.1: who will probably sign in. A suggestion, no demand. */
export const loginHint: Check = ({ parameters: { login_hint } }) => (login_hint === undefined ? undefined : { want: { hint: login_hint } })
