import { api, ok, t, withTag } from 'sluice/interface'
import { useSaving, type Read } from '../saving.ts'

const one = (slug: string) => ({ params: { path: { slug } } })
export const readGroup = (slug: string, signal?: AbortSignal) =>
  withTag(api.GET('/api/v1/groups/{slug}', { ...one(slug), ...(signal && { signal }) }))
export type Group = Awaited<ReturnType<typeof readGroup>>['data']
export type ReadGroup = Read<Group>
export const deleteGroup = (slug: string) => ok(api.DELETE('/api/v1/groups/{slug}', one(slug)))
export const groupKey = (slug: string) => ['groups', slug] as const

const editable = ({ name, parents, roles }: Group) => ({ name, parents, roles })
type Editable = ReturnType<typeof editable>

export const useGroupSaving = (slug: string) =>
  useSaving<Group, Editable>({
    of: editable,
    read: () => readGroup(slug),
    write: (body, etag) => withTag(api.PATCH('/api/v1/groups/{slug}', { params: { path: { slug }, header: { 'If-Match': etag } }, body })),
    key: groupKey(slug),
    label: (field) => t(`directory.group.${field}`),
  })
