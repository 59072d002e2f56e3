import type { RouteRecordRaw } from 'vue-router'

export const routes: readonly RouteRecordRaw[] = [
  { path: '/', component: () => import('./pages/ApplicationsPage.vue') },
  { path: '/profile', component: () => import('./pages/ProfilePage.vue') },
  { path: '/security', component: () => import('./pages/SecurityPage.vue') },
  { path: '/access', component: () => import('./pages/AccessPage.vue') },
  { path: '/tokens', component: () => import('./pages/TokensPage.vue') },
  { path: '/:anything(.*)*', component: () => import('./pages/MissingPage.vue') },
]
