import { defineAsyncComponent } from 'vue'

export type { CodeLanguage } from './language.ts'
export type { Mark } from './marks.ts'

// Loaded where one is shown, so that no other page carries an editor.
export const CodeEditor = defineAsyncComponent(() => import('./CodeEditor.vue'))
export const ExpressionEditor = defineAsyncComponent(() => import('./ExpressionEditor.vue'))
export const UserField = defineAsyncComponent(() => import('./UserField.vue'))
