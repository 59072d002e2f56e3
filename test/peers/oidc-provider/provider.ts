import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Provider, type Context, type Grant } from 'oidc-provider'

type Algorithm = 'RS256' | 'ES256' | 'EdDSA'
export type Client = {
  readonly id: string
  /** Without one the client is public. */
  readonly secret?: string
  /** It signs by ES256 (`private_key_jwt`) in place of a secret. */
  readonly jwk?: object
  readonly redirectUri: string
}
/** A program that gets signed tokens of `scope` for itself, and may introspect the tokens of all clients. */
export type Machine = { readonly id: string; readonly secret: string; readonly scope: string }
type Wish = {
  readonly issuer: string
  readonly clients: readonly Client[]
  readonly machines?: readonly Machine[]
  readonly account: { readonly id: string; readonly claims: Readonly<Record<string, unknown>> }
  readonly idTokenAlg?: Algorithm
  /** The package's own in memory, unless given. */
  readonly adapter?: new (name: string) => object
}

const generate: Readonly<Record<Algorithm, () => { privateKey: { export(as: { format: 'jwk' }): object } }>> = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}
const keyOf = (alg: Algorithm) => ({ ...generate[alg]().privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg })

const scopes = 'openid profile email groups offline_access'
const interactions = '/interaction/'

const resource = 'urn:example:resource'
const featuresOf = (machines: readonly Machine[], alg: Algorithm) => ({
  clientCredentials: { enabled: true },
  introspection: { enabled: true, allowedPolicy: async () => true },
  resourceIndicators: {
    enabled: true,
    defaultResource: async ({ oidc }: Context) => (machines.some(({ id }) => id === oidc.client.clientId) ? resource : undefined),
    getResourceServerInfo: async () => ({
      scope: machines.map(({ scope }) => scope).join(' '),
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg } },
    }),
    useGrantedResource: async () => false,
  },
})

/**
 * `oidc-provider` with its adapter in memory, set up as ours is: PKCE with S256 demanded of public clients, claims in the ID token too, a
 * refresh token with `offline_access` that each use replaces. Whoever comes is the account, at once: its interactions ask nothing.
 */
export const oidcProvider = ({ issuer, clients, machines = [], account, idTokenAlg = 'RS256', adapter }: Wish) => {
  const provider: Provider = new Provider(issuer, {
    ...(adapter && { adapter }),
    jwks: { keys: [...new Set<Algorithm>(['RS256', idTokenAlg])].map(keyOf) },
    cookies: { keys: ['only for tests'] },
    clients: [
      ...machines.map(({ id, secret, scope }) => ({
        client_id: id,
        client_secret: secret,
        token_endpoint_auth_method: 'client_secret_basic',
        redirect_uris: [],
        grant_types: ['client_credentials'],
        response_types: [],
        scope,
      })),
      ...clients.map(({ id, secret, jwk, redirectUri }) => ({
        client_id: id,
        ...(secret !== undefined && { client_secret: secret }),
        ...(jwk && { jwks: { keys: [jwk] } }),
        token_endpoint_auth_method: jwk ? 'private_key_jwt' : secret === undefined ? 'none' : 'client_secret_basic',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: idTokenAlg,
      })),
    ],
    scopes: [...scopes.split(' '), ...machines.map(({ scope }) => scope)],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: true,
    pkce: { required: (_: unknown, { clientAuthMethod }: { clientAuthMethod: string }) => clientAuthMethod === 'none' },
    findAccount: async (_: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id, ...account.claims }) }),
    async loadExistingGrant({ oidc: { client, session } }: Context) {
      const known = session.grantIdFor(client.clientId)
      return (known && (await provider.Grant.find(known))) || granted(session.accountId, client.clientId)
    },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `${interactions}${uid}` },
    features: { devInteractions: { enabled: false }, ...(machines.length > 0 && featuresOf(machines, idTokenAlg)) },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Session: 86_400, Grant: 86_400, Interaction: 3600, RefreshToken: 86_400 },
  })
  const granted = async (accountId: string, clientId: string): Promise<Grant> => {
    const grant = new provider.Grant({ accountId, clientId })
    grant.addOIDCScope(scopes)
    await grant.save()
    return grant
  }
  const interact = async (request: IncomingMessage, response: ServerResponse) => {
    const { prompt, session, params } = await provider.interactionDetails(request, response)
    const result =
      prompt.name === 'login'
        ? { login: { accountId: account.id, amr: ['pwd'] } }
        : { consent: { grantId: (await granted(session?.accountId ?? account.id, params.client_id)).jti } }
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true })
  }
  const answer = provider.callback()
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (!request.url?.startsWith(interactions)) return answer(request, response)
    interact(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  }
}
