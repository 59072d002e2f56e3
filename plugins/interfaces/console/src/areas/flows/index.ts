import type { Area } from '../../area.ts'

export default {
  title: 'flows.area',
  entries: [{ label: 'flows.title', icon: 'i-lucide-workflow', to: '/flows', permissions: ['flows.view'] }],
  routes: [
    { path: '/flows', component: () => import('./FlowsPage.vue') },
    // By its slug: another flow is another page.
    { path: '/flows/:slug', component: () => import('./FlowPage.vue'), props: true },
  ],
} satisfies Area
