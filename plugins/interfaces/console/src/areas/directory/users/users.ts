import { api, ok, t, withTag } from 'sluice/interface'
import { type Read, useSaving } from '../saving.ts'

const one = (id: string) => ({ params: { path: { id } } })

export const readUser = (id: string, signal?: AbortSignal) =>
  withTag(api.GET('/api/v1/users/{id}', { ...one(id), ...(signal && { signal }) }))
export type User = Awaited<ReturnType<typeof readUser>>['data']
export type ReadUser = Read<User>

const editable = ({ username, name, email, enabled, attributes, groups, roles }: User) => ({
  username,
  name,
  email,
  enabled,
  attributes,
  groups,
  roles,
})
export type Editable = ReturnType<typeof editable>

export const patchUser = (id: string, body: Partial<Editable>, etag?: string) =>
  withTag(api.PATCH('/api/v1/users/{id}', { params: { path: { id }, ...(etag !== undefined && { header: { 'If-Match': etag } }) }, body }))
export const deleteUser = (id: string) => ok(api.DELETE('/api/v1/users/{id}', one(id)))
export const setPassword = (id: string, password: string) => ok(api.POST('/api/v1/users/{id}/password', { ...one(id), body: { password } }))
export const makeRecoveryLink = (id: string) => ok(api.POST('/api/v1/users/{id}/recovery-link', one(id)))

export const userKey = (id: string) => ['users', id] as const

/** What the fields of a user are called. */
const fieldName = (field: string): string => t(`directory.user.${field}`)

export const useUserSaving = (id: string) =>
  useSaving<User, Editable>({
    of: editable,
    read: () => readUser(id),
    write: (fields, etag) => patchUser(id, fields, etag),
    key: userKey(id),
    label: fieldName,
  })

/** What people call somebody. */
export const calledOf = ({ name, username }: Pick<User, 'name' | 'username'>): string => name || username
