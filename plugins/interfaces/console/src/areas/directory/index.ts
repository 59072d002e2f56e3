import type { Area } from '../../area.ts'
import { objectRoutes } from '../../objects/routes.ts'
import { roles } from './roles/kind.ts'

export default {
  title: 'directory.title',
  entries: [
    { label: 'directory.groups', icon: 'i-lucide-users-round', to: '/groups', permissions: ['groups.view'] },
    { label: roles.texts.all, icon: roles.icon, to: roles.path, permissions: ['roles.view'] },
  ],
  routes: [{ path: '/groups', component: () => import('./GroupsPage.vue') }, ...objectRoutes(roles)],
} satisfies Area
