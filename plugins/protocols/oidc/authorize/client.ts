import type { Providers } from 'sluice/plugin'
import { canBeIssuer } from '../addresses.ts'
import { Unanswerable } from '../errors.ts'
import type { Parameters } from '../parameters.ts'
import type { OidcProvider, Settings } from '../types.ts'

/** RFC 6749 §4.1.1: which application asks. */
export const client = (providers: Providers<Settings>, { client_id }: Parameters): OidcProvider => {
  if (client_id === undefined) throw new Unanswerable('client-missing', {})
  const provider = providers.find('clientId', client_id)
  if (!provider || !canBeIssuer(provider.application.slug)) throw new Unanswerable('client-unknown', { client_id })
  return provider
}
