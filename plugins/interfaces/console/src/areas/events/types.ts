import type { FieldChange, paths } from 'sluice/interface'

type Listed<P extends '/api/v1/events' | '/api/v1/configuration/history'> =
  paths[P]['get']['responses'][200]['content']['application/json']['items'][number]
/** Something that happened, as the API tells it. */
export type AuditEvent = Listed<'/api/v1/events'>
type Revision = Listed<'/api/v1/configuration/history'>
/** What became of one object. */
export type ObjectChange = Omit<Revision['changes'][number], 'fields'> & { readonly fields?: readonly FieldChange[] }
