import type { Field, Message, Node, Screen, WebAuthn } from '../api/index.ts'
import { anything, assumed } from './assume.ts'
import { type Program, type Step } from './program.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Something that a page asks for. A choice between buttons is one too. `T`: how texts are given. */
export type AskedField<T = Message> = {
  readonly name: string
  readonly input: Field['input'] | 'webauthn' | 'button'
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

/** `standard`: what is sent where nothing is said. */
type Choice = AskedField & { readonly standard: string | undefined }

/** A way aside is nobody's who does not say so, unless there is no other button. */
const isWayOn = (node: Node): boolean => node.node === 'button' && !node.skips

const choicesOf = (nodes: readonly Node[]): readonly Choice[] => {
  const named = nodes.flatMap((node) =>
    node.node === 'button' && node.name !== undefined ? [{ ...node, name: node.name, value: node.value ?? '' }] : [],
  )
  const onlyAside = !nodes.some((node) => isWayOn(node) || node.node === 'webauthn')
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, buttons]) => {
    const ways = onlyAside ? buttons : buttons.filter(isWayOn)
    return {
      name,
      input: 'button',
      required: ways.length > 0,
      options: buttons.map(({ value }) => value),
      standard: ways.length === 1 ? ways[0]!.value : undefined,
    }
  })
}

/** What a browser fills in is required where no button leads on without it. */
const webauthnOf = ({ name, label }: WebAuthn, nodes: readonly Node[]): AskedField => ({
  name,
  input: 'webauthn',
  label,
  required: !nodes.some(isWayOn),
})

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

/** Is a page sent as it is, whatever its fields hold: by what the browser filled in, or by a way aside? */
const isSentAsItIs = (nodes: readonly Node[], said: (name: string) => unknown): boolean =>
  nodes.some((node) => {
    if (node.node === 'webauthn') return said(node.name) !== undefined
    return node.node === 'button' && node.skips && node.name !== undefined && said(node.name) === (node.value ?? '')
  })

/** Fills a page in, and says what is lacking. A choice between buttons is nobody's but the user's, so it needs an answer, unless there is none. */
export function answerTo(program: Program, stepId: string, { nodes }: Screen, { answers, user, assume }: Given): Answered {
  const inputs = nodes.filter((node) => node.node === 'field')
  const filledIn = nodes.filter((node) => node.node === 'webauthn').map((node) => webauthnOf(node, nodes))
  const choices = choicesOf(nodes)
  const fields = [
    ...inputs.filter(({ input }) => input !== 'hidden').map(fieldOf),
    ...filledIn,
    ...choices.map(({ standard: _, ...choice }) => choice),
  ]
  const answer: Record<string | symbol, unknown> = {}
  const answered: string[] = []
  const lacking: AskedField[] = []
  const said = (name: string) => own(answers, stepId, name)
  const asItIs = isSentAsItIs(nodes, said)

  const take = (name: string, standard?: unknown) => {
    const field = fields.find((one) => one.name === name)
    const given = said(name)
    const value = given ?? standard
    if (value !== undefined) answer[name] = value
    else if (field?.required && !asItIs) lacking.push(field)
    if (given !== undefined || (value !== undefined && value !== '' && field)) answered.push(name)
    return given !== undefined
  }
  const wasSaid = [
    ...inputs.map((input) => take(input.name, untouched(input, user))),
    ...filledIn.map(({ name }) => take(name)),
    ...choices.map(({ name, standard }) => take(name, asItIs ? undefined : standard)),
  ].includes(true)

  const step = program.instructions.find((one): one is Step & { is: 'stage' } => one.is === 'stage' && one.id === stepId)
  const proves = answers[`${stepId}.proves`]
  // A page that can be answered as it is, such as one that asks who somebody is, needs nothing to be taken for granted.
  const needsProof = lacking.length > 0 || !fields.some(({ input }) => input !== 'button')
  const first = step?.stage.proves?.[0] ?? (step?.stage.authenticators && needsProof ? anything : undefined)
  const proof = assume && !wasSaid ? (typeof proves === 'string' ? proves : first) : undefined
  if (proof === undefined) return { fields, answer, answered, lacking, assumed: undefined }
  return { fields, answer: { [assumed]: proof }, answered: [], lacking: [], assumed: proof }
}
