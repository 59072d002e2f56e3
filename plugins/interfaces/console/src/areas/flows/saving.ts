import { useEventListener } from '@vueuse/core'
import { ApiError, confirm, t, useNotices } from 'sluice/interface'
import { ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, useRouter } from 'vue-router'
import type { FlowDraft } from './draft.ts'

/** Saving, resetting and leaving a draft, with the questions that belong to each. */
export const useSaving = (draft: FlowDraft, slug: string) => {
  const notices = useNotices()
  const router = useRouter()
  const isSaving = ref(false)
  // What is wrong with the flow stands in the outline, too.
  const tell = (error: unknown): void => notices.failed(error)
  const saved = (): void => notices.done(t('flows.save.done'))

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
