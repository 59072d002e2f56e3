import { secret, Type, type Static } from 'sluice/plugin'
import { uriProblem } from './uris.ts'

const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
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
    redirectUris: Type.Array(uri, {
      title: 'Redirect URIs',
      description:
        'Where answers may be sent. Compared character by character; only the port of http://127.0.0.1 and http://[::1] is free.',
      minItems: 1,
      uniqueItems: true,
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
    accessTokenLifetime: Type.Integer({
      title: 'Access token lifetime',
      description: 'Seconds. Also the lifetime of ID tokens.',
      minimum: 10,
      maximum: 86_400,
      default: 600,
      'x-default-from': 'tokens.accessToken',
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

type Problem = { readonly pointer: string; readonly message: string }

const uriProblems = (name: 'redirectUris' | 'postLogoutRedirectUris', uris: readonly string[]): Problem[] =>
  uris.flatMap((value, index) => {
    const message = uriProblem(value)
    return message ? [{ pointer: `/${name}/${index}`, message }] : []
  })

const secretProblems = ({ clientType, clientSecret }: Settings): Problem[] => {
  if (clientType === 'confidential' && !clientSecret)
    return [
      {
        pointer: '/clientSecret',
        message:
          'A confidential client needs a secret. Set `clientSecret`, or `clientType: public` for an application that cannot keep one.',
      },
    ]
  if (clientType === 'public' && clientSecret)
    return [
      { pointer: '/clientSecret', message: 'A public client has no secret. Remove `clientSecret`, or set `clientType: confidential`.' },
    ]
  return []
}

/** What the schema cannot say. */
export const check = (given: Settings): readonly Problem[] => [
  ...secretProblems(given),
  ...uriProblems('redirectUris', given.redirectUris),
  ...uriProblems('postLogoutRedirectUris', given.postLogoutRedirectUris),
]
