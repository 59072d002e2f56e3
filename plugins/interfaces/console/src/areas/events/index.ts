import type { Area } from '../../area.ts'

export default {
  title: 'events.title',
  entries: [
    { label: 'events.events', icon: 'i-lucide-scroll-text', to: '/events', permissions: ['events.view'] },
    { label: 'events.revisions', icon: 'i-lucide-history', to: '/revisions', permissions: ['configuration.view'] },
  ],
  routes: [
    { path: '/events', component: () => import('./EventsPage.vue'), meta: { permission: 'events.view' } },
    { path: '/events/:id', component: () => import('./EventPage.vue') },
    { path: '/revisions', component: () => import('./RevisionsPage.vue') },
    { path: '/revisions/compare', component: () => import('./ComparePage.vue'), meta: { permission: 'configuration.view' } },
    { path: '/revisions/:number', component: () => import('./RevisionPage.vue') },
  ],
} satisfies Area
