import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { api, type Mark, ok, same, t, useMe, type Version } from 'sluice/interface'
import { computed, ref, shallowRef, watch } from 'vue'
import { readObject, replaceObject } from '../../objects/calls.ts'
import { lintOf } from './lint.ts'
import { lintOfError } from './refused.ts'
import { rowsOf, type Spec } from './outline/steps.ts'
import { placeOf, readFlow, rewritten, yamlOf } from './yaml-text.ts'

/** A flow that is being changed: one draft, which the outline and the text show and change. */
export const useFlowDraft = (slug: string) => {
  const { may } = useMe()
  const queries = useQueryClient()
  const stored = useQuery({
    queryKey: ['flows', 'one', slug],
    queryFn: () => readObject('flows', slug),
    // Somebody may be writing: what others do is met when it is saved.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })
  const spec = shallowRef<Spec>({})
  const text = ref('')
  const unreadable = shallowRef<readonly Mark[]>([])
  const base = shallowRef<Spec>({})
  const before = shallowRef<readonly { readonly spec: Spec; readonly text: string }[]>([])

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
    (got) => got && restart(got.object.spec),
    { immediate: true },
  )

  /** A change of the outline: the text follows. */
  const edit = (next: Spec): void => {
    before.value = [...before.value.slice(-99), { spec: spec.value, text: text.value }]
    text.value = rewritten(text.value, spec.value, next)
    take(next)
  }
  /** A change of the text: the outline follows as soon as it can be read. */
  const type = (next: string): void => {
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
    take(last.spec)
    text.value = last.text
  }
  const isDirty = computed(() => !same(spec.value, base.value) || unreadable.value.length > 0)

  const settled = refDebounced(spec, 600)
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
    enabled: computed(() => may('flows.edit') && same(settled.value, spec.value) && isDirty.value && unreadable.value.length === 0),
    retry: false,
    gcTime: 0,
    // What is wrong stays marked until it is known that it is no more.
    placeholderData: keepPreviousData,
  })
  const lint = computed(() => {
    if (!isDirty.value) return lintOf(stored.data.value?.object.problems)
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
    if (got.isSuccess) restart(got.data.object.spec)
    return got.isSuccess
  }
  /** What was read, and is to be changed. */
  const begun = (): Version<Spec> => ({ value: base.value, etag: stored.data.value?.etag ?? '' })
  const write = async (value: Spec, { etag }: Version<Spec>): Promise<void> => {
    await replaceObject('flows', slug, { spec: value, etag })
  }
  /** It was saved: everything that shows it is read again. */
  const written = async (): Promise<void> => {
    base.value = spec.value
    await read()
    await queries.invalidateQueries({ queryKey: ['flows', 'list'] })
    await queries.invalidateQueries({ queryKey: ['objects', 'history'] })
  }
  /** Away with what was saved: what is shipped comes to light, if it is. */
  const drop = async (): Promise<void> => {
    await ok(api.DELETE('/api/v1/flows/{slug}', { params: { path: { slug }, header: { 'If-Match': begun().etag } } }))
    await queries.invalidateQueries({ queryKey: ['flows', 'list'] })
  }

  return {
    stored,
    object: computed(() => stored.data.value?.object),
    spec,
    rows: computed(() => rowsOf(spec.value)),
    text: computed({ get: () => text.value, set: type }),
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
    begun,
    write,
    written,
    drop,
  }
}
export type FlowDraft = ReturnType<typeof useFlowDraft>
