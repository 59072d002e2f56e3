import Type from 'typebox'
import { pageOf } from './paging.ts'
import { instant, nullable } from './schemas.ts'

const problem = Type.Object({
  pointer: Type.String({ description: 'RFC 6901.' }),
  detail: Type.String(),
  line: Type.Optional(Type.Integer()),
  column: Type.Optional(Type.Integer()),
})

const generated = Type.Object(
  {},
  { description: 'Secrets that were made, by pointer; told at creation only.', additionalProperties: { type: 'string' } },
)

export const objectSchema = Type.Object({
  slug: Type.String({ description: 'What the configuration calls it.' }),
  id: nullable(Type.String({ description: 'The same through renames; null: shipped and never changed.' })),
  spec: Type.Object(
    {},
    { description: 'As in a configuration document; secrets are `{ "$keep": <fingerprint> }`.', additionalProperties: true },
  ),
  revision: Type.Integer({ description: 'The revision that changed it last; 0: shipped.' }),
  owner: Type.String({ description: 'Who applies it.' }),
  layer: Type.Enum(['shipped', 'stored']),
  problems: Type.Array(problem, { description: 'Why it is out of use.' }),
  generated: Type.Optional(generated),
})
export const objectPage = pageOf(objectSchema, 'In the order of their slugs.')

const change = Type.Object({
  kind: Type.String(),
  slug: Type.String(),
  change: Type.Enum(['create', 'update', 'delete', 'rename']),
  to: Type.Optional(Type.String({ description: 'The new slug of a rename.' })),
  fields: Type.Optional(
    Type.Array(Type.Object({ pointer: Type.String(), before: Type.Optional(Type.Unknown()), after: Type.Optional(Type.Unknown()) })),
  ),
})

export const changesSchema = Type.Object({
  changes: Type.Array(change),
  warnings: Type.Optional(Type.Array(problem)),
  revision: Type.Optional(Type.Integer({ description: 'The revision now; not in a plan.' })),
  generated: Type.Optional(generated),
})

export const revisionSchema = Type.Object({
  number: Type.Integer(),
  at: instant('When it was committed.'),
  actor: Type.Object({ type: Type.String(), name: Type.String(), id: Type.Optional(Type.String()) }),
  message: Type.String(),
  changes: Type.Array(change),
})
export const historyPage = pageOf(revisionSchema, 'The newest first.')
