import { OAuthError } from '../errors.ts'
import type { Check } from './check.ts'

/** RFC 6749 §3.1.1. Codes only: RFC 9700 §2.1.2 advises against tokens in redirects. */
export const responseType: Check = ({ parameters: { response_type }, provider }) => {
  if (!provider.settings.grantTypes.includes('authorization_code'))
    throw new OAuthError('unauthorized_client', 'This client does not sign users in. Add authorization_code to its grantTypes.')
  if (response_type === undefined) throw new OAuthError('invalid_request', 'response_type is missing. Send response_type=code.')
  if (response_type !== 'code')
    throw new OAuthError('unsupported_response_type', `response_type '${response_type}' is not supported. Send response_type=code.`)
  return undefined
}
