import { createHash } from 'node:crypto'
import { compactVerify } from 'jose'
import { issuerOf } from '../../addresses.ts'
import { OAuthError } from '../../errors.ts'
import type { OidcProvider, Uses } from '../../types.ts'
import { assertionAlgorithms, type AssertionAlgorithm, type ClientKey } from './client-key.ts'
import type { ClientKeySets } from './key-set.ts'
import { strictObject } from './strict-json.ts'

/** Seconds that an assertion may be good for, from its `iat` and from now. */
const longest = 10 * 60
/** Seconds that the clocks of client and server may differ. */
const leeway = 10
/** Seconds that a used `jti` outlives its assertion, for clocks of replicas that differ. */
const keptAfter = 60

type Claims = Readonly<Record<string, unknown>>
/** An assertion, taken apart and not verified. */
export type Assertion = {
  readonly jws: string
  readonly alg: AssertionAlgorithm
  readonly kid: string | undefined
  readonly claims: Claims
  /** Who it says it is from, if that is one client (RFC 7523 §3, OIDC Core §9). */
  readonly clientId: string | undefined
}

const decoded = (segment: string): Claims | undefined => {
  const bytes = Buffer.from(segment, 'base64url')
  // One assertion has one spelling.
  return bytes.toString('base64url') === segment ? strictObject(bytes) : undefined
}

const isAlgorithm = (alg: unknown): alg is AssertionAlgorithm => (assertionAlgorithms as readonly unknown[]).includes(alg)

/** The header's members that are understood. Keys that an assertion brings along or points to (`jwk`, `jku`, `x5c`, `x5u`) are not looked at. */
const headerOf = (header: Claims): { readonly alg: AssertionAlgorithm; readonly kid: string | undefined } | undefined => {
  const { alg, kid, typ, crit, b64, cty } = header
  if (!isAlgorithm(alg) || crit !== undefined || b64 !== undefined || cty !== undefined) return undefined
  if (kid !== undefined && typeof kid !== 'string') return undefined
  // A token of another kind (`at+jwt`, `dpop+jwt`) that the client signs is no assertion (RFC 8725 §3.11).
  const kind = typ === undefined ? 'jwt' : typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '')
  return kind === 'jwt' || kind === 'client-authentication+jwt' ? { alg, kid } : undefined
}

/** Takes an assertion apart (RFC 7515 §7.1); `undefined`: it is none that could be verified. */
export const readAssertion = (jws: string): Assertion | undefined => {
  const segments = jws.split('.')
  const [encodedHeader = '', payload = '', signature = ''] = segments
  if (segments.length !== 3 || signature === '') return undefined
  const members = decoded(encodedHeader)
  const claims = decoded(payload)
  const header = members && headerOf(members)
  if (!header || !claims) return undefined
  const { iss, sub } = claims
  return { jws, ...header, claims, clientId: typeof sub === 'string' && iss === sub ? sub : undefined }
}

/** With several keys that fit, `kid` must say which one: they are not tried one after the other. */
const keyFor = (keys: readonly ClientKey[], { alg, kid }: Assertion): ClientKey | undefined => {
  const fitting = keys.filter((key) => key.algorithms.includes(alg) && (kid === undefined || key.kid === undefined || key.kid === kid))
  return fitting.length === 1 ? fitting[0] : undefined
}

const isSigned = async ({ jws, alg }: Assertion, { key }: ClientKey): Promise<boolean> => {
  try {
    await compactVerify(jws, key, { algorithms: [alg] })
    return true
  } catch {
    return false
  }
}

const isInstant = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** What of these claims is not as it must be, in words for the client's developer; `undefined`: nothing. `now` in seconds. */
const claimsProblem = ({ aud, exp, iat, nbf, jti }: Claims, issuer: string, now: number): string | undefined => {
  if (aud !== issuer) return `aud must be exactly the issuer as one string: ${issuer}`
  if (!isInstant(exp)) return 'exp must be there, as seconds since 1970, a whole number.'
  if (exp + leeway <= now) return 'exp has passed. Make a new assertion for each request, and look at the clock.'
  if (exp > now + longest + leeway) return `exp is more than ${longest / 60} minutes ahead. Use one or two.`
  if (iat !== undefined && !(isInstant(iat) && iat <= now + leeway && iat > now - longest - leeway))
    return `iat must be within the last ${longest / 60} minutes. Look at the clock.`
  if (nbf !== undefined && !(isInstant(nbf) && nbf <= now + leeway)) return 'nbf is in the future. Look at the clock.'
  return typeof jti === 'string' && jti !== '' && jti.length <= 255
    ? undefined
    : 'jti must be there, as a text of at most 255 characters that is new in each assertion.'
}

const refuse = (why: string) => new OAuthError('invalid_client', `The client assertion is signed, but ${why}`, 401)

type Where = { readonly origin: string; readonly keySets: ClientKeySets; readonly use: Pick<Uses, 'store' | 'clock'> }

/**
 * Does this assertion prove that this client sent it, now and for the first time (RFC 7523 §3, OIDC Core §9)? The audience is the issuer alone,
 * as one string: whoever is sent an assertion that names others, too, could use it here (RFC 7523bis). `false`: no key of the client signed it.
 * Throws an `OAuthError` that says what else is wrong, which nobody learns who cannot sign.
 */
export const isProved = async (assertion: Assertion, provider: OidcProvider, { origin, keySets, use }: Where): Promise<boolean> => {
  const set = await keySets(provider)
  const key = keyFor(set.keys, assertion) ?? keyFor((await keySets(provider, set)).keys, assertion)
  if (!key || !(await isSigned(assertion, key))) return false
  const now = use.clock.now().getTime() / 1000
  const problem = claimsProblem(assertion.claims, issuerOf(origin, provider), now)
  if (problem !== undefined) throw refuse(problem)
  const { jti, exp } = assertion.claims as { readonly jti: string; readonly exp: number }
  const digest = createHash('sha256')
    .update(JSON.stringify([provider.slug, jti]))
    .digest('base64url')
  const isFirst = await use.store.compareAndSet(`assertion:${digest}`, undefined, true, Math.ceil(exp - now) + leeway + keptAfter)
  if (!isFirst) throw refuse('its jti was used before. Make a new one for each request.')
  return true
}
