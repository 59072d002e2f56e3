import type { Area } from '../../area.ts'

export default {
  entries: [{ label: 'start.dashboard', icon: 'i-lucide-layout-dashboard', to: '/', permissions: [] }],
  routes: [{ path: '/', component: () => import('./DashboardPage.vue') }],
} satisfies Area
