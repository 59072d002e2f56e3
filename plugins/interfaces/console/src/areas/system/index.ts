import type { Area } from '../../area.ts'

export default {
  title: 'system.title',
  entries: [{ label: 'system.settings', icon: 'i-lucide-settings', to: '/settings', permissions: ['settings.view'] }],
  routes: [
    { path: '/settings', component: () => import('./settings/SettingsPage.vue') },
    {
      path: '/settings/:section',
      component: () => import('./settings/SectionPage.vue'),
      props: ({ params }) => ({ section: params['section'] }),
    },
  ],
} satisfies Area
