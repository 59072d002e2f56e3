import { passwordField, type PromptField, type PromptSettings } from './settings.ts'

type Problem = { readonly pointer: string; readonly message: string }

/** What a field's type asks for besides its key. */
const needed: Readonly<Partial<Record<PromptField['type'], 'options' | 'initial' | 'label'>>> = {
  select: 'options',
  radio: 'options',
  hidden: 'initial',
  static: 'label',
}

/** Problems that concern several settings at once. */
export function check(settings: PromptSettings): readonly Problem[] {
  const { fields } = settings
  const firstPassword = passwordField(settings)
  return fields.flatMap((field, at): Problem[] => {
    const pointer = `/fields/${at}`
    const problems: Problem[] = []
    const need = needed[field.type]
    if (need && field[need] === undefined) problems.push({ pointer, message: `a field of type "${field.type}" needs "${need}"; add it` })
    if (fields.findIndex((other) => other.key === field.key) < at) {
      problems.push({ pointer: `${pointer}/key`, message: `two fields have the key "${field.key}"; give each its own` })
    }
    if (field.type === 'password' && field !== firstPassword) {
      problems.push({ pointer: `${pointer}/type`, message: 'a page asks for one new password at most; remove this field' })
    }
    return problems
  })
}
