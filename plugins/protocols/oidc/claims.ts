import type { User } from 'sluice/plugin'

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

/** The claims about a user that these scopes release. */
export const userClaims = (user: User, scopes: readonly string[]): Claims =>
  Object.assign({}, ...scopes.map((scope) => byScope.get(scope)?.(user)))
