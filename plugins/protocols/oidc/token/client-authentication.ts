import { randomBytes } from 'node:crypto'
import { Secret, type Providers, type Store } from 'sluice/plugin'
import { OAuthError } from '../errors.ts'
import type { OidcProvider, Settings } from '../types.ts'
import type { Spellings } from './credentials.ts'
import { guessed, mayNotGuess } from './guesses.ts'

/** Compared with where there is no secret, so that an unknown client costs what a known one does. */
const nobody = new Secret(randomBytes(32).toString('base64url'))

const failed = () =>
  new OAuthError(
    'invalid_client',
    'Client authentication failed: the client is unknown, its secret is wrong, or it must not send one. Check client_id and client_secret.',
    401,
  )

const tooMany = () =>
  new OAuthError('invalid_client', 'Too many failed authentications of this client from this address. Wait 15 minutes.', 429)

/**
 * RFC 6749 §2.3, §3.2.1. A confidential client proves its secret, a public one sends none. Every failure gets the same answer after
 * the same work. After too many from one address, nobody there is told any more whether a secret was right.
 */
export const authenticateClient = async (
  providers: Providers<Settings>,
  spellings: Spellings,
  address: string,
  store: Store,
): Promise<OidcProvider> => {
  const provider = spellings.map(({ clientId }) => providers.find('clientId', clientId)).find((found) => found !== undefined)
  const secret = provider?.settings.clientSecret ?? nobody
  const matches = spellings.map((spelling) => secret.equals(spelling.secret)).includes(true)
  const isPublic = provider?.settings.clientType === 'public'
  const authentic = isPublic ? spellings[0]?.secret === '' : matches
  if (!provider || !authentic) throw (await guessed(store, provider?.slug, address)) ? tooMany() : failed()
  // Whoever has no secret cannot be guessed.
  if (!isPublic && (await mayNotGuess(store, provider.slug, address))) throw tooMany()
  return provider
}
