import { literal, localized, msg, type Json, type Message, type Node } from 'sluice/plugin'
import { repeatKey, type PromptField } from './settings.ts'

const usual: Readonly<Record<string, Message>> = {
  username: msg('prompt.username'),
  email: msg('prompt.email'),
  password: msg('prompt.password'),
}

type Named = { readonly node: 'field'; readonly name: string; readonly label: Message; readonly required: boolean; readonly help?: Message }

/** What a browser may fill in by itself (WCAG 2.2, 1.3.5). */
const autocomplete = ({ key, type }: PromptField): string | undefined =>
  type === 'username' || type === 'email' ? type : type === 'text' && key === 'name' ? 'name' : undefined

/** A field's nodes on the page. `value` is what is filled in beforehand. */
export function nodesOf(field: PromptField, value: Json | undefined, locale: string): readonly Node[] {
  const label = field.label === undefined ? (usual[field.type] ?? literal(field.key)) : localized(field.label, locale)
  if (field.type === 'hidden') return []
  if (field.type === 'static') return [{ node: 'text', text: label }]

  const named: Named = {
    node: 'field',
    name: field.key,
    label,
    required: field.required,
    ...(field.help !== undefined && { help: localized(field.help, locale) }),
  }
  const filled = typeof value === 'string' || typeof value === 'number' ? { value: String(value) } : {}
  if (field.type === 'password') return passwordNodes(field, named)
  if (field.type === 'check') return [{ ...named, input: 'check', checked: value === true || value === 'true' }]
  if (field.type === 'select' || field.type === 'radio') {
    return [{ ...named, ...filled, input: field.type, options: optionsOf(field, locale) }]
  }
  const token = autocomplete(field)
  const input = field.type === 'username' ? 'text' : field.type
  return [{ ...named, ...filled, input, ...(token !== undefined && { autocomplete: token }) }]
}

/** Never filled in, whatever was typed before. */
function passwordNodes(field: PromptField, named: Named): readonly Node[] {
  const shared = { ...named, input: 'password' as const, autocomplete: 'new-password' }
  return [
    { help: msg('prompt.password-help'), ...shared },
    {
      node: 'field',
      input: 'password',
      name: repeatKey(field),
      label: msg('prompt.password-repeat'),
      required: field.required,
      autocomplete: 'new-password',
    },
  ]
}

const optionsOf = (field: PromptField, locale: string) =>
  (field.options ?? []).map(({ value, label }) => ({ value, label: label === undefined ? literal(value) : localized(label, locale) }))
