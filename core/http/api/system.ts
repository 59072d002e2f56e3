import { sql } from 'kysely'
import Type from 'typebox'
import { maySee } from '../../access/caller.ts'
import type { Database } from '../../data/database.ts'
import type { ApiParts } from './parts.ts'
import { risksOf } from './risks.ts'
import { defineRoute } from './route.ts'
import { instant, nullable } from './schemas.ts'

type Size = { readonly size: number }
const sizes = {
  sqlite: sql<Size>`select page_count * page_size as size from pragma_page_count(), pragma_page_size()`,
  postgresql: sql<Size>`select pg_database_size(current_database()) as size`,
} as const

const sizeOf = async (database: Database): Promise<number> => {
  const { rows } = await sizes[database.kind].execute(database.sql)
  return rows[0]?.size ?? 0
}

export const systemRoute = (parts: ApiParts) =>
  defineRoute({
    method: 'GET',
    path: '/system',
    permission: 'system.view',
    summary: 'Tell of this installation, and what is worth a look in it',
    response: Type.Object({
      version: Type.String(),
      startedAt: instant('When this process was started.'),
      uptime: Type.Integer({ description: 'Seconds.' }),
      address: Type.String({ description: 'The origin under which you ask.' }),
      url: nullable(Type.String({ description: 'The origin that SLUICE_URL names; null: none, and only this machine is served.' })),
      node: Type.String({ description: 'Version of Node.' }),
      database: Type.Object({ kind: Type.String(), size: Type.Integer({ description: 'Bytes.' }) }),
      risks: Type.Array(
        Type.Object({
          code: Type.String({ description: 'Stable; for programs.' }),
          severity: Type.Enum(['high', 'medium', 'low']),
          detail: Type.String(),
          fix: Type.String({ description: 'What to do about it.' }),
          about: Type.Optional(
            Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
              description: 'The values in `detail`, for who says it in another language.',
            }),
          ),
          link: Type.Optional(
            Type.Object({ kind: Type.String(), id: Type.String() }, { description: 'What it is about: an id, or a slug.' }),
          ),
        }),
        { description: 'The worst first; without those about what you may not see.' },
      ),
    }),
    async handler({ caller, snapshot, request }) {
      const { version, startedAt, url } = parts.installation
      await parts.events.flush()
      const risks = await risksOf(parts, snapshot)
      return {
        body: {
          version,
          startedAt: startedAt.toISOString(),
          uptime: Math.floor((parts.clock.now().getTime() - startedAt.getTime()) / 1000),
          address: request.origin,
          url: url?.origin ?? null,
          node: process.versions.node,
          database: { kind: parts.database.kind, size: await sizeOf(parts.database) },
          risks: risks.filter(({ link }) => link === undefined || maySee(caller, link.kind)),
        },
      }
    },
  })
