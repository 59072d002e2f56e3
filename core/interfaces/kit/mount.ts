import 'virtual:colours.css'
import ui from '@nuxt/ui/vue-plugin'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { type Component, createApp } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { ApiError } from './client.ts'
import { followPages } from './pages.ts'
import { type Language, loadTexts } from './texts.ts'
import './theme.ts'

type Wanted = {
  readonly app: Component
  /** Where the interface stands, e.g. `/if/admin/`. */
  readonly base: string
  readonly routes: readonly RouteRecordRaw[]
  readonly texts: Readonly<Record<Language, () => Promise<Readonly<Record<string, string>>>>>
}

/** What was refused is refused again; what could not be reached may be there the next time. */
const retry = (count: number, error: Error): boolean => count < 2 && !(error instanceof ApiError && error.problem.status < 500)

/** Shows an interface in the page. */
export const mountInterface = async ({ app, base, routes, texts }: Wanted): Promise<void> => {
  await loadTexts(texts)
  const router = createRouter({
    history: createWebHistory(base),
    routes: [...routes],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  followPages(router)
  // Whether somebody answers is found out by asking, not by what the browser thinks of its network.
  const queries = new QueryClient({
    defaultOptions: {
      queries: { retry, staleTime: 5000, refetchOnWindowFocus: true, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
  createApp(app).use(router).use(VueQueryPlugin, { queryClient: queries }).use(ui).mount('#app')
}
