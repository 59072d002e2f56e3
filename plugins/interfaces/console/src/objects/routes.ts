import type { RouteRecordRaw } from 'vue-router'
import type { ObjectKind } from './kind.ts'

/** The pages of a kind: its list, a new one, and one of it. */
export const objectRoutes = (kind: ObjectKind): readonly RouteRecordRaw[] => [
  { path: kind.path, component: () => import('./ListPage.vue'), props: { kind } },
  { path: `${kind.path}/new`, component: () => import('./CreatePage.vue'), props: { kind } },
  { path: `${kind.path}/:slug`, component: () => import('./DetailPage.vue'), props: ({ params }) => ({ kind, slug: params['slug'] }) },
]
