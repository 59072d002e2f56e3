import { type Component, h } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import { listOf, newOf } from '../paths.ts'
import type { ObjectKind } from './kind.ts'

/** A page for one kind alone: going from one kind to another is going to another page, which begins anew. */
const pageOf = (kind: ObjectKind, load: () => Promise<{ readonly default: Component }>) => async () => {
  const { default: page } = await load()
  return {
    inheritAttrs: false,
    setup:
      (_: unknown, { attrs }: { attrs: object }) =>
      () =>
        h(page, { ...attrs, kind }),
  }
}

/** The pages of a kind: its list, a new one, and one of it with its tabs. */
export const objectRoutes = (kind: ObjectKind): readonly RouteRecordRaw[] => [
  { path: listOf(kind.kind), component: pageOf(kind, () => import('./ListPage.vue')) },
  { path: newOf(kind.kind), component: pageOf(kind, () => import('./CreatePage.vue')), meta: { permission: `${kind.kind}.create` } },
  { path: `${listOf(kind.kind)}/:slug/:tab?`, component: pageOf(kind, () => import('./DetailPage.vue')), props: true },
]
