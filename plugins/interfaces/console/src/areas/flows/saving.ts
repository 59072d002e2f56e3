import { useEventListener } from '@vueuse/core'
import { confirm, t, useNotices } from 'sluice/interface'
import { ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, useRouter } from 'vue-router'
import type { FlowDraft } from './draft.ts'
import { yamlOf } from './yaml-text.ts'

const fields: Readonly<Record<string, string>> = {
  '/title': 'flows.field.title',
  '/designation': 'flows.field.designation',
  '/session': 'flows.field.lifetime',
  '/session/lifetime': 'flows.field.lifetime',
  '/entry': 'flows.field.entry',
  '/access': 'flows.field.access',
  '/steps': 'flows.outline',
}
/** What a part of a flow is called, by its pointer. */
const labelOf = (pointer: string): string => (fields[pointer] ? t(fields[pointer]) : pointer.slice(1))

/** Saving, resetting and leaving a draft, with the questions that belong to each. */
export const useSaving = (draft: FlowDraft, slug: string) => {
  const notices = useNotices()
  const router = useRouter()
  const isSaving = ref(false)
  // What is wrong with the flow stands in the outline, too.
  const tell = (error: unknown): void => notices.failed(error)
  const save = async (): Promise<void> => {
    isSaving.value = true
    try {
      const taken = await draft.save({ label: labelOf, show: (_, value) => (typeof value === 'string' ? value : yamlOf(value)) })
      if (taken)
        notices.done(t('flows.save.done'), taken.length > 0 ? t('flows.save.taken', { fields: taken.map(labelOf).join(', ') }) : undefined)
    } catch (error) {
      tell(error)
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
