import { type Ref, ref, watchEffect } from 'vue'

/** Becomes true with the condition, and stays it: for what is loaded when it is first wanted, and leaves the page in its own time. */
export const hasBeen = (is: () => boolean): Readonly<Ref<boolean>> => {
  const has = ref(false)
  watchEffect(() => {
    if (is()) has.value = true
  })
  return has
}
