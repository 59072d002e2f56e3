import { createPublicKey, type JsonWebKey } from 'node:crypto'
import Type from 'typebox'
import type { ApiParts } from './parts.ts'
import { defineRoute } from './route.ts'
import { instant, nullable } from './schemas.ts'

const states = ['coming', 'active', 'previous', 'retired'] as const

const stateOf = (key: { readonly from: number; readonly until: number | null }, now: number, newest: boolean): (typeof states)[number] => {
  if (key.until !== null && key.until <= now) return 'retired'
  if (key.from > now) return 'coming'
  return newest ? 'active' : 'previous'
}

/** The signing keys, from their public halves: what is private is not even read. */
export const keysRoute = ({ database, clock }: Pick<ApiParts, 'database' | 'clock'>) =>
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
