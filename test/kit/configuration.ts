/** Users of `configuration()` and what they sign in with. */
export const people = {
  ada: { username: 'ada', password: 'correct horse battery staple' },
  bob: { username: 'bob', password: 'another long password' },
} as const

/** The confidential client of `configuration()`. */
export const wiki = {
  clientId: 'wiki',
  clientSecret: 'wiki-secret-of-thirty-two-characters',
  redirectUri: 'http://127.0.0.1/callback',
} as const

/**
 * A document with the users ada (in the group `staff`) and bob, and three applications, whose redirect URIs are on any port of 127.0.0.1:
 * `wiki` (confidential), `notes` (asks for consent) and `native` (public).
 * @param more kinds that are added, e.g. `{ applications: { … } }`; an object of the same slug replaces the one here
 */
export function configuration(more: Readonly<Record<string, object>> = {}): Record<string, unknown> {
  const { clientSecret, redirectUri } = wiki
  const oidc = { redirectUris: [redirectUri], postLogoutRedirectUris: ['http://127.0.0.1/signed-out'] }
  const document: Record<string, object> = {
    groups: { staff: {} },
    users: {
      ada: { name: 'Ada Lovelace', email: 'ada@example.com', groups: ['staff'], password: people.ada.password },
      bob: { name: 'Bob Example', email: 'bob@example.com', password: people.bob.password },
    },
    providers: {
      wiki: { type: 'oidc', with: { ...oidc, clientSecret } },
      notes: { type: 'oidc', with: { ...oidc, clientSecret } },
      native: { type: 'oidc', with: { ...oidc, clientType: 'public' } },
    },
    applications: {
      wiki: { name: 'The Wiki', provider: 'wiki', launchUrl: 'http://127.0.0.1/wiki' },
      notes: { name: 'Notes', provider: 'notes', flows: { authorization: 'default-authorization-explicit-consent' } },
      native: { name: 'Native App', provider: 'native' },
    },
  }
  for (const [kind, objects] of Object.entries(more)) document[kind] = { ...document[kind], ...objects }
  return { version: 1, ...document }
}
