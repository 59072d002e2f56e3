import { Unanswerable } from '../errors.ts'
import type { Parameters } from '../parameters.ts'
import type { OidcProvider } from '../types.ts'
import { sameRedirectUri } from '../uris.ts'

/** OIDC Core §3.1.2.1: where to answer. Always sent, even by a client that registered only one: a guess would hide a mistake. */
export const redirectUri = (provider: OidcProvider, { client_id, redirect_uri }: Parameters): string => {
  if (redirect_uri === undefined) throw new Unanswerable('redirect-missing', { client_id })
  if (!provider.settings.redirectUris.some((registered) => sameRedirectUri(registered, redirect_uri)))
    throw new Unanswerable('redirect-unknown', { client_id, redirect_uri })
  return redirect_uri
}
