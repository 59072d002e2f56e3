/** Who can sign in at the demo. The server takes connections of this machine only, so the passwords may be known. */
export const people = {
  ada: { username: 'ada', password: 'lovelace-1815' },
  bob: { username: 'bob', password: 'builder-1999' },
} as const

/** The application, as both sides know it. */
export const relyingParty = { slug: 'demo', clientSecret: 'only-for-the-demo-and-known-to-all' } as const

/** The configuration document: people, groups and the application at `app`, e.g. `http://127.0.0.1:9001`. */
export const configuration = (app: string) => ({
  groups: {
    everyone: { name: 'Everyone' },
    staff: { name: 'Staff', parents: ['everyone'] },
  },
  users: {
    ada: {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      groups: ['staff'],
      roles: ['admin'],
      password: people.ada.password,
    },
    bob: { name: 'Bob Example', email: 'bob@example.com', groups: ['everyone'], password: people.bob.password },
  },
  providers: {
    [relyingParty.slug]: {
      type: 'oidc',
      with: {
        clientSecret: relyingParty.clientSecret,
        redirectUris: [`${app}/callback`],
        postLogoutRedirectUris: [`${app}/`],
      },
    },
  },
  applications: {
    [relyingParty.slug]: {
      name: 'Demo application',
      description: 'Shows what an application learns about you.',
      launchUrl: `${app}/`,
      provider: relyingParty.slug,
      flows: { authorization: 'default-authorization-explicit-consent' },
    },
  },
})
