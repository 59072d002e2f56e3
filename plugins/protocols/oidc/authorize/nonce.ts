import type { Check } from './check.ts'

/** OIDC Core §3.1.2.1: comes back in the ID token, so that the client can tell its own sign-in from an injected one. */
export const nonce: Check = ({ parameters }) => (parameters['nonce'] === undefined ? undefined : { park: { nonce: parameters['nonce'] } })
