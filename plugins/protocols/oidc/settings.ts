import { secret, Type, type Static } from 'sluice/plugin'
import { clientKey } from './token/assertion/client-key.ts'
import { jwksUriProblem, uriProblem } from './uris.ts'

const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
/** RFC 6749 §4.1, §6, §4.4. */
export const grantTypeNames = ['authorization_code', 'refresh_token', 'client_credentials'] as const
export type GrantTypeName = (typeof grantTypeNames)[number]
export const scopeNames = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const

const uri = Type.String({ minLength: 1, maxLength: 2000 })

export const settings = Type.Object(
  {
    clientId: Type.String({
      title: 'Client ID',
      description: "The application's public name in the protocol. Defaults to the provider's slug.",
      pattern: '^[\\x21-\\x7E]+$',
      maxLength: 255,
      'x-default-from': 'slug',
    }),
    clientType: Type.Enum(['confidential', 'public'], {
      title: 'Client type',
      description: 'Confidential: a server that can keep a secret. Public: a browser or native application; PKCE replaces the secret.',
      default: 'confidential',
    }),
    clientSecret: Type.Optional(
      secret({
        title: 'Client secret',
        description: 'What a confidential client authenticates with at the token endpoint.',
        generate: true,
      }),
    ),
    jwks: Type.Optional(
      Type.Object(
        {
          keys: Type.Array(Type.Object({}, { additionalProperties: true }), {
            title: 'Keys',
            description: 'Public keys: RSA of 2048 bits or more, EC with P-256, OKP with Ed25519.',
            minItems: 1,
            maxItems: 50,
          }),
        },
        {
          title: 'Public keys',
          description:
            'JWK Set, `{ "keys": […] }`, of a confidential client that signs (private_key_jwt) instead of having a secret. Keys are RSA of 2048 bits or more, EC with P-256, or OKP with Ed25519.',
          // Programs export a whole set, to be pasted as it is.
          'x-widget': 'json',
          additionalProperties: false,
        },
      ),
    ),
    jwksUri: Type.Optional(
      Type.String({
        title: 'Address of the public keys',
        description: 'Where the JWK Set is fetched from, in place of one here: the client changes its keys by itself. https only.',
        minLength: 1,
        maxLength: 2000,
      }),
    ),
    grantTypes: Type.Array(Type.Enum([...grantTypeNames]), {
      title: 'Grant types',
      description:
        'What the client may get tokens for: users who sign in (authorization_code, refresh_token), or itself (client_credentials, confidential clients only).',
      minItems: 1,
      uniqueItems: true,
      default: ['authorization_code', 'refresh_token'],
    }),
    redirectUris: Type.Array(uri, {
      title: 'Redirect URIs',
      description:
        'Where answers may be sent. Compared character by character; only the port of http://127.0.0.1 and http://[::1] is free.',
      uniqueItems: true,
      default: [],
    }),
    postLogoutRedirectUris: Type.Array(uri, {
      title: 'Post-logout redirect URIs',
      description: 'Where the browser may be sent after signing out. Compared character by character.',
      uniqueItems: true,
      default: [],
    }),
    pkce: Type.Enum(['optional', 'required'], {
      title: 'PKCE',
      description: 'Must a confidential client use PKCE? A public client always must. A challenge that was sent is always verified.',
      default: 'optional',
    }),
    idTokenAlg: Type.Enum([...algorithms], {
      title: 'ID token signature',
      description: 'JWS algorithm of ID tokens. Every OpenID Connect client knows RS256.',
      default: 'RS256',
    }),
    accessTokenAlg: Type.Enum([...algorithms], {
      title: 'Access token signature',
      description: 'JWS algorithm of access tokens. ES256 costs a tenth of RS256.',
      default: 'ES256',
    }),
    scopes: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
      title: 'Scopes',
      description: 'What the application may ask for: these, and those of scope mappings. Other scopes are left out of what is granted.',
      'x-scopes': [...scopeNames],
      uniqueItems: true,
      default: [...scopeNames],
    }),
    clientScopes: Type.Array(Type.String({ minLength: 1, maxLength: 100, pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$' }), {
      title: 'Scopes of the client itself',
      description: 'What it may have by client_credentials. Names that the resource servers know; openid and offline_access are for users.',
      uniqueItems: true,
      default: [],
    }),
    serviceAccount: Type.Optional(
      Type.String({
        title: 'Service account',
        description:
          'User name of whom the client is by client_credentials. Tokens end when that user is disabled or may not use the application.',
        minLength: 1,
        maxLength: 150,
      }),
    ),
    introspects: Type.Array(Type.String({ minLength: 1 }), {
      title: 'Introspects',
      description: 'Applications (slugs) whose access tokens this client may look into, besides its own: for resource servers.',
      uniqueItems: true,
      default: [],
    }),
    accessTokenFormat: Type.Enum(['jwt', 'opaque'], {
      title: 'Access token format',
      description: 'jwt: signed, readable by resource servers (RFC 9068). opaque: random, told by introspection and userinfo only.',
      default: 'jwt',
    }),
    accessTokenLifetime: Type.Integer({
      title: 'Access token lifetime',
      description: 'Seconds.',
      minimum: 10,
      maximum: 86_400,
      default: 600,
      'x-default-from': 'tokens.accessToken',
    }),
    idTokenLifetime: Type.Integer({
      title: 'ID token lifetime',
      description: 'Seconds within which the application must look at an ID token.',
      minimum: 10,
      maximum: 86_400,
      default: 600,
      'x-default-from': 'tokens.idToken',
    }),
    refreshTokenLifetime: Type.Integer({
      title: 'Refresh token lifetime',
      description: 'Seconds from the sign-in until the application must send the user here again, however often it refreshes.',
      minimum: 60,
      maximum: 31_536_000,
      default: 2_592_000,
      'x-default-from': 'tokens.refreshToken',
    }),
    codeLifetime: Type.Integer({
      title: 'Authorization code lifetime',
      description: 'Seconds within which the application must redeem a code.',
      minimum: 5,
      maximum: 600,
      default: 60,
      'x-default-from': 'tokens.code',
    }),
    subject: Type.Enum(['id', 'username', 'email'], {
      title: 'Subject',
      description: 'What the `sub` claim holds. Only `id` never changes and is never given to another user.',
      default: 'id',
    }),
  },
  { additionalProperties: false },
)
export type Settings = Static<typeof settings>

/** The scopes that a user may be asked for. Without refresh tokens there is nothing that `offline_access` could give. */
export const userScopes = ({ scopes, grantTypes }: Settings): readonly string[] =>
  grantTypes.includes('refresh_token') ? scopes : scopes.filter((name) => name !== 'offline_access')

type Problem = { readonly pointer: string; readonly message: string }

const uriProblems = (name: 'redirectUris' | 'postLogoutRedirectUris', uris: readonly string[]): Problem[] =>
  uris.flatMap((value, index) => {
    const message = uriProblem(value)
    return message ? [{ pointer: `/${name}/${index}`, message }] : []
  })

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Could the `sub` of the client's own tokens, its client ID, be a user's? Whoever reads them could not tell the two apart (RFC 9068 §5). A service
 * account is a user, and is meant.
 */
export const mayBeUsers = ({ grantTypes, serviceAccount, subject, clientId }: Settings): boolean =>
  grantTypes.includes('client_credentials') && serviceAccount === undefined && (subject !== 'id' || uuid.test(clientId))

/** Public clients prove nothing, confidential ones by exactly one of these: whoever has the weaker one gets no further by it. */
const credentialNames = ['clientSecret', 'jwks', 'jwksUri'] as const

/** Has the client keys, and no secret? */
export const signsAssertions = ({ jwks, jwksUri }: Settings): boolean => jwks !== undefined || jwksUri !== undefined

const credentialProblems = (given: Settings): Problem[] => {
  const present = credentialNames.filter((name) => given[name] !== undefined)
  if (given.clientType === 'public')
    return present.map((name) => ({
      pointer: `/${name}`,
      message:
        name === 'clientSecret'
          ? 'A public client has no secret. Remove `clientSecret`, or set `clientType: confidential`.'
          : `A public client has no keys. Remove \`${name}\`, or set \`clientType: confidential\`.`,
    }))
  if (present.length === 0)
    return [
      {
        pointer: '/clientSecret',
        message:
          'A confidential client needs a secret. Set `clientSecret`, or `jwks` or `jwksUri` for one that signs, or `clientType: public` for an application that cannot keep one.',
      },
    ]
  return present
    .slice(1)
    .map((name) => ({ pointer: `/${name}`, message: `A client authenticates in one way. Remove \`${name}\`, or \`${present[0]}\`.` }))
}

const keyProblems = ({ jwks, jwksUri }: Settings): Problem[] => {
  const uri = jwksUri === undefined ? undefined : jwksUriProblem(jwksUri)
  const keys = jwks?.keys ?? []
  const repeated = (kid: unknown) => keys.filter((key) => (key as { readonly kid?: unknown }).kid === kid).length > 1
  return [
    ...(uri === undefined ? [] : [{ pointer: '/jwksUri', message: uri }]),
    ...keys.flatMap((jwk, index) => {
      const key = clientKey(jwk)
      if (typeof key === 'string') return [{ pointer: `/jwks/keys/${index}`, message: key }]
      return repeated(key.kid)
        ? [{ pointer: `/jwks/keys/${index}`, message: 'Of several keys each needs a `kid` of its own, by which assertions name it.' }]
        : []
    }),
  ]
}

const grantProblems = (given: Settings): Problem[] => {
  const { clientType, grantTypes, redirectUris, clientScopes, subject } = given
  const problems: Problem[] = []
  if (mayBeUsers(given))
    problems.push({
      pointer: subject === 'id' ? '/clientId' : '/subject',
      message:
        subject === 'id'
          ? 'The client ID has the form of a user’s id, and is the `sub` of the client’s own tokens. Choose another, or set `serviceAccount`.'
          : `By \`client_credentials\` the \`sub\` is the client ID, which somebody’s ${subject === 'email' ? 'e-mail address' : 'user name'} could be, too. Set \`serviceAccount\`, or \`subject: id\`.`,
    })
  if (grantTypes.includes('client_credentials') && clientType === 'public')
    problems.push({
      pointer: '/grantTypes',
      message: 'A public client cannot prove that it is itself. Remove `client_credentials`, or set `clientType: confidential`.',
    })
  if (grantTypes.includes('authorization_code') && redirectUris.length === 0)
    problems.push({
      pointer: '/redirectUris',
      message: 'Users who sign in are sent to a redirect URI. Add one, or remove `authorization_code` from `grantTypes`.',
    })
  for (const [index, scope] of clientScopes.entries())
    if (scope === 'openid' || scope === 'offline_access')
      problems.push({ pointer: `/clientScopes/${index}`, message: `\`${scope}\` is about users who sign in. Remove it.` })
  return problems
}

/** What the schema cannot say. */
export const check = (given: Settings): readonly Problem[] => [
  ...credentialProblems(given),
  ...keyProblems(given),
  ...grantProblems(given),
  ...uriProblems('redirectUris', given.redirectUris),
  ...uriProblems('postLogoutRedirectUris', given.postLogoutRedirectUris),
]
