import { createPublicKey, type JsonWebKey } from 'node:crypto'
import Type from 'typebox'
import { keyStates, listedKeys } from '../../keys/listed-keys.ts'
import { algorithms, storedKeys } from '../../keys/stored-keys.ts'
import type { ApiParts } from './parts.ts'
import { actorOf } from './changes.ts'
import { defineRoute, type Route } from './route.ts'
import { instant, nullable } from './schemas.ts'

const listed = {
  kid: Type.String({ description: 'Its thumbprint (RFC 7638).' }),
  algorithm: Type.Enum([...algorithms], { description: 'JWS algorithm.' }),
  state: Type.Enum([...keyStates], {
    description:
      'Published, and signs later; signing; accepted, but not signing any more; not even accepted. As `sluice keys list` says it.',
  }),
  createdAt: instant('When it was made.'),
  activeFrom: instant('From when on it signs.'),
  retiredAt: nullable(instant('From when on it is not accepted any more.')),
}

/** The signing keys, from their public halves: what is private is not even read. */
const keysRoute = ({ database, clock }: Pick<ApiParts, 'database' | 'clock'>) =>
  defineRoute({
    method: 'GET',
    path: '/keys',
    permission: 'keys.view',
    summary: 'List the signing keys',
    response: Type.Object({
      items: Type.Array(
        Type.Object({
          ...listed,
          use: Type.String(),
          jwk: Type.Record(Type.String(), Type.String(), { description: 'The public key as it is published.' }),
          pem: Type.String({ description: 'The public key (SPKI).' }),
        }),
      ),
    }),
    async handler() {
      const rows = await database.sql.selectFrom('signing_keys').select(['kid', 'public_jwk']).execute()
      const jwks = new Map(rows.map(({ kid, public_jwk }) => [kid, JSON.parse(public_jwk) as Readonly<Record<string, string>>]))
      // Keys are never deleted; of one that was made in between nothing is told yet.
      const keys = listedKeys(await storedKeys(database.sql), clock.now().getTime())
      const items = keys.flatMap((key) => {
        const jwk = jwks.get(key.kid)
        if (!jwk) return []
        const pem = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
        return [{ ...key, use: jwk['use'] ?? 'sig', jwk, pem: pem.toString() }]
      })
      return { body: { items } }
    },
  })

const rotateRoute = ({ rotation, database, clock }: Pick<ApiParts, 'rotation' | 'database' | 'clock'>) =>
  defineRoute({
    method: 'POST',
    path: '/keys/rotate',
    permission: 'keys.rotate',
    summary: 'Rotate signing keys',
    description:
      'Makes and publishes the next key, which signs a day later; where there is one already, it is told and nothing is made. With `now` it signs at once and all other keys of the algorithm are revoked: every token that they signed is refused from then on.',
    body: Type.Object({
      algorithm: Type.Optional(Type.Enum([...algorithms], { description: 'JWS algorithm; every one where nothing is said.' })),
      now: Type.Optional(Type.Boolean({ description: 'For emergencies: a private key has leaked.', default: false })),
    }),
    response: Type.Object({ items: Type.Array(Type.Object(listed)) }),
    async handler(call) {
      const { algorithm, now = false } = call.body
      const { type, name } = actorOf(call)
      const wanted = algorithm === undefined ? algorithms : [algorithm]
      const told = await rotation.rotate({ algorithms: wanted, now, by: { by: `${type} ${name}` } })
      const kids = new Set(told.map(({ kid }) => kid))
      const keys = listedKeys(await storedKeys(database.sql), clock.now().getTime())
      return { body: { items: keys.filter(({ kid }) => kids.has(kid)) } }
    },
  })

export const keyRoutes = (parts: Pick<ApiParts, 'database' | 'clock' | 'rotation'>): readonly Route[] => [
  keysRoute(parts),
  rotateRoute(parts),
]
