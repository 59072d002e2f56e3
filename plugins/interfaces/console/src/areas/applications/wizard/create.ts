import { api, ApiError, ok, t } from 'sluice/interface'
import { readObject, revisions, type StoredObject } from '../../../objects/calls.ts'
import { type Document, slugIn, type Wish, documentOf } from './state.ts'

export type Made = {
  readonly document: Document
  readonly application: StoredObject
  readonly provider?: StoredObject
  readonly secret?: string
}

const apply = (document: Document, query: { readonly head: number; readonly plan?: boolean; readonly generate?: boolean }) =>
  ok(api.POST('/api/v1/configuration/apply', { params: { query }, body: document }))

const taken = (slug: string): ApiError =>
  new ApiError({
    status: 409,
    code: 'slug-taken',
    title: t('applications.wizard.taken'),
    detail: t('applications.wizard.taken-text', { slug }),
    errors: [{ pointer: '/slug', detail: t('applications.wizard.taken-text', { slug }) }],
  })

/**
 * Makes application and provider in one commit, so that at no moment there is one without the other. Applying would also replace what is there:
 * the plan says whether it would, and it is done only if nobody changes anything in between.
 */
export const create = async (wish: Wish): Promise<Made> => {
  const document = documentOf(wish)
  const slug = slugIn(wish)
  const [last] = (await revisions(undefined)).items
  const head = last?.number ?? 0
  const plan = await apply(document, { head, plan: true, generate: true })
  if (plan.changes.some(({ change }) => change !== 'create') || plan.changes.length === 0) throw taken(slug)
  const done = await apply(document, { head, generate: true })
  const [application, provider] = await Promise.all([
    readObject('applications', slug),
    document.providers ? readObject('providers', slug) : undefined,
  ])
  const secret = done.generated?.[`/providers/${slug}/with/clientSecret`]
  return {
    document,
    application: application.object,
    ...(provider && { provider: provider.object }),
    ...(typeof secret === 'string' && { secret }),
  }
}
