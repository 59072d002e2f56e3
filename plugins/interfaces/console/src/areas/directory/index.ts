import type { Area } from '../../area.ts'
import { objectRoutes } from '../../objects/routes.ts'
import { listOf } from '../../paths.ts'
import { roles } from './roles/kind.ts'

export default {
  title: 'directory.title',
  entries: [
    { label: 'directory.users', icon: 'i-lucide-user-round', to: '/users', permissions: ['users.view'] },
    { label: 'directory.groups', icon: 'i-lucide-users-round', to: '/groups', permissions: ['groups.view'] },
    { label: roles.texts.all, icon: roles.icon, to: listOf(roles.kind), permissions: ['roles.view'] },
    { label: 'directory.tokens', icon: 'i-lucide-key-square', to: '/tokens', permissions: ['tokens.view'] },
    { label: 'directory.sessions', icon: 'i-lucide-monitor', to: '/sessions', permissions: ['sessions.view'] },
  ],
  routes: [
    { path: '/users', component: () => import('./users/UsersPage.vue'), meta: { permission: 'users.view' } },
    { path: '/users/new', component: () => import('./users/NewUserPage.vue'), meta: { permission: 'users.create' } },
    {
      path: '/users/:id',
      component: () => import('./users/UserPage.vue'),
      props: true,
      children: [
        { path: '', component: () => import('./users/ProfileTab.vue') },
        { path: 'access', component: () => import('./users/AccessTab.vue') },
        { path: 'sessions', component: () => import('./users/SessionsTab.vue') },
        { path: 'tokens', component: () => import('./users/TokensTab.vue') },
        { path: 'authenticators', component: () => import('./users/AuthenticatorsTab.vue') },
        { path: 'consents', component: () => import('./users/ConsentsTab.vue') },
        { path: 'events', component: () => import('./users/EventsTab.vue') },
      ],
    },
    { path: '/groups', component: () => import('./groups/GroupsPage.vue') },
    { path: '/groups/new', component: () => import('./groups/NewGroupPage.vue'), meta: { permission: 'groups.create' } },
    {
      path: '/groups/:slug',
      component: () => import('./groups/GroupPage.vue'),
      props: true,
      children: [
        { path: '', component: () => import('./groups/MembersTab.vue') },
        { path: 'settings', component: () => import('./groups/SettingsTab.vue') },
        { path: 'used-by', component: () => import('./groups/UsedByTab.vue') },
      ],
    },
    ...objectRoutes(roles),
    { path: '/tokens', component: () => import('./tokens/TokensPage.vue'), meta: { permission: 'tokens.view' } },
    { path: '/sessions', component: () => import('./sessions/SessionsPage.vue'), meta: { permission: 'sessions.view' } },
  ],
} satisfies Area
