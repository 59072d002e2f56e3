import type { Field, Message, Node, Screen } from '../api/index.ts'
import { anything, assumed } from './assume.ts'
import { type Program, type Step } from './program.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Something that a page asks for. A choice between buttons is one too. `T`: how texts are given. */
export type AskedField<T = Message> = {
  readonly name: string
  readonly input: Field['input'] | 'button'
  readonly label?: T
  readonly required: boolean
  readonly options?: readonly string[]
}

type Answered = {
  readonly fields: readonly AskedField[]
  readonly answer: Record<string | symbol, unknown>
  readonly answered: readonly string[]
  readonly lacking: readonly AskedField[]
  readonly assumed: string | undefined
}

/** How what a simulation is told is found. */
type Given = { readonly answers: Fields; readonly user?: { readonly username: string } | undefined; readonly assume?: boolean | undefined }

const buttonsOf = (nodes: readonly Node[]): readonly AskedField[] => {
  const named = nodes.flatMap((node) =>
    node.node === 'button' && node.name !== undefined ? [{ name: node.name, value: node.value ?? '' }] : [],
  )
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, buttons]) => ({
    name,
    input: 'button',
    required: true,
    options: buttons.map(({ value }) => value),
  }))
}

const fieldOf = (field: Field): AskedField => ({
  name: field.name,
  input: field.input,
  ...('label' in field && { label: field.label }),
  required: 'required' in field && (field.required ?? false),
  ...('options' in field && { options: field.options.map(({ value }) => value) }),
})

/** What a browser would send for a field that nobody touched. */
const untouched = (field: Field, user: Given['user']): unknown => {
  if (field.input === 'check') return field.checked ? 'on' : undefined
  const value = 'value' in field ? field.value : undefined
  if (value) return value
  if (user && 'autocomplete' in field && field.autocomplete?.split(' ').includes('username')) return user.username
  return field.input === 'radio' || field.input === 'select' || field.input === 'hidden' || field.required ? undefined : ''
}

const own = (answers: Fields, step: string, name: string): unknown =>
  [`${step}.${name}`, name].map((key) => (Object.hasOwn(answers, key) ? answers[key] : undefined)).find((value) => value !== undefined)

/** Fills a page in, and says what is lacking. A choice between buttons is nobody's but the user's, so it needs an answer, unless there is none. */
export function answerTo(program: Program, stepId: string, { nodes }: Screen, { answers, user, assume }: Given): Answered {
  const inputs = nodes.filter((node) => node.node === 'field')
  const buttons = buttonsOf(nodes)
  const fields = [...inputs.filter(({ input }) => input !== 'hidden').map(fieldOf), ...buttons]
  const answer: Record<string | symbol, unknown> = {}
  const answered: string[] = []
  const lacking: AskedField[] = []

  const take = (field: AskedField | undefined, name: string, standard: unknown) => {
    const said = own(answers, stepId, name)
    const value = said ?? standard
    if (value !== undefined) answer[name] = value
    else if (field?.required) lacking.push(field)
    if (said !== undefined || (value !== undefined && value !== '' && field)) answered.push(name)
    return said !== undefined
  }
  const wasSaid = [
    ...inputs.map((input) =>
      take(
        fields.find(({ name }) => name === input.name),
        input.name,
        untouched(input, user),
      ),
    ),
    ...buttons.map((button) => take(button, button.name, button.options?.length === 1 ? button.options[0] : undefined)),
  ].includes(true)

  const step = program.instructions.find((one): one is Step & { is: 'stage' } => one.is === 'stage' && one.id === stepId)
  const said = answers[`${stepId}.proves`]
  const first = step?.stage.proves?.[0] ?? (step?.stage.authenticators ? anything : undefined)
  const proof = assume && !wasSaid ? (typeof said === 'string' ? said : first) : undefined
  if (proof === undefined) return { fields, answer, answered, lacking, assumed: undefined }
  return { fields, answer: { [assumed]: proof }, answered: [], lacking: [], assumed: proof }
}
