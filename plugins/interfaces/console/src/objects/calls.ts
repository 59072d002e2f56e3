import { api, ok, withTag } from 'sluice/interface'

export type Spec = Readonly<Record<string, unknown>>
export type StoredObject = {
  readonly slug: string
  readonly spec: Spec
  readonly revision: number
  readonly owner: string
  readonly layer: 'shipped' | 'stored'
  readonly problems: readonly { readonly pointer: string; readonly detail: string }[]
  readonly generated?: Readonly<Record<string, string>>
}
/** `etag` is empty where it is not there yet. */
export type Loaded = { readonly object: StoredObject; readonly etag: string }

// The routes of all kinds are alike; those of providers stand for them.
const all = (kind: string) => `/api/v1/${kind}` as '/api/v1/providers'
const one = (kind: string) => `/api/v1/${kind}/{slug}` as '/api/v1/providers/{slug}'
const uses = (kind: string) => `/api/v1/${kind}/{slug}/used-by` as '/api/v1/providers/{slug}/used-by'
const as = ({ data, etag }: { readonly data: unknown; readonly etag: string | null }): Loaded => ({
  object: data as StoredObject,
  etag: etag ?? '',
})
const tagged = (etag: string) => (etag === '' ? {} : { 'if-match': etag })

export const listObjects = (kind: string, query: object, signal: AbortSignal) =>
  ok(api.GET(all(kind), { params: { query: { ...query, total: true } }, signal }))

export const readObject = async (kind: string, slug: string): Promise<Loaded> =>
  as(await withTag(api.GET(one(kind), { params: { path: { slug } } })))

/** The same of a section, which is empty until somebody says something of it. */
export const readSection = async (slug: string): Promise<Loaded> => {
  const { items } = await ok(api.GET(all('settings'), { params: { query: { limit: 200 } } }))
  if (items.some((item) => item.slug === slug)) return readObject('settings', slug)
  return { object: { slug, spec: {}, revision: 0, owner: '', layer: 'shipped', problems: [] }, etag: '' }
}

export const createObject = async (kind: string, slug: string, spec: Spec): Promise<Loaded> =>
  as(await withTag(api.POST(all(kind), { body: { slug, spec } })))

export const replaceObject = async (
  kind: string,
  slug: string,
  { spec, etag }: { readonly spec: Spec; readonly etag: string },
): Promise<Loaded> => as(await withTag(api.PUT(one(kind), { params: { path: { slug }, header: tagged(etag) }, body: { spec } })))

/** Nothing is stored: only what could not be is told. */
export const checkObject = (
  kind: string,
  { slug = '', spec }: { readonly slug?: string; readonly spec: Spec },
  isNew: boolean,
  signal: AbortSignal,
): Promise<unknown> => {
  const query = { dryRun: true }
  return isNew
    ? ok(api.POST(all(kind), { params: { query }, body: { slug: slug || 'draft', spec }, signal }))
    : ok(api.PUT(one(kind), { params: { path: { slug }, query, header: { 'if-match': '*' } }, body: { spec }, signal }))
}

export const renameObject = async (
  kind: string,
  slug: string,
  { to, etag }: { readonly to: string; readonly etag: string },
): Promise<Loaded> => as(await withTag(api.PATCH(one(kind), { params: { path: { slug }, header: tagged(etag) }, body: { slug: to } })))

export const deleteObject = (kind: string, slug: string, etag: string): Promise<unknown> =>
  ok(api.DELETE(one(kind), { params: { path: { slug }, header: { 'if-match': etag } } }))

export const usersOf = (kind: string, slug: string) => ok(api.GET(uses(kind), { params: { path: { slug } } }))
export type Users = Awaited<ReturnType<typeof usersOf>>

export const revisions = (cursor: string | undefined) =>
  ok(api.GET('/api/v1/configuration/history', { params: { query: { limit: 100, ...(cursor !== undefined && { cursor }) } } }))
export type Revision = Awaited<ReturnType<typeof revisions>>['items'][number]
