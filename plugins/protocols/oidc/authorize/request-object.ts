import { OAuthError } from '../errors.ts'
import type { Check } from './check.ts'

const parameters = ['request', 'request_uri', 'registration'] as const

/** OIDC Core §6 and §7.2.1. To ignore these would be to answer another request than the one that was meant. */
export const requestObject: Check = ({ parameters: sent }) => {
  for (const name of parameters)
    if (sent[name] !== undefined)
      throw new OAuthError(
        `${name}_not_supported`,
        `${name} is not supported. Send the parameters themselves, of a client registered here.`,
      )
  return undefined
}
