import { useLocalStorage } from '@vueuse/core'
import { useMe } from 'sluice/interface'
import { computed } from 'vue'
import { useCount } from './counts.ts'

export type Step = {
  readonly name: string
  readonly done: boolean
  /** Where it is done. Without one, people say themselves that it is. */
  readonly to?: string
}

/** What a fresh server still needs. */
export const useSteps = () => {
  const { may, isPending } = useMe()
  const kept = useLocalStorage('sluice.first-steps', { dismissed: false, backup: false })
  const applications = useCount('applications')
  const users = useCount('users')
  const administrators = useCount('administrators')

  const steps = computed<readonly Step[]>(() => [
    ...(may('applications.create') ? [{ name: 'application', done: (applications.data.value ?? 0) > 0, to: '/applications/new' }] : []),
    ...(may('users.create') ? [{ name: 'people', done: (users.data.value ?? 0) > 1, to: '/users/new' }] : []),
    ...(may('roles.assign') ? [{ name: 'administrator', done: (administrators.data.value ?? 0) > 1, to: '/users' }] : []),
    ...(may('configuration.apply') ? [{ name: 'backup', done: kept.value.backup }] : []),
  ])
  const isKnown = computed(
    () =>
      !isPending.value &&
      [applications, users, administrators].every(({ data, isVisible }) => !isVisible.value || data.value !== undefined),
  )
  return {
    steps,
    isShown: computed(() => isKnown.value && !kept.value.dismissed && steps.value.some(({ done }) => !done)),
    finish: () => {
      kept.value = { ...kept.value, backup: true }
    },
    dismiss: () => {
      kept.value = { ...kept.value, dismissed: true }
    },
  }
}
