import { Type } from 'sluice/plugin'
import { repeatKey, type PromptField, type PromptSettings } from './settings.ts'

const inputs = (field: PromptField): readonly string[] => {
  if (field.type === 'hidden' || field.type === 'static') return []
  return field.type === 'password' ? [field.key, repeatKey(field)] : [field.key]
}

/** All optional here: what is missing or wrong is said by field, in words, when it is read. */
export function answer(settings: PromptSettings) {
  const text = Type.Optional(Type.String())
  return Type.Object(Object.fromEntries(settings.fields.flatMap(inputs).map((name): [string, typeof text] => [name, text])))
}
