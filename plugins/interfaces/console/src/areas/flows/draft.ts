import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { api, type FieldWords, type Mark, ok, saveMerging, t, useMe, withTag } from 'sluice/interface'
import { computed, ref, shallowRef, watch } from 'vue'
import { lintOf } from './lint.ts'
import { lintOfError } from './refused.ts'
import { rowsOf, type Spec } from './outline/steps.ts'
import { placeOf, readFlow, yamlOf } from './yaml-text.ts'

/** A flow that is being changed: one draft, which the outline and the text show and change. */
export const useFlowDraft = (slug: string) => {
  const { may } = useMe()
  const queries = useQueryClient()
  const stored = useQuery({
    queryKey: ['flows', 'one', slug],
    queryFn: () => withTag(api.GET('/api/v1/flows/{slug}', { params: { path: { slug } } })),
    // Somebody may be writing: what others do is met when it is saved.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })
  const spec = shallowRef<Spec>({})
  const text = ref('')
  const unreadable = shallowRef<readonly Mark[]>([])
  const base = shallowRef<Spec>({})
  const before = shallowRef<readonly Spec[]>([])

  const take = (next: Spec): void => {
    spec.value = next
    unreadable.value = []
  }
  const restart = (from: Spec): void => {
    base.value = from
    before.value = []
    take(from)
    text.value = yamlOf(from)
  }
  watch(
    () => stored.data.value,
    (got) => got && restart(got.data.spec),
    { immediate: true },
  )

  /** A change of the outline: the text follows. */
  const edit = (next: Spec): void => {
    before.value = [...before.value.slice(-99), spec.value]
    take(next)
    text.value = yamlOf(next)
  }
  /** A change of the text: the outline follows as soon as it can be read. */
  const write = (next: string): void => {
    if (next === text.value) return
    text.value = next
    const read = readFlow(next, t('flows.yaml.no-map'))
    if ('marks' in read) unreadable.value = read.marks
    else take(read.spec)
  }
  const undo = (): void => {
    const last = before.value.at(-1)
    if (!last) return
    before.value = before.value.slice(0, -1)
    take(last)
    text.value = yamlOf(last)
  }
  const isDirty = computed(() => JSON.stringify(spec.value) !== JSON.stringify(base.value) || unreadable.value.length > 0)

  const settled = refDebounced(spec, 600)
  const etag = computed(() => stored.data.value?.etag ?? '*')
  const check = useQuery({
    queryKey: ['flows', 'check', slug, settled],
    queryFn: ({ signal }) =>
      ok(
        api.PUT('/api/v1/flows/{slug}', {
          params: { path: { slug }, query: { dryRun: true }, header: { 'If-Match': '*' } },
          body: { spec: settled.value },
          signal,
        }),
      ),
    enabled: computed(() => may('flows.edit') && stored.isSuccess.value && isDirty.value && unreadable.value.length === 0),
    retry: false,
    gcTime: 0,
  })
  const lint = computed(() => {
    if (!isDirty.value) return lintOf(stored.data.value?.data.problems)
    if (check.error.value) return lintOfError(check.error.value) ?? []
    const plan = check.data.value
    return plan && 'warnings' in plan ? lintOf(plan.warnings, 'warning') : []
  })
  const marks = computed((): readonly Mark[] =>
    unreadable.value.length > 0
      ? unreadable.value
      : lint.value.map(({ pointer, detail, is }) => ({ ...placeOf(text.value, pointer), detail, is })),
  )

  /** Reads it again. Is it there? */
  const read = async (): Promise<boolean> => {
    const got = await stored.refetch()
    if (got.isSuccess) restart(got.data.data.spec)
    return got.isSuccess
  }
  const written = async (): Promise<void> => {
    base.value = spec.value
    await read()
    await queries.invalidateQueries({ queryKey: ['flows', 'list'] })
    await queries.invalidateQueries({ queryKey: ['flows', 'history', slug] })
  }
  /** With what others have made of it meanwhile. Resolves to the pointers of that; `undefined`: it was decided not to save. */
  const save = async (words: FieldWords): Promise<readonly string[] | undefined> => {
    const path = { slug }
    const done = await saveMerging<Spec, Spec>({
      base: { value: base.value, etag: etag.value },
      mine: spec.value,
      async save(value, { etag: of }) {
        await ok(api.PUT('/api/v1/flows/{slug}', { params: { path, header: { 'If-Match': of } }, body: { spec: value } }))
        return value
      },
      async read() {
        const now = await withTag(api.GET('/api/v1/flows/{slug}', { params: { path } }))
        return { value: now.data.spec, etag: now.etag ?? '*' }
      },
      ...words,
    })
    if (!done) return undefined
    take(done.saved)
    await written()
    return done.taken
  }
  /** Away with what was saved: what is shipped comes to light, if it is. */
  const drop = async (): Promise<void> => {
    await ok(api.DELETE('/api/v1/flows/{slug}', { params: { path: { slug }, header: { 'If-Match': etag.value } } }))
    await queries.invalidateQueries({ queryKey: ['flows', 'list'] })
  }

  return {
    stored,
    object: computed(() => stored.data.value?.data),
    spec,
    rows: computed(() => rowsOf(spec.value)),
    text: computed({ get: () => text.value, set: write }),
    isReadable: computed(() => unreadable.value.length === 0),
    isDirty,
    isChecking: check.isFetching,
    lint,
    marks,
    edit,
    undo,
    mayUndo: computed(() => before.value.length > 0),
    discard: () => restart(base.value),
    read,
    save,
    drop,
  }
}
export type FlowDraft = ReturnType<typeof useFlowDraft>
