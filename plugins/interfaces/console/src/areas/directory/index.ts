import type { Area } from '../../area.ts'

export default {
  title: 'directory.title',
  entries: [{ label: 'directory.groups', icon: 'i-lucide-users-round', to: '/groups', permissions: ['groups.view'] }],
  routes: [{ path: '/groups', component: () => import('./GroupsPage.vue') }],
} satisfies Area
