import { useToast } from '@nuxt/ui/composables'
import { computed, ref } from 'vue'
import { ApiError } from './client.ts'
import { failureOf } from './failure.ts'
import { t } from './texts.ts'

/** Why something that was to be done was not, in words: of a refusal what was said and which permissions lack. */
export const refusalOf = (error: unknown): { readonly title: string; readonly text: string } => {
  const { is, title, text, problem } = failureOf(error)
  if (is !== 'forbidden' || !problem) return { title, text }
  const permissions = problem.permissions ?? []
  return {
    title: t('kit.failure.refused'),
    text:
      permissions.length > 0 ? `${problem.detail} ${t('kit.failure.lacking', { permissions: permissions.join(', ') })}` : problem.detail,
  }
}

/** Short notices in the corner, which are also read out. */
export const useNotices = () => {
  const toast = useToast()
  return {
    done: (title: string, description?: string): void =>
      void toast.add({ title, ...(description && { description }), color: 'success', icon: 'i-lucide-circle-check' }),
    failed: (error: unknown): void => {
      const { title, text: description } = refusalOf(error)
      toast.add({ title, description, color: 'error', icon: 'i-lucide-circle-x', duration: 15_000 })
    },
  }
}

/**
 * Something that is sent: whether it is under way, and what was refused. What belongs to one of `fields` (by the first part of its pointer) is
 * told there; all else is in `failure`, for `ActionFailure`.
 */
export const useSubmit = (work: () => Promise<unknown>, fields: readonly string[] = []) => {
  const isBusy = ref(false)
  const error = ref<unknown>()
  const said = computed(() => {
    const details = error.value instanceof ApiError ? (error.value.problem.errors ?? []) : []
    const at: Record<string, string> = {}
    for (const { pointer, detail } of details) {
      const field = pointer.split('/')[1] ?? ''
      if (fields.includes(field)) at[field] = at[field] ? `${at[field]} ${detail}` : detail
    }
    return { at, isAll: details.length > 0 && details.every(({ pointer }) => fields.includes(pointer.split('/')[1] ?? '')) }
  })
  return {
    isBusy,
    errors: computed(() => said.value.at),
    failure: computed(() => (said.value.isAll ? undefined : error.value)),
    reset: () => {
      error.value = undefined
    },
    submit: async (): Promise<void> => {
      if (isBusy.value) return
      isBusy.value = true
      error.value = undefined
      try {
        await work()
      } catch (caught) {
        error.value = caught
      } finally {
        isBusy.value = false
      }
    },
  }
}
