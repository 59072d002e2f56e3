import { computed, type Ref, ref, watch } from 'vue'
import type { Detail } from '../client.ts'
import { t } from '../texts.ts'
import { isWithin, valueAt } from './pointer.ts'
import type { Schema } from './schema.ts'
import { type Wrong, wrongIn } from './validate.ts'

export type FieldError = { readonly pointer: string; readonly text: string }
type Of = { readonly schema: Ref<Schema>; readonly value: Ref<unknown>; readonly told: Ref<readonly Detail[]> }

/** What is wrong with what a form holds: found here, said by fields that cannot be read, or told by the server; each until that place is changed. */
export const useFormErrors = ({ schema, value, told }: Of) => {
  const found = ref<readonly Wrong[]>([])
  const unreadable = ref<Readonly<Record<string, string>>>({})
  const refused = ref<readonly (Detail & { readonly value: string })[]>([])
  const textAt = (pointer: string): string => JSON.stringify(valueAt(value.value, pointer)) ?? ''
  watch(
    told,
    (details) => {
      refused.value = details.map((detail) => ({ ...detail, value: textAt(detail.pointer) }))
    },
    { immediate: true },
  )

  const check = async (): Promise<boolean> => {
    found.value = wrongIn(schema.value, value.value)
    return found.value.length === 0 && Object.keys(unreadable.value).length === 0
  }
  // Once something was found it is looked at again with every change, so that errors go when they are mended.
  watch(value, () => {
    if (found.value.length > 0) found.value = wrongIn(schema.value, value.value)
    refused.value = refused.value.filter((one) => textAt(one.pointer) === one.value)
  })
  const errors = computed<readonly FieldError[]>(() => [
    ...Object.entries(unreadable.value).map(([pointer, text]) => ({ pointer, text })),
    ...found.value.map(({ pointer, text, values }) => ({ pointer, text: t(text, values) })),
    ...refused.value.map(({ pointer, detail }) => ({ pointer, text: detail })),
  ])
  return {
    errors,
    check,
    errorAt: (pointer: string) => errors.value.find((one) => one.pointer === pointer)?.text,
    errorWithin: (pointer: string) => errors.value.find((one) => isWithin(one.pointer, pointer))?.text,
    tellUnreadable: (pointer: string, text: string | undefined) => {
      if (unreadable.value[pointer] === text) return
      const { [pointer]: _, ...others } = unreadable.value
      unreadable.value = text === undefined ? others : { ...others, [pointer]: text }
    },
  }
}
