import type { FastifyRequest } from 'fastify'
import { OAuthError } from '../errors.ts'
import type { Parameters } from '../parameters.ts'
import { readAssertion, type Assertion } from './assertion/verify.ts'

/** Who a client says it is: what it may have meant, the one by the book first. No secret is an empty one. */
export type Spellings = readonly { readonly clientId: string; readonly secret: string }[]
/** How a client authenticates: by a secret or none, or by an assertion, `undefined` where that is malformed (RFC 7523 §2.2). */
export type Credentials =
  | { readonly by: 'secret'; readonly spellings: Spellings }
  | { readonly by: 'assertion'; readonly assertion: Assertion | undefined }

const refuse = (description: string) => new OAuthError('invalid_client', description, 401)

const formDecoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/**
 * RFC 6749 §2.3.1: both parts are form-encoded before they are joined. Many clients forget it, which shows when a secret has a `+` or a
 * `%`; so the parts are also tried as they are.
 */
const basic = (header: string): Spellings => {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header)?.[1]
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) throw refuse('The Authorization header is not of the form: Basic base64(client_id:client_secret).')
  const plain = { clientId: text.slice(0, colon), secret: text.slice(colon + 1) }
  const clientId = formDecoded(plain.clientId)
  const secret = formDecoded(plain.secret)
  const byTheBook = clientId !== undefined && secret !== undefined ? { clientId, secret } : plain
  return [byTheBook, plain]
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const twoMethods = (fix: string) => new OAuthError('invalid_request', `The client authenticated by two methods. ${fix}`)

const byAssertion = (request: FastifyRequest, parameters: Parameters): Credentials => {
  const { client_id, client_secret, client_assertion, client_assertion_type } = parameters
  if (request.headers.authorization !== undefined || client_secret !== undefined)
    throw twoMethods('Send a client assertion or a secret, not both.')
  if (client_assertion === undefined || client_assertion_type !== assertionType)
    throw refuse(`Send client_assertion together with client_assertion_type, which is: ${assertionType}`)
  const assertion = readAssertion(client_assertion)
  const isAnothers = client_id !== undefined && assertion?.clientId !== client_id
  return { by: 'assertion', assertion: isAnothers ? undefined : assertion }
}

/** The credentials of a token request, by exactly one method (RFC 6749 §2.3). */
export const credentialsOf = (request: FastifyRequest, parameters: Parameters): Credentials => {
  const { client_id, client_secret } = parameters
  if (parameters['client_assertion'] !== undefined || parameters['client_assertion_type'] !== undefined)
    return byAssertion(request, parameters)
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const spellings = basic(authorization)
    if (client_secret !== undefined) throw twoMethods('Send the secret in the Authorization header or in the body, not in both.')
    if (client_id !== undefined && !spellings.some(({ clientId }) => clientId === client_id))
      throw new OAuthError('invalid_request', 'client_id in the body is not the one in the Authorization header. Send one of them.')
    return { by: 'secret', spellings }
  }
  if (client_id === undefined)
    throw refuse('No client authentication. Send client_id with client_secret, or a client assertion, as the metadata of the issuer says.')
  const given = { clientId: client_id, secret: client_secret ?? '' }
  return { by: 'secret', spellings: [given, given] }
}
