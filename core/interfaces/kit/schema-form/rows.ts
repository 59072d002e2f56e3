import { ref, type Ref, watch } from 'vue'

let last = 0

/** A key for each of several rows that stays with it when others come and go, so that what is typed and the focus stay, too. */
export const useRowKeys = (count: Ref<number>) => {
  const keys = ref<number[]>([])
  watch(
    count,
    (wanted) => {
      while (keys.value.length < wanted) keys.value.push(++last)
      keys.value.length = wanted
    },
    { immediate: true, flush: 'sync' },
  )
  /** To be called before the row is taken out. */
  const drop = (index: number): void => void keys.value.splice(index, 1)
  return { keys, drop }
}
