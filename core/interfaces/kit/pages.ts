import { nextTick } from 'vue'
import { type Router, START_LOCATION } from 'vue-router'
import { isAway } from './client.ts'
import { isThere } from './connection.ts'

/** The heading of a page gets the focus where the page comes, or is skipped to: so screen readers tell it, and the keyboard goes on from there. */
export const focusHeading = (): void => {
  const target = document.querySelector<HTMLElement>('#content h1') ?? document.querySelector<HTMLElement>('#content')
  if (!target) return
  target.tabIndex = -1
  target.style.setProperty('outline', 'none')
  target.focus({ preventScroll: true })
}

/** What a change of pages needs beyond the router. */
export const followPages = (router: Router): void => {
  router.afterEach((to, from, failure) => {
    if (!failure && from !== START_LOCATION && to.path !== from.path) void nextTick(focusHeading)
  })
  router.onError(async (_error, to, from) => {
    // The code of a page did not come: nobody answers, or there is a new version whose files are called otherwise.
    if (!(await isThere())) isAway.value = true
    else if (from !== START_LOCATION) location.assign(router.resolve(to.fullPath).href)
  })
}
