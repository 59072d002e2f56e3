import type { Wants } from 'sluice/plugin'
import type { Parameters } from '../parameters.ts'
import type { OidcProvider, Parked, Uses } from '../types.ts'

/** An authorization request whose answer has a safe way back: client and redirect URI are known to belong together. */
export type Ask = {
  readonly parameters: Parameters
  readonly provider: OidcProvider
  readonly issuer: string
  readonly use: Uses
}

/** What a check adds to the parked request and to what the sign-in has to meet. */
type Found = { readonly park?: Partial<Parked>; readonly want?: Wants }

/** One rule about an authorization request. Throws an `OAuthError`, which is answered at the redirect URI. */
export type Check = (ask: Ask) => Found | undefined | Promise<Found | undefined>
