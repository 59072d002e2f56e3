import Type from 'typebox'

const named = (title: string, description: string) => Type.Optional(Type.String({ title, description, minLength: 1, maxLength: 150 }))
const instant = (title: string, description: string) =>
  Type.Optional(
    Type.String({ title, description: `${description} ISO 8601, e.g. 2026-01-31T08:00:00+01:00.`, minLength: 1, maxLength: 40 }),
  )

const expression = Type.String({
  title: 'an expression',
  description: 'JavaScript that is true or false.',
  minLength: 1,
  maxLength: 65_536,
  'x-widget': 'code',
})

/** One of `policy`, `group`, `user`, `role`, `method`, `level`, `expression`; that it is exactly one is said where it is compiled, with its place. */
const binding = Type.Object(
  {
    policy: named('Policy', 'Slug of a policy.'),
    group: named('Group', 'Slug of a group that the user is in.'),
    user: named('User', 'User name.'),
    role: named('Role', 'Slug of a role that the user has.'),
    method: named('Method', 'Something that the user has proved, e.g. `passkey` or `totp`.'),
    level: named(
      'Level',
      'A level of authentication that the user has reached, e.g. `2` or `phr`. Where it alone is missing, an application asks for it.',
    ),
    expression: Type.Optional(Type.String({ ...expression, title: 'Expression' })),
    negate: Type.Optional(Type.Boolean({ title: 'Negate', description: 'Yes becomes no and no yes. A failure stays one.' })),
    from: instant('From', 'Before it the binding takes no part.'),
    until: instant('Until', 'From then on the binding takes no part.'),
  },
  { title: 'Binding', description: 'Asks one thing.' },
)

const bindings = Type.Array(binding, { title: 'a list of bindings', description: 'Any of them suffices.', minItems: 1, maxItems: 100 })

/** A condition as configuration writes it (`WrittenCondition`). */
export const condition = (options: { readonly title: string; readonly description: string }) =>
  Type.Union(
    [
      expression,
      bindings,
      Type.Object(
        {
          mode: Type.Optional(
            Type.Enum(['any', 'all'], { title: 'Mode', description: 'Does one binding suffice (any, the default), or must all say yes?' }),
          ),
          bindings: Type.Array(binding, { title: 'Bindings', description: 'What is asked.', maxItems: 100 }),
        },
        { title: 'a map with mode and bindings', description: 'Several bindings and how they decide together.' },
      ),
    ],
    { ...options, 'x-widget': 'condition' },
  )
