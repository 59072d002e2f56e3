import { randomBytes } from 'node:crypto'
import { Secret, type Providers } from 'sluice/plugin'
import { OAuthError } from '../errors.ts'
import type { OidcProvider, Settings, Uses } from '../types.ts'
import type { ClientKeySets } from './assertion/key-set.ts'
import { isProved, type Assertion } from './assertion/verify.ts'
import type { Credentials, Spellings } from './credentials.ts'
import type { Guesses } from './guesses.ts'

/** Compared with where there is no secret, so that an unknown client costs what a known one does. */
const nobody = new Secret(randomBytes(32).toString('base64url'))

const failed = () =>
  new OAuthError(
    'invalid_client',
    'Client authentication failed: the client is unknown, its secret or assertion is wrong, or it must not send one. Check client_id, and the client_secret or key.',
    401,
  )

const tooMany = () =>
  new OAuthError('invalid_client', 'Too many failed authentications of this client from this address. Wait 15 minutes.', 429)

type Asked = { readonly providers: Providers<Settings>; readonly address: string; readonly guesses: Guesses }

const bySecret = async (spellings: Spellings, { providers, address, guesses }: Asked): Promise<OidcProvider> => {
  const provider = spellings.map(({ clientId }) => providers.find('clientId', clientId)).find((found) => found !== undefined)
  const secret = provider?.settings.clientSecret ?? nobody
  const matches = spellings.map((spelling) => secret.equals(spelling.secret)).includes(true)
  const isPublic = provider?.settings.clientType === 'public'
  const authentic = isPublic ? spellings[0]?.secret === '' : matches
  if (!provider || !authentic) throw (await guesses.failed(provider?.slug, address)) ? tooMany() : failed()
  // Whoever has no secret cannot be guessed.
  if (!isPublic && (await guesses.areTooMany(provider.slug, address))) throw tooMany()
  return provider
}

type Proving = { readonly origin: string; readonly keySets: ClientKeySets; readonly use: Uses }

/** A signature cannot be guessed, so failures are not counted: nobody shuts a client out by them. */
const byAssertion = async (assertion: Assertion | undefined, providers: Providers<Settings>, proving: Proving): Promise<OidcProvider> => {
  const provider = assertion?.clientId === undefined ? undefined : providers.find('clientId', assertion.clientId)
  if (!assertion || !provider || !(await isProved(assertion, provider, proving))) throw failed()
  return provider
}

/**
 * RFC 6749 §2.3, §3.2.1. A confidential client proves its secret, or signs (RFC 7523 §2.2), as it is registered; a public one sends nothing.
 * Every failure about a secret gets the same answer after the same work. After too many from one address, nobody there is told any more
 * whether a secret was right.
 */
export const authenticateClient = (credentials: Credentials, { address, guesses, ...asked }: Asked & Proving): Promise<OidcProvider> =>
  credentials.by === 'assertion'
    ? byAssertion(credentials.assertion, asked.providers, asked)
    : bySecret(credentials.spellings, { providers: asked.providers, address, guesses })
