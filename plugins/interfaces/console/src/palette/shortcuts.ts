import { useEventListener, useLocalStorage } from '@vueuse/core'
import type { Router } from 'vue-router'

/** After `g`: where each letter leads. */
export const destinations: Readonly<Record<string, string>> = {
  d: '/',
  a: '/applications',
  p: '/providers',
  u: '/users',
  g: '/groups',
  f: '/flows',
  e: '/events',
  r: '/revisions',
}
/** Milliseconds between the two keys. */
const patience = 1500

/** Keys of a single letter can be in the way of who speaks to the computer: they can be switched off (WCAG 2.1.4). */
export const singleKeys = useLocalStorage('sluice.single-keys', true)

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest('input, textarea, select, [role=dialog], [role=application]') !== null)

/** `?` asks for help, `g` and a letter go to a page. `isOpen`: may the person go there? */
export const useSingleKeys = (router: Router, { help, isOpen }: { help(): void; isOpen(to: string): boolean }): void => {
  let since = 0
  useEventListener(window, 'keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event
    if (!singleKeys.value || event.defaultPrevented || ctrlKey || metaKey || altKey || isTyping(target)) return
    if (key === '?') {
      event.preventDefault()
      help()
      return
    }
    const to = destinations[key]
    if (since > 0 && Date.now() - since < patience && to !== undefined && isOpen(to)) {
      event.preventDefault()
      since = 0
      void router.push(to)
    } else since = key === 'g' ? Date.now() : 0
  })
}
