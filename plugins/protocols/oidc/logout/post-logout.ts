import type { Parameters } from '../parameters.ts'
import type { OidcProvider } from '../types.ts'

/**
 * RP-Initiated Logout §3: where the browser goes afterwards. An address that is not registered is not followed, the browser then stays
 * with us.
 */
export const postLogoutAddress = (provider: OidcProvider, { post_logout_redirect_uri, state }: Parameters): URL | undefined => {
  if (post_logout_redirect_uri === undefined) return undefined
  if (!provider.settings.postLogoutRedirectUris.includes(post_logout_redirect_uri)) return undefined
  const to = new URL(post_logout_redirect_uri)
  if (state !== undefined) to.search = `${to.search}${to.search === '' ? '' : '&'}${new URLSearchParams({ state })}`
  return to
}
