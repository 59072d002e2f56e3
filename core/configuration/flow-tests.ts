import Type from 'typebox'
import { mfaSchema } from './mfa-settings.ts'
import type { Expected } from '../engine/flow-tests.ts'
import { readDocument } from './document.ts'
import { type GroupSeed, kinds, type UserSeed } from './kinds.ts'
import { pretendedDevice } from './pretended-device.ts'
import type { Path, Position, Problem } from './problem.ts'
import { checkOf, closed, type Schema } from './schema.ts'
import { sealSecrets } from './secrets.ts'
import type { Seeds } from './types.ts'

const text = (title: string, description: string) => Type.Optional(Type.String({ title, description, minLength: 1 }))
const names = (title: string, description: string) => Type.Optional(Type.Array(Type.String(), { title, description }))

const given = Type.Object(
  {
    user: text('User', 'Who is at it, by user name.'),
    ip: text('Address', 'Where the browser is.'),
    at: Type.Optional(Type.String({ title: 'Time', description: 'When it is.', format: 'date-time' })),
    locale: text('Language', 'The language of the browser.'),
    userAgent: text('Browser', 'What the browser calls itself.'),
    application: text('Application', 'The application that waits for it.'),
    scopes: names('Scopes', 'What the application asks for.'),
    session: names('Session', 'The user is signed in by these methods.'),
    knownBrowser: Type.Optional(Type.Boolean({ title: 'Known browser', description: 'The user has signed in at it before.' })),
    trustedBrowser: Type.Optional(Type.Boolean({ title: 'Trusted browser', description: 'The user trusts it, as far as `mfa` allows.' })),
    device: Type.Optional(pretendedDevice),
    levels: names('Levels', 'Levels of authentication that the application asks for.'),
    mfa: Type.Optional(mfaSchema),
    mailed: Type.Optional(
      Type.Boolean({ title: 'Mailed', description: 'The link that opens the flow was mailed to the user; else an operator made it.' }),
    ),
    assume: Type.Optional(
      Type.Boolean({ title: 'Assume', description: 'Steps that prove something and have no answer are taken as passed.' }),
    ),
  },
  { title: 'Given', description: 'Who, where and when.' },
)

const expect = Type.Object(
  {
    ends: Type.Enum(['closed', 'denied', 'asks', 'failed'], { title: 'Ends', description: 'How it ends.' }),
    at: text('At', 'The step at which it was denied, asks or fails; `flow SLUG` or `application SLUG` where it may not be entered.'),
    passed: names('Passed', 'The steps that were passed, in their order.'),
    methods: names('Methods', 'What was proved.'),
    why: text('Why', 'The message, or its key.'),
    effects: names('Effects', 'What it would write, by name.'),
  },
  { title: 'Expected', description: 'What is to come of it.' },
)

const one = Type.Object({
  name: Type.String({ title: 'Name', description: 'What is to be seen.', minLength: 1 }),
  given: Type.Optional(given),
  answers: Type.Optional(
    Type.Object({}, { title: 'Answers', description: 'By field name, or by `<step>.<field>`.', additionalProperties: true }),
  ),
  expect,
})

const file = Type.Object({
  version: Type.Literal(1),
  flow: Type.String({ title: 'Flow', description: 'The slug of the flow.', minLength: 1 }),
  users: Type.Optional(Type.Object({}, { title: 'Users', description: 'Who is there.', additionalProperties: kinds.users.schema })),
  groups: Type.Optional(
    Type.Object({}, { title: 'Groups', description: 'Which groups are there.', additionalProperties: kinds.groups.schema }),
  ),
  authenticators: Type.Optional(
    Type.Record(Type.String(), Type.Array(Type.String()), {
      title: 'Authenticators',
      description: 'What users have set up, by user name.',
    }),
  ),
  cases: Type.Array(one, { title: 'Cases', description: 'What is tried.', minItems: 1 }),
})

export type FlowCase = {
  readonly name: string
  readonly given: Type.Static<typeof given>
  readonly answers: Readonly<Record<string, unknown>>
  readonly expect: Expected
  /** Where it is said what is expected. */
  readonly place: (key: string) => Position | undefined
}

/** A test of one flow: who is there, and what is tried. */
export type FlowTest = {
  readonly file: string
  readonly flow: string
  readonly flowPlace: Position | undefined
  readonly place: (path: Path) => Position | undefined
  readonly seeds: Seeds
  /** Kinds of authenticators that users have set up, by user name. */
  readonly authenticators: Readonly<Record<string, readonly string[]>>
  readonly cases: readonly FlowCase[]
}

const seeds = <T>(schema: Schema, items: object = {}): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(items).map(([name, item]) => [name, sealSecrets(schema, item as Record<string, unknown>) as T]))

/** Reads a `*.test.yaml`, or says everything that is wrong with it. */
export const readFlowTest = (content: string, name: string): { readonly test: FlowTest } | { readonly problems: readonly Problem[] } => {
  const read = readDocument(content, name)
  if ('problems' in read) return read
  const { value, at } = read.document
  const checked = checkOf(closed(file as Schema))(value)
  if ('problems' in checked) {
    return {
      problems: checked.problems.map(({ path, message }: { path: Path; message: string }) => ({ position: at(path), path, message })),
    }
  }
  const { flow, users, groups, authenticators = {}, cases } = checked.value as Type.Static<typeof file>
  return {
    test: {
      file: name,
      flow,
      flowPlace: at(['flow']),
      place: at,
      seeds: { users: seeds<UserSeed>(kinds.users.schema, users), groups: seeds<GroupSeed>(kinds.groups.schema, groups) },
      authenticators,
      cases: cases.map(({ name: title, given: about = {}, answers = {}, expect: expected }, index) => ({
        name: title,
        given: about,
        answers: answers as Readonly<Record<string, unknown>>,
        expect: expected,
        place: (key) => at(['cases', index, 'expect', key]),
      })),
    },
  }
}
