import Type from 'typebox'
import { type Level, standardLevels } from '../access/factors.ts'
import { durationHint, durationPattern, durationSeconds } from '../api/duration.ts'

const day = 86_400

const duration = (title: string, description: string) =>
  Type.Optional(Type.String({ title, description, pattern: durationPattern, 'x-hint': durationHint }))

const level = Type.Object({
  acr: Type.String({
    title: 'Name',
    description: 'What applications ask for as `acr_values`, and are told as `acr`.',
    pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$',
    'x-hint': 'printable ASCII without spaces, quotes and backslashes',
  }),
  factors: Type.Optional(
    Type.Integer({ title: 'Factors', description: 'How many different factors must be proved.', minimum: 1, maximum: 3, default: 1 }),
  ),
  methods: Type.Optional(
    Type.Array(Type.String({ title: 'Method', description: 'E.g. `passkey` or `totp`.', minLength: 1, maxLength: 100 }), {
      title: 'Methods',
      description: 'One of them must be among what was proved.',
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
    }),
  ),
})

/** The section `mfa` of settings. */
export const mfaSchema = Type.Object({
  require: Type.Optional(
    Type.Boolean({
      title: 'Require MFA for all users',
      description:
        'Whoever has no second factor sets one up at the next sign-in, before anything else. No flow signs anybody in without one.',
      default: false,
    }),
  ),
  grace: duration(
    'Grace period',
    'How long after the first sign-in that asks for it somebody may put off setting up a second factor. Without one: not at all.',
  ),
  trust: duration(
    'Trusted browsers',
    'How long people may choose not to be asked for a second factor again at a browser. Without one: not at all.',
  ),
  recent: duration(
    'Used recently',
    'How long nobody is asked again who has proved a second factor at the same browser. Without one: always asked.',
  ),
  levels: Type.Optional(
    Type.Array(level, {
      title: 'Levels',
      description: 'Levels of authentication that applications can ask for, the weakest first. Without any: `1`, `2` and `phr`.',
      maxItems: 20,
    }),
  ),
})

/** Durations in seconds. */
export type MfaSettings = {
  readonly require: boolean
  readonly grace: number
  readonly trust: number
  readonly recent: number
  readonly levels: readonly Level[]
}

const bounds = { grace: 365 * day, trust: 400 * day, recent: day } as const
type Name = keyof typeof bounds

/** What is written, read, and what is wrong with it. */
export const mfaOf = ({
  require = false,
  levels,
  ...written
}: Type.Static<typeof mfaSchema>): {
  readonly mfa: MfaSettings
  readonly problems: readonly { readonly path: readonly (string | number)[]; readonly message: string }[]
} => {
  const problems: { path: readonly (string | number)[]; message: string }[] = []
  const seconds = (name: Name): number => {
    const text = written[name]
    const value = text === undefined ? 0 : durationSeconds(text)
    if (value > bounds[name]) problems.push({ path: [name], message: `"${text}" is too long; it may be ${bounds[name] / day}d at most` })
    return value
  }
  for (const [index, { acr }] of (levels ?? []).entries())
    if (levels?.findIndex((other) => other.acr === acr) !== index)
      problems.push({ path: ['levels', index, 'acr'], message: `two levels are named "${acr}"; give one of them another name` })
  return {
    mfa: {
      require,
      grace: seconds('grace'),
      trust: seconds('trust'),
      recent: seconds('recent'),
      levels: levels ? levels.map(({ acr, factors = 1, methods }) => ({ acr, factors, ...(methods && { methods }) })) : standardLevels,
    },
    problems,
  }
}
