import { useToast } from '@nuxt/ui/composables'
import { useEventListener } from '@vueuse/core'
import { ApiError, confirm, failureOf, t } from 'sluice/interface'
import { ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, useRouter } from 'vue-router'
import type { FlowDraft } from './draft.ts'
import { lintOfError } from './lint.ts'

/** Saving, resetting and leaving a draft, with the questions that belong to each. */
export const useSaving = (draft: FlowDraft, slug: string) => {
  const toast = useToast()
  const router = useRouter()
  const isSaving = ref(false)
  const tell = (error: unknown) => {
    const { title, text } = failureOf(error)
    const lint = lintOfError(error)
    toast.add({
      title: lint ? t('flows.save.refused') : title,
      description: lint?.[0]?.detail ?? text,
      color: 'error',
      icon: 'i-lucide-circle-x',
    })
  }
  const saved = () => toast.add({ title: t('flows.save.done'), color: 'success', icon: 'i-lucide-check' })

  const outrun = async (): Promise<void> => {
    const isOver = await confirm({
      title: t('flows.save.changed'),
      text: t('flows.save.changed-text'),
      action: t('flows.save.overwrite'),
      destroys: true,
    })
    if (!isOver) return
    await draft.save(true)
    saved()
  }
  const save = async (): Promise<void> => {
    isSaving.value = true
    try {
      await draft.save()
      saved()
    } catch (error) {
      if (!(error instanceof ApiError) || error.problem.status !== 412) tell(error)
      else await outrun().catch(tell)
    } finally {
      isSaving.value = false
    }
  }
  const drop = async (): Promise<void> => {
    const isSure = await confirm({
      title: t('flows.delete.title', { slug }),
      text: t('flows.delete.text'),
      action: t('kit.delete'),
      destroys: true,
    })
    if (!isSure) return
    try {
      await draft.drop()
      draft.discard()
      // What is part of Sluice comes to light again.
      if (!(await draft.read())) await router.push('/flows')
    } catch (error) {
      tell(error)
    }
  }
  const mayLeave = async (): Promise<boolean> =>
    !draft.isDirty.value ||
    confirm({ title: t('flows.leave.title'), text: t('flows.leave.text'), action: t('flows.leave.action'), destroys: true })
  onBeforeRouteLeave(mayLeave)
  onBeforeRouteUpdate((to) => to.params['slug'] === slug || mayLeave())
  useEventListener(window, 'beforeunload', (event) => {
    if (draft.isDirty.value) event.preventDefault()
  })
  return { save, drop, isSaving }
}
