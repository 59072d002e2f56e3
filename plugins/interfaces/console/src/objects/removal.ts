import { useQueryClient } from '@tanstack/vue-query'
import { confirm, t, useNotices } from 'sluice/interface'
import { useRouter } from 'vue-router'
import { deleteObject, readObject, usersOf, type Users } from './calls.ts'
import { nameOf } from './form.ts'
import type { ObjectKind } from './kind.ts'
import { listOf, pathOf } from '../paths.ts'
import { kindName } from './kind-names.ts'

const line = ({ kind, name, slug }: Users['items'][number]): string =>
  t('objects.used-by-line', { kind: kindName(kind), name: name === slug ? slug : `${name} (${slug})` })
const linesOf = ({ items, hidden }: Users): readonly string[] => [
  ...new Set(items.map(line)),
  ...(hidden > 0 ? [t('objects.used-by-hidden', { count: hidden })] : []),
]

/** Deletes an object, after it was shown what names it, and goes to the list of those that are left. */
export const useRemoval = (kind: ObjectKind) => {
  const notices = useNotices()
  const router = useRouter()
  const queries = useQueryClient()
  const remove = async (slug: string): Promise<void> => {
    try {
      const [{ object, etag }, users] = await Promise.all([readObject(kind.kind, slug), usersOf(kind.kind, slug)])
      const name = nameOf(object)
      const list = linesOf(users)
      if (list.length > 0) {
        const goesThere = await confirm({
          title: t('objects.delete-used', { name }),
          text: t('objects.delete-used-text'),
          list,
          action: t('objects.delete-show-uses'),
        })
        if (goesThere) await router.push(`${pathOf(kind.kind, slug)}/uses`)
        return
      }
      const isSure = await confirm({
        title: t('objects.delete-title', { name }),
        text: t('objects.delete-text'),
        action: t('kit.delete'),
        destroys: true,
        typed: slug,
      })
      if (!isSure) return
      await deleteObject(kind.kind, slug, etag)
      notices.done(t('objects.deleted', { name }))
      // What is gone is not asked for again.
      if (router.currentRoute.value.path !== listOf(kind.kind)) await router.push(listOf(kind.kind))
      queries.removeQueries({ queryKey: [kind.kind, 'object', slug] })
      await queries.invalidateQueries()
    } catch (error) {
      notices.failed(error)
    }
  }
  return { remove }
}
