import type { RouteRecordRaw } from 'vue-router'
import { areas } from './areas.ts'
import { anything } from './links.ts'

export const routes: readonly RouteRecordRaw[] = [
  ...areas.flatMap((area) => area.routes),
  { path: anything, component: () => import('./pages/Missing.vue') },
]
