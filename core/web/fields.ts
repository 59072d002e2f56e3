import { msg, type Field, type Message } from '../api/index.ts'
import { attr, html, type Html } from './html.ts'
import { icons } from './icons.ts'
import type { Translate } from './messages.ts'

/** What fields need to know of the page that they stand on. */
export type FieldContext = {
  readonly t: Translate
  readonly errors: ReadonlyMap<string, Message>
  /** The name of the field that has the focus when the page opens. */
  readonly focus: string | undefined
  /** Optional fields say so only beside required ones. */
  readonly markOptional: boolean
}

type Visible = Exclude<Field, { readonly input: 'hidden' }>
type Check = Extract<Field, { readonly input: 'check' }>
type Choice = Extract<Field, { readonly input: 'select' | 'radio' }>
type Written = Exclude<Visible, Check | Choice>

/** The id of a field's control, which errors link to. */
export const fieldId = (name: string): string => `field-${name.replaceAll(/[^\w-]/g, '_')}`
const helpId = (name: string) => `${fieldId(name)}-help`
export const errorId = (name: string) => `${fieldId(name)}-error`

const described = (field: Visible, { errors }: FieldContext) => {
  const ids = [field.help && helpId(field.name), errors.has(field.name) && errorId(field.name)].filter(Boolean)
  return { 'aria-describedby': ids.length > 0 && ids.join(' '), 'aria-invalid': errors.has(field.name) && 'true' }
}

const attributesOf = (field: Visible, context: FieldContext) => ({
  id: fieldId(field.name),
  name: field.name,
  required: field.required,
  autofocus: context.focus === field.name,
  ...described(field, context),
})

const labelOf = (field: Visible, { t, markOptional }: FieldContext): string =>
  markOptional && !field.required ? t(msg('core.form.optional', { label: t(field.label) })) : t(field.label)

/** What is wrong with the answer to a field, if anything is. */
export const fieldError = (name: string, { t, errors }: FieldContext): Html | undefined => {
  const error = errors.get(name)
  return error && html`<p class="field-error" id="${errorId(name)}">${icons.alert}<span>${t(error)}</span></p>`
}

const notes = (field: Visible, context: FieldContext): Html =>
  html`${field.help && html`<p class="help" id="${helpId(field.name)}">${context.t(field.help)}</p>`} ${fieldError(field.name, context)}`

/** Names, codes and addresses are no prose: no capitals, no spelling. */
const isIdentifier = ({ input, autocomplete = '' }: Written) => input === 'email' || input === 'code' || /username|email/.test(autocomplete)

const kinds = {
  text: { type: 'text' },
  email: { type: 'email' },
  password: { type: 'password', autocomplete: 'current-password' },
  code: { type: 'text', inputmode: 'numeric', autocomplete: 'one-time-code', class: 'code' },
  number: { type: 'number', step: 'any' },
  date: { type: 'date' },
} as const

const written = (field: Written, context: FieldContext): Html => {
  const common = {
    ...(isIdentifier(field) ? { autocapitalize: 'none', spellcheck: 'false' } : {}),
    ...attributesOf(field, context),
    ...(field.autocomplete ? { autocomplete: field.autocomplete } : {}),
  }
  if (field.input === 'textarea') return html`<textarea rows="4" ${attr(common)}>${'\n'}${field.value}</textarea>`
  if (field.input !== 'password') return html`<input ${attr({ ...kinds[field.input], ...common, value: field.value })} />`
  const show = context.t(msg('core.form.show-password'))
  return html`<div class="with-reveal">
    <input ${attr({ ...kinds.password, ...common })} />
    <button class="reveal" type="button" hidden aria-pressed="false" aria-label="${show}" title="${show}">${icons.eye}</button>
  </div>`
}

const select = (field: Choice, context: FieldContext): Html => {
  const { t } = context
  const unchosen = field.value === undefined && html`<option value="">${t(msg('core.form.choose'))}</option>`
  const options = field.options.map(
    ({ value, label }) => html`<option ${attr({ value, selected: value === field.value })}>${t(label)}</option>`,
  )
  return html`<div class="select">
    <select ${attr(attributesOf(field, context))}>
      ${unchosen}${options}
    </select>
    ${icons.down}
  </div>`
}

const radio = (field: Choice, context: FieldContext): Html => {
  const { id, 'aria-describedby': describedBy, autofocus, ...shared } = attributesOf(field, context)
  const options = field.options.map(({ value, label }, index) => {
    const own = index === 0 ? { id, autofocus } : { id: `${id}-${index}` }
    return html`<label class="option">
      <input type="radio" ${attr({ ...shared, ...own, value, checked: value === field.value })} />
      <span>${context.t(label)}</span>
    </label>`
  })
  return html`<fieldset class="field" ${attr({ 'aria-describedby': describedBy })}>
    <legend>${labelOf(field, context)}</legend>
    ${notes(field, context)}${options}
  </fieldset>`
}

const check = (field: Check, context: FieldContext): Html =>
  html`<div class="field">
    <label class="option">
      <input type="checkbox" ${attr({ ...attributesOf(field, context), checked: field.checked })} />
      <span>${context.t(field.label)}</span>
    </label>
    ${notes(field, context)}
  </div>`

/** A field with its label, its help and its error. */
export const renderField = (field: Field, context: FieldContext): Html => {
  if (field.input === 'hidden') return html`<input type="hidden" ${attr({ name: field.name, value: field.value })} />`
  if (field.input === 'check') return check(field, context)
  if (field.input === 'radio') return radio(field, context)
  const control = 'options' in field ? select(field, context) : written(field, context)
  return html`<div class="field">
    <label for="${fieldId(field.name)}">${labelOf(field, context)}</label>
    ${notes(field, context)} ${control}
  </div>`
}
