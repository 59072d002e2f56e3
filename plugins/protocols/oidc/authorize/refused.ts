import type { Answer, Refusal, Refused } from 'sluice/plugin'
import { issuerOf } from '../addresses.ts'
import { OAuthError } from '../errors.ts'
import { authorizationError } from '../responses/authorization.ts'
import type { Parked, Settings, use } from '../types.ts'
import { unregistered } from './redirect-uri.ts'

/** OIDC Core §3.1.2.6, RFC 6749 §4.1.2.1. */
const errors: Readonly<Record<Refusal, readonly [error: string, description: string]>> = {
  denied: ['access_denied', 'The user or the access rules of this application said no.'],
  'login-needed': ['login_required', 'The user has to sign in. Send the request without prompt=none, or with a matching id_token_hint.'],
  'consent-needed': ['consent_required', 'The user has to allow this application. Send the request without prompt=none.'],
  // OpenID Connect Core Error Code unmet_authentication_requirements 1.0, RFC 9470 §5.
  'level-unmet': ['unmet_authentication_requirements', 'None of the levels in acr_values was reached.'],
  expired: ['access_denied', 'The sign-in was not finished in time. Send the user here again.'],
}

export const refused = ({ provider, request, why, origin }: Refused<Settings, Parked, typeof use>): Answer =>
  unregistered(provider, request) ?? authorizationError(issuerOf(origin, provider), request, new OAuthError(...errors[why]))
