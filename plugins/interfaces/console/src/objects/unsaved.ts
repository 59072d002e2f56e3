import { confirm, t } from 'sluice/interface'
import { onScopeDispose, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'

/** Asks before a page with changes that are not saved is left. */
export const useUnsavedGuard = (isDirty: Readonly<Ref<boolean>>): void => {
  const ask = (): boolean | Promise<boolean> =>
    !isDirty.value ||
    confirm({ title: t('objects.unsaved'), text: t('objects.unsaved-text'), action: t('objects.unsaved-leave'), destroys: true })
  onBeforeRouteLeave(ask)
  // Another tab of the same page keeps what was typed.
  onBeforeRouteUpdate((to, from) => to.params['slug'] === from.params['slug'] || ask())
  const warn = (event: BeforeUnloadEvent): void => {
    if (isDirty.value) event.preventDefault()
  }
  window.addEventListener('beforeunload', warn)
  onScopeDispose(() => window.removeEventListener('beforeunload', warn))
}
