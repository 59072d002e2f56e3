import type { FastifyRequest } from 'fastify'
import { OAuthError } from '../errors.ts'
import type { Parameters } from '../parameters.ts'

/** Who a client says it is: what it may have meant, the one by the book first. No secret is an empty one. */
export type Spellings = readonly { readonly clientId: string; readonly secret: string }[]

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

/** The credentials of a token request, by exactly one method (RFC 6749 §2.3). */
export const credentialsOf = (request: FastifyRequest, parameters: Parameters): Spellings => {
  const { client_id, client_secret } = parameters
  if (parameters['client_assertion'] !== undefined || parameters['client_assertion_type'] !== undefined)
    throw refuse('client_assertion is not supported. Authenticate by client_secret_basic or client_secret_post.')
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const spellings = basic(authorization)
    if (client_secret !== undefined)
      throw new OAuthError(
        'invalid_request',
        'The client authenticated by two methods. Send the secret in the Authorization header or in the body, not in both.',
      )
    if (client_id !== undefined && !spellings.some(({ clientId }) => clientId === client_id))
      throw new OAuthError('invalid_request', 'client_id in the body is not the one in the Authorization header. Send one of them.')
    return spellings
  }
  if (client_id === undefined)
    throw refuse('No client authentication. Send client_id and client_secret by client_secret_basic or client_secret_post.')
  const given = { clientId: client_id, secret: client_secret ?? '' }
  return [given, given]
}
