import { useQueryClient } from '@tanstack/vue-query'
import { onScopeDispose, watch } from 'vue'
import { isAway } from './client.ts'

const pause = 3000
/** Says at once whether the server is there. */
export const isThere = (): Promise<boolean> =>
  fetch('/-/health/live', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )

/** While nobody answers, asks again and again whether somebody does, and then for everything that the page shows. */
export const useReconnection = (): void => {
  const queries = useQueryClient()
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => clearTimeout(timer)

  const later = () => {
    timer = setTimeout(() => void ask(), pause)
  }
  const ask = async (): Promise<void> => {
    stop()
    if (!isAway.value) return
    if (await isThere()) {
      isAway.value = false
      await queries.invalidateQueries()
    } else later()
  }
  const lost = () => {
    isAway.value = true
  }
  const found = () => void ask()
  watch(isAway, (away) => (away ? later() : stop()))
  window.addEventListener('offline', lost)
  window.addEventListener('online', found)
  onScopeDispose(() => {
    stop()
    window.removeEventListener('offline', lost)
    window.removeEventListener('online', found)
  })
}
