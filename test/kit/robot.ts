import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A client that signs (`private_key_jwt`) and acts for itself. */
export const robot = {
  /** What a configuration document has of it. */
  document: {
    providers: {
      robot: {
        type: 'oidc',
        with: {
          jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'robot-1' }] },
          grantTypes: ['client_credentials'],
          clientScopes: ['jobs.read'],
        },
      },
    },
    applications: { robot: { name: 'Robot', provider: 'robot' } },
  },
  /** A new assertion for the server of this origin (RFC 7523 §3), good for a minute. */
  assertion(origin: string): string {
    const exp = Math.floor(Date.now() / 1000) + 60
    const claims = { iss: 'robot', sub: 'robot', aud: `${origin}/application/o/robot/`, exp, jti: randomUUID() }
    const text = `${encode({ alg: 'ES256', kid: 'robot-1' })}.${encode(claims)}`
    return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  },
  /** Asks for a token. */
  ask: (origin: string, assertion: string): Promise<Response> =>
    fetch(`${origin}/application/o/token/`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    }),
}
