import type { Area } from '../../area.ts'
import { objectRoutes } from '../../objects/routes.ts'
import { listOf } from '../../paths.ts'
import { policies } from './policies.ts'

export default {
  title: 'flows.area',
  entries: [
    { label: 'flows.title', icon: 'i-lucide-workflow', to: '/flows', permissions: ['flows.view'] },
    { label: policies.texts.all, icon: policies.icon, to: listOf(policies.kind), permissions: ['policies.view'] },
  ],
  routes: [
    { path: '/flows', component: () => import('./FlowsPage.vue') },
    // By its slug: another flow is another page.
    { path: '/flows/:slug', component: () => import('./FlowPage.vue'), props: true },
    ...objectRoutes(policies),
  ],
} satisfies Area
