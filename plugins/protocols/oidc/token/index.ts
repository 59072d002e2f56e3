import { OAuthError } from '../errors.ts'
import type { GrantTypeName } from '../settings.ts'
import { redeemCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import { clientEndpoint } from './client-request.ts'
import type { GrantType } from './grant-type.ts'
import { refresh } from './refresh-token.ts'

const grantTypes: ReadonlyMap<string, GrantType> = new Map<GrantTypeName, GrantType>([
  ['authorization_code', redeemCode],
  ['refresh_token', refresh],
  ['client_credentials', clientCredentials],
])

/** The token endpoint (RFC 6749 §3.2). */
export const token = clientEndpoint('token endpoint', async (asked) => {
  const { grant_type } = asked.parameters
  if (grant_type === undefined) throw new OAuthError('invalid_request', 'grant_type is missing.')
  const grantType = grantTypes.get(grant_type)
  if (!grantType)
    throw new OAuthError(
      'unsupported_grant_type',
      `grant_type '${grant_type}' is not supported. Use one of: ${[...grantTypes.keys()].join(', ')}.`,
    )
  const allowed: readonly string[] = asked.provider.settings.grantTypes
  if (!allowed.includes(grant_type))
    throw new OAuthError('unauthorized_client', `This client may not use grant_type '${grant_type}'. Add it to its grantTypes.`)
  return grantType(asked)
})
