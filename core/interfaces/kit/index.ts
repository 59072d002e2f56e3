// What interfaces import as `sluice/interface`.
import { defineAsyncComponent } from 'vue'

export * from './account.ts'
export * from './client.ts'
export { confirm, type Question } from './confirm.ts'
export * from './failure.ts'
export * from './format.ts'
export * from './kinds.ts'
export * from './list.ts'
export * from './me.ts'
export * from './mount.ts'
export * from './texts.ts'
export { isDark, setTheme, theme, type Theme } from './theme.ts'
export { default as CopyField } from './components/CopyField.vue'
export { default as EmptyState } from './components/EmptyState.vue'
export { default as FailureNotice } from './components/FailureNotice.vue'
export { default as InterfaceFrame } from './components/InterfaceFrame.vue'
export { default as ListView } from './components/ListView.vue'
export type { Group } from './schema-form/groups.ts'
export { humanized, schemaText } from './schema-form/labels.ts'
export { isWithin, valueAt, withValueAt } from './schema-form/pointer.ts'
export { isKept, isObject, type Schema } from './schema-form/schema.ts'
export { slugOf } from './schema-form/slug.ts'
export type { FieldTexts } from './schema-form/SchemaForm.vue'
/** Loaded when a page shows one: the portal has none. */
export const SchemaForm = defineAsyncComponent(() => import('./schema-form/SchemaForm.vue'))
export const ReferencePicker = defineAsyncComponent(() => import('./schema-form/ReferencePicker.vue'))
