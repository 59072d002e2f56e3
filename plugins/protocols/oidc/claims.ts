import type { ClaimsWish, Grant, User } from 'sluice/plugin'
import type { OidcProvider, Uses } from './types.ts'

type Claims = Readonly<Record<string, unknown>>

/** What each scope tells about the user (OIDC Core §5.4; `groups` is the custom of the field). */
const byScope: ReadonlyMap<string, (user: User) => Claims> = new Map<string, (user: User) => Claims>([
  [
    'profile',
    ({ name, username, updatedAt }) => ({
      ...(name === '' ? {} : { name }),
      preferred_username: username,
      updated_at: Math.floor(updatedAt.getTime() / 1000),
    }),
  ],
  ['email', ({ email, emailVerified }): Claims => (email === undefined ? {} : { email, email_verified: emailVerified })],
  ['groups', ({ groups }) => ({ groups })],
])

export const claimNames = ['name', 'preferred_username', 'updated_at', 'email', 'email_verified', 'groups'] as const

/** Claims that mappings add to the scopes which this application may ask for. */
export const mappedNames = ({ settings, mappings }: OidcProvider): readonly string[] => {
  const names = mappings.filter(({ scope }) => settings.scopes.includes(scope)).flatMap(({ claims }) => claims)
  return [...new Set(names)].filter((name) => !(claimNames as readonly string[]).includes(name))
}

type Wanted = {
  readonly user: User
  readonly provider: OidcProvider
  readonly grant: Pick<Grant, 'userId' | 'sessionId' | 'origin'>
  readonly scopes: readonly string[]
  readonly where: ClaimsWish['where']
  readonly request: Omit<ClaimsWish['request'], 'origin'>
}

/** The claims about a user that these scopes release: ours, and in place of or beside them those of mappings. */
export const userClaims = async (
  { user, provider, grant, scopes, where, request }: Wanted,
  { claims }: Pick<Uses, 'claims'>,
): Promise<Claims> => {
  const own: Claims = Object.assign({}, ...scopes.map((scope) => byScope.get(scope)?.(user)))
  const { mappings, application } = provider
  if (mappings.length === 0) return own
  const { userId, sessionId, origin } = grant
  return { ...own, ...(await claims.of({ mappings, scopes, where, userId, sessionId, application, request: { ...request, origin } })) }
}
