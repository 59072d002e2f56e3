import { confirm, isWithin, nameOfField, saveMerging, type Schema, t, useKinds, useNotices } from 'sluice/interface'
import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { readObject } from '../../objects/calls.ts'
import { useUnsavedGuard } from '../../objects/unsaved.ts'
import type { FlowDraft } from './draft.ts'
import { nameOfItem, pointerOf, rowsOf, type Spec } from './outline/steps.ts'
import { stepSchema, withField } from './part.ts'
import { useStages } from './stages.ts'
import { yamlOf } from './yaml-text.ts'

/** Saving, resetting and leaving a draft, with the questions that belong to each. */
export const useSaving = (draft: FlowDraft, slug: string) => {
  const notices = useNotices()
  const router = useRouter()
  const isSaving = ref(false)
  // What is wrong with the flow stands in the outline, too.
  const tell = (error: unknown): void => notices.failed(error)
  const { schemaOf } = useKinds()
  const { stage } = useStages()
  /** `password-2 › Confirm`: fields of steps by the step. */
  const label = (pointer: string, whole: Spec): string => {
    const schema = schemaOf('flows')
    const row = rowsOf(whole).findLast(({ path }) => isWithin(pointer, pointerOf(path)))
    const ofStep = schema && stepSchema(schema)
    if (!row || !ofStep) return schema ? nameOfField(schema, pointer, whole) : pointer
    const within = pointer.slice(pointerOf(row.path).length)
    const settings = stage(row.step.type)?.settings as Schema | undefined
    const own = withField(ofStep, 'with', (field) => ({ ...field, ...settings }))
    return within === '' ? row.name : `${row.name} › ${nameOfField(own, within, row.step)}`
  }
  const show = (_pointer: string, value: unknown): string => (typeof value === 'string' ? value : yamlOf(value).trimEnd())
  const save = async (): Promise<void> => {
    isSaving.value = true
    try {
      const done = await saveMerging<Spec, void>({
        base: draft.begun(),
        mine: draft.spec.value,
        save: draft.write,
        async read() {
          const { object, etag } = await readObject('flows', slug)
          return { value: object.spec, etag }
        },
        nameOf: nameOfItem,
        label,
        show,
      })
      if (!done) return
      await draft.written()
      const taken = done.taken.map((pointer) => label(pointer, draft.spec.value)).join(', ')
      notices.done(t('flows.save.done'), taken && t('objects.taken-in', { fields: taken }))
    } catch (error) {
      tell(error)
    } finally {
      isSaving.value = false
    }
  }
  const drop = async (): Promise<void> => {
    const isSure = await confirm({
      title: t('flows.delete.title', { slug }),
      text: t('flows.delete.text'),
      action: t('kit.delete'),
      destroys: true,
    })
    if (!isSure) return
    try {
      await draft.drop()
      draft.discard()
      // What is part of Sluice comes to light again.
      if (!(await draft.read())) await router.push('/flows')
    } catch (error) {
      tell(error)
    }
  }
  useUnsavedGuard(draft.isDirty)
  return { save, drop, isSaving }
}
