import { createPublicKey, type JsonWebKey } from 'node:crypto'
import Type from 'typebox'
import { algorithms } from '../../keys/stored-keys.ts'
import type { ApiParts } from './parts.ts'
import { actorOf } from './changes.ts'
import { defineRoute, type Route } from './route.ts'
import { instant, nullable } from './schemas.ts'

const states = ['coming', 'active', 'previous', 'retired'] as const

const stateOf = (key: { readonly from: number; readonly until: number | null }, now: number, newest: boolean): (typeof states)[number] => {
  if (key.until !== null && key.until <= now) return 'retired'
  if (key.from > now) return 'coming'
  return newest ? 'active' : 'previous'
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
          kid: Type.String({ description: 'Its thumbprint (RFC 7638).' }),
          algorithm: Type.String({ description: 'JWS algorithm.' }),
          use: Type.String(),
          createdAt: instant('When it was made.'),
          activeFrom: instant('From when on it signs.'),
          retiredAt: nullable(instant('From when on it is not accepted any more.')),
          state: Type.Enum([...states], {
            description: 'Published, but not in use yet; signing; accepted, but not signing any more; not even accepted.',
          }),
          jwk: Type.Record(Type.String(), Type.String(), { description: 'The public key as it is published.' }),
          pem: Type.String({ description: 'The public key (SPKI).' }),
        }),
      ),
    }),
    async handler() {
      const now = clock.now().getTime()
      const rows = await database.sql
        .selectFrom('signing_keys')
        .select(['kid', 'alg', 'public_jwk', 'created_at', 'active_from', 'retired_at'])
        .orderBy('alg')
        .orderBy('active_from', 'desc')
        .execute()
      const signing = new Map(
        rows
          .filter((row) => row.active_from <= now && (row.retired_at === null || row.retired_at > now))
          .toReversed()
          .map((row) => [row.alg, row.kid]),
      )
      const items = rows.map((row) => {
        const jwk = JSON.parse(row.public_jwk) as Readonly<Record<string, string>>
        return {
          kid: row.kid,
          algorithm: row.alg,
          use: jwk['use'] ?? 'sig',
          createdAt: new Date(row.created_at).toISOString(),
          activeFrom: new Date(row.active_from).toISOString(),
          retiredAt: row.retired_at === null ? null : new Date(row.retired_at).toISOString(),
          state: stateOf({ from: row.active_from, until: row.retired_at }, now, signing.get(row.alg) === row.kid),
          jwk,
          pem: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
            .export({ type: 'spki', format: 'pem' })
            .toString(),
        }
      })
      return { body: { items } }
    },
  })

const rotateRoute = ({ rotation }: Pick<ApiParts, 'rotation'>) =>
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
    response: Type.Object({
      items: Type.Array(
        Type.Object({
          kid: Type.String({ description: 'Its thumbprint (RFC 7638).' }),
          algorithm: Type.String({ description: 'JWS algorithm.' }),
          activeFrom: instant('From when on it signs.'),
        }),
      ),
    }),
    async handler(call) {
      const { algorithm, now = false } = call.body
      const { type, name } = actorOf(call)
      const wanted = algorithm === undefined ? algorithms : [algorithm]
      const next = await rotation.rotate({ algorithms: wanted, now, by: { by: `${type} ${name}` } })
      return {
        body: { items: next.map(({ kid, alg, activeFrom }) => ({ kid, algorithm: alg, activeFrom: new Date(activeFrom).toISOString() })) },
      }
    },
  })

export const keyRoutes = (parts: Pick<ApiParts, 'database' | 'clock' | 'rotation'>): readonly Route[] => [
  keysRoute(parts),
  rotateRoute(parts),
]
