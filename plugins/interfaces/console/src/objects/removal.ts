import { useToast } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import { confirm, failureOf, t } from 'sluice/interface'
import { useRouter } from 'vue-router'
import { deleteObject, readObject, usersOf, type Users } from './calls.ts'
import { nameOf } from './form.ts'
import type { ObjectKind } from './kind.ts'
import { objectKinds } from './kinds.ts'

const line = ({ kind, name, slug }: Users['items'][number]): string => {
  const texts = objectKinds.find((one) => one.kind === kind)?.texts
  return t('objects.used-by-line', { kind: texts ? t(texts.one) : kind, name: name === slug ? slug : `${name} (${slug})` })
}
const linesOf = ({ items, hidden }: Users): readonly string[] => [
  ...new Set(items.map(line)),
  ...(hidden > 0 ? [t('objects.used-by-hidden', { count: hidden })] : []),
]

/** Deletes an object, after it was shown what names it, and goes to the list of those that are left. */
export const useRemoval = (kind: ObjectKind) => {
  const toast = useToast()
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
        if (goesThere) await router.push({ path: `${kind.path}/${encodeURIComponent(slug)}`, query: { tab: 'uses' } })
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
      toast.add({ title: t('objects.deleted', { name }), icon: 'i-lucide-check', color: 'success' })
      // What is gone is not asked for again.
      if (router.currentRoute.value.path !== kind.path) await router.push(kind.path)
      queries.removeQueries({ queryKey: [kind.kind, 'object', slug] })
      await queries.invalidateQueries()
    } catch (error) {
      const { title, text } = failureOf(error)
      toast.add({ title, description: text, color: 'error', icon: 'i-lucide-triangle-alert' })
    }
  }
  return { remove }
}
