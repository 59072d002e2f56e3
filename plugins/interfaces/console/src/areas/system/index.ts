import type { Area } from '../../area.ts'
import { objectRoutes } from '../../objects/routes.ts'
import { listOf } from '../../paths.ts'
import { brands } from './brands.ts'
import { authenticators } from './authenticators.ts'
import { sinks } from './sinks.ts'

export default {
  title: 'system.title',
  entries: [
    { label: 'system.settings', icon: 'i-lucide-settings', to: '/settings', permissions: ['settings.view'] },
    { label: authenticators.texts.all, icon: authenticators.icon, to: listOf(authenticators.kind), permissions: ['authenticators.view'] },
    { label: brands.texts.all, icon: brands.icon, to: listOf(brands.kind), permissions: ['brands.view'] },
    { label: sinks.texts.all, icon: sinks.icon, to: listOf(sinks.kind), permissions: ['sinks.view'] },
    { label: 'system.keys', icon: 'i-lucide-key-round', to: '/keys', permissions: ['keys.view'] },
    { label: 'system.jobs', icon: 'i-lucide-list-checks', to: '/jobs', permissions: ['jobs.view'] },
  ],
  routes: [
    { path: '/settings', component: () => import('./settings/SettingsPage.vue'), meta: { permission: 'settings.view' } },
    {
      path: '/settings/:section',
      component: () => import('./settings/SectionPage.vue'),
      meta: { permission: 'settings.view' },
      props: ({ params }) => ({ section: params['section'] }),
    },
    ...objectRoutes(authenticators),
    ...objectRoutes(brands),
    ...objectRoutes(sinks),
    { path: '/keys', component: () => import('./KeysPage.vue'), meta: { permission: 'keys.view' } },
    { path: '/jobs', component: () => import('./jobs/JobsPage.vue'), meta: { permission: 'jobs.view' } },
  ],
} satisfies Area
