import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed, ref, watch } from 'vue'
import { type LocationQueryRaw, useRoute, useRouter } from 'vue-router'

/** One page of a list, as the API gives it. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null; readonly total?: number; readonly atLeast?: boolean }
/** What a list is asked for. Filters that are empty are left out. */
export type ListQuery = { readonly limit: number; readonly cursor?: string; readonly search?: string; readonly sort?: string } & Readonly<
  Record<string, string | number | boolean | undefined>
>

export type ListWish<T> = {
  /** Names it in the cache, e.g. `['users']`: what changes users invalidates that. */
  readonly key: readonly unknown[]
  fetch(query: ListQuery, signal: AbortSignal): Promise<Page<T>>
  /** Names of filters that are kept in the address. */
  readonly filters?: readonly string[]
  /** What it is sorted by where the address does not say. */
  readonly sort?: string
  readonly limit?: number
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A list of the server, whose search, order, filters and page stand in the address: it can be shared, and the back button works. */
export const useList = <T>({ key, fetch, filters = [], sort: usual, limit = 25 }: ListWish<T>) => {
  const route = useRoute()
  const router = useRouter()
  const search = ref(text(route.query['search']))
  const settled = refDebounced(search, 250)
  const sort = computed(() => text(route.query['sort']) || usual)
  const cursor = computed(() => text(route.query['cursor']) || undefined)
  const chosen = computed(() => Object.fromEntries(filters.map((name) => [name, text(route.query[name])])))
  /** How many pages lie before this one, as far as this tab knows. */
  const before = computed(() => (cursor.value === undefined ? 0 : ((history.state as { sluicePages?: number } | null)?.sluicePages ?? 0)))

  const change = (wish: LocationQueryRaw): void => {
    const query: LocationQueryRaw = { ...route.query, cursor: undefined, ...wish }
    for (const name of Object.keys(query)) if (query[name] === '' || query[name] === undefined) delete query[name]
    void router.replace({ query })
  }
  const path = route.path
  watch(settled, (wish) => {
    if (route.path === path && text(route.query['search']) !== wish) change({ search: wish })
  })
  watch(
    () => route.query['search'],
    (said) => {
      if (route.path === path && text(said) !== settled.value) search.value = text(said)
    },
  )

  const asked = computed<ListQuery>(() => ({
    limit,
    ...(cursor.value !== undefined && { cursor: cursor.value }),
    ...(text(route.query['search']) && { search: text(route.query['search']) }),
    ...(sort.value !== undefined && { sort: sort.value }),
    ...Object.fromEntries(Object.entries(chosen.value).filter(([, value]) => value !== '')),
  }))
  const query = useQuery({
    queryKey: [...key, 'list', asked],
    queryFn: ({ signal }) => fetch(asked.value, signal),
    placeholderData: keepPreviousData,
  })
  const next = computed(() => query.data.value?.next ?? null)
  return {
    ...query,
    items: computed(() => query.data.value?.items ?? []),
    total: computed(() => query.data.value?.total),
    /** There are more than `total`. */
    atLeast: computed(() => query.data.value?.atLeast === true),
    search,
    sort,
    filters: chosen,
    isFiltered: computed(() => Boolean(text(route.query['search'])) || Object.values(chosen.value).some((value) => value !== '')),
    setSort: (wish: string) => change({ sort: wish === usual ? undefined : wish }),
    setFilter: (name: string, value: string | undefined) => change({ [name]: value }),
    clear: () => {
      search.value = ''
      change({ search: undefined, ...Object.fromEntries(filters.map((name) => [name, undefined])) })
    },
    hasNext: computed(() => next.value !== null),
    hasPrevious: computed(() => cursor.value !== undefined),
    goNext: () =>
      next.value !== null && void router.push({ query: { ...route.query, cursor: next.value }, state: { sluicePages: before.value + 1 } }),
    /** A cursor leads on, never back: what was before is in the history of this tab, else one begins anew. */
    goPrevious: () => (before.value > 0 ? router.back() : change({})),
  }
}
export type List<T> = ReturnType<typeof useList<T>>
