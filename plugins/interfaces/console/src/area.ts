import type { RouteRecordRaw } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who lacks it is told so in place of the page. For pages whose calls the API does not refuse, or refuses only in the end. */
    readonly permission?: string
  }
}

/** One entry of the navigation. */
export type Entry = {
  /** The key of its text. */
  readonly label: string
  readonly icon: string
  readonly to: string
  /** Who has none of these does not see it; the API refuses them, too. */
  readonly permissions: readonly string[]
}

/** A part of the console: what its folder brings to the navigation and to the addresses. */
export type Area = {
  /** The key of the heading above its entries; none: they stand by themselves. */
  readonly title?: string
  readonly entries: readonly Entry[]
  readonly routes: readonly RouteRecordRaw[]
}
