import type { Area } from '../../area.ts'

export default {
  title: 'system.title',
  entries: [{ label: 'system.keys', icon: 'i-lucide-key-round', to: '/keys', permissions: ['keys.view'] }],
  routes: [{ path: '/keys', component: () => import('./KeysPage.vue') }],
} satisfies Area
