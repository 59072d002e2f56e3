import { type Component, inject, type InjectionKey, type Ref } from 'vue'
import type { Schema } from './schema.ts'

/** What every field of a form knows of it. */
export type FormContext = {
  /** Shows one value, `SchemaField`: fields hold others. */
  readonly field: Component
  readonly isReadOnly: Readonly<Ref<boolean>>
  /** The object is not there yet. */
  readonly isNew: Readonly<Ref<boolean>>
  label(pointer: string, schema: Schema): string
  help(pointer: string, schema: Schema): string | undefined
  /** What it means that a condition asks nothing; undefined: that everybody is let in. */
  none(pointer: string): string | undefined
  /** What is wrong at exactly this place. */
  errorAt(pointer: string): string | undefined
  /** What is wrong here and in all that is within. */
  errorWithin(pointer: string): string | undefined
  /** What will be wrong here, once it is sent. */
  warningWithin(pointer: string): string | undefined
  /** Of text that cannot be read as a value at all, such as JSON with a mistake; undefined: it can. */
  tellUnreadable(pointer: string, text: string | undefined): void
  isHidden(pointer: string): boolean
  /** Where in the interface an object is shown or, without a slug, made. */
  pathOf(kind: string, slug?: string): string | undefined
}
export const formKey: InjectionKey<FormContext> = Symbol('form')

export const useFormContext = (): FormContext => {
  const context = inject(formKey)
  if (!context) throw new Error('a field of a schema stands within a SchemaForm')
  return context
}

/** What every field is given; `aria-label` beside it where no label is shown. */
export type FieldProps = { readonly schema: Schema; readonly pointer: string; readonly label: string; readonly required?: boolean }
