import type { Answer } from 'sluice/plugin'
import { Unanswerable } from '../errors.ts'
import type { Parameters } from '../parameters.ts'
import { refusalPage } from '../responses/page.ts'
import type { OidcProvider, Parked } from '../types.ts'
import { sameRedirectUri } from '../uris.ts'

const isRegistered = ({ settings }: OidcProvider, redirectUri: string): boolean =>
  settings.redirectUris.some((registered) => sameRedirectUri(registered, redirectUri))

/** OIDC Core §3.1.2.1: where to answer. Always sent, even by a client that registered only one: a guess would hide a mistake. */
export const redirectUri = (provider: OidcProvider, { client_id, redirect_uri }: Parameters): string => {
  if (redirect_uri === undefined) throw new Unanswerable('redirect-missing', { client_id })
  if (!isRegistered(provider, redirect_uri)) throw new Unanswerable('redirect-unknown', { client_id, redirect_uri })
  return redirect_uri
}

/** What to answer where the redirect URI was removed since the request: nothing is sent there any more. */
export const unregistered = (provider: OidcProvider, { redirectUri: redirect_uri }: Parked): Answer | undefined =>
  isRegistered(provider, redirect_uri)
    ? undefined
    : refusalPage(new Unanswerable('redirect-unknown', { client_id: provider.settings.clientId, redirect_uri }))
