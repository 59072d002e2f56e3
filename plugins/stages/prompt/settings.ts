import { localText, Type, type Static } from 'sluice/plugin'

/**
 * Letters, digits and `_`; names that every JavaScript object has already are refused. No `-`: the second input of a password is
 * `<key>-repeat`.
 */
const keyPattern = '^(?!(?:constructor|prototype|toString|valueOf|hasOwnProperty)$)[A-Za-z][A-Za-z0-9_]{0,63}$'

const types = [
  'text',
  'username',
  'email',
  'password',
  'textarea',
  'number',
  'date',
  'check',
  'select',
  'radio',
  'hidden',
  'static',
] as const

const option = Type.Object({
  value: Type.String({ title: 'Value', description: 'What is recorded.' }),
  label: Type.Optional(localText({ title: 'Label', description: 'What people see. Default: the value.' })),
})

const field = Type.Object({
  key: Type.String({
    title: 'Key',
    description: 'The name under which the answer is recorded.',
    pattern: keyPattern,
    'x-hint': 'a letter, then letters, digits or _, and no name that every object has, such as constructor',
  }),
  type: Type.Enum([...types], {
    title: 'Type',
    description: '`password` asks twice for a new one. `hidden` records `initial` unseen; `static` is a paragraph, its label.',
    default: 'text',
  }),
  label: Type.Optional(
    localText({
      title: 'Label',
      description: 'What people see. Default for `username`, `email` and `password`: the usual word; else the key.',
    }),
  ),
  help: Type.Optional(localText({ title: 'Help', description: 'A hint below the field.' })),
  required: Type.Boolean({ title: 'Required', description: 'An empty answer (an empty box, if `check`) is refused.', default: false }),
  options: Type.Optional(
    Type.Array(option, { title: 'Options', description: 'What can be chosen, for `select` and `radio`.', minItems: 1 }),
  ),
  initial: Type.Optional(Type.String({ title: 'Initial value', description: 'Filled in beforehand; for `check`, `true` ticks the box.' })),
})
export type PromptField = Static<typeof field>

export const settings = Type.Object({
  title: localText({ title: 'Title', description: 'The heading of the page.' }),
  fields: Type.Array(field, {
    title: 'Fields',
    description: 'What is asked, in this order. At most one password; each key once.',
    minItems: 1,
  }),
})
export type PromptSettings = Static<typeof settings>

export const passwordField = (settings: PromptSettings): PromptField | undefined =>
  settings.fields.find((field) => field.type === 'password')

/** The second input of a password. */
export const repeatKey = (field: PromptField): string => `${field.key}-repeat`
