import { api, ok } from 'sluice/interface'
import { computed, reactive, ref, shallowRef } from 'vue'
import type { Lint } from '../lint.ts'
import { lintOfError } from '../refused.ts'
import type { Spec } from '../outline/steps.ts'
import { deviceOf } from './device.ts'
import type { Said } from './SaidRows.vue'
import type { Report } from './trace.ts'

/** What is to be simulated, as the form has it, and what came of it. */
export const useSimulation = (slug: string) => {
  const wish = reactive({
    user: '',
    ip: '127.0.0.1',
    at: '',
    application: undefined as string | undefined,
    session: [] as string[],
    levels: '',
    knownBrowser: false,
    trustedBrowser: false,
    facts: [] as readonly Said[],
    assume: false,
    answers: [] as readonly Said[],
  })
  const report = shallowRef<Report>()
  const error = shallowRef<unknown>()
  const lint = shallowRef<readonly Lint[]>([])
  const isBusy = ref(false)

  const body = (spec: Spec) => {
    const { user, ip, at, application, session, answers, knownBrowser, trustedBrowser, assume } = wish
    const levels = wish.levels.split(/[\s,]+/).filter((level) => level !== '')
    const device = deviceOf(wish.facts)
    const typed = answers.filter(({ name }) => name !== '')
    return {
      spec,
      ip: ip.trim(),
      knownBrowser,
      trustedBrowser,
      assume,
      ...(device && { device }),
      ...(levels.length > 0 && { levels }),
      ...(user && { user }),
      // A field of this kind knows no zone: it means that of the browser.
      ...(at && { at: new Date(at).toISOString() }),
      ...(application && { application }),
      ...(session.length > 0 && { session }),
      ...(typed.length > 0 && { answers: Object.fromEntries(typed.map(({ name, value }) => [name, value])) }),
    }
  }
  const run = async (spec: Spec): Promise<void> => {
    isBusy.value = true
    try {
      const answer = await ok(api.POST('/api/v1/flows/{slug}/simulate', { params: { path: { slug } }, body: body(spec) }))
      report.value = answer as unknown as Report
      error.value = undefined
      lint.value = []
    } catch (reason) {
      report.value = undefined
      error.value = reason
      lint.value = lintOfError(reason) ?? []
    } finally {
      isBusy.value = false
    }
  }
  /** Rows for fields that had no answer. */
  const ask = (names: readonly string[]): void => {
    const known = new Set(wish.answers.map(({ name }) => name))
    wish.answers = [...wish.answers, ...names.filter((name) => !known.has(name)).map((name) => ({ name, value: '' }))]
  }
  return {
    wish,
    report,
    error,
    lint,
    isBusy,
    run,
    ask,
    clear: () => (report.value = undefined),
    hasRun: computed(() => report.value !== undefined),
  }
}
export type Running = ReturnType<typeof useSimulation>
