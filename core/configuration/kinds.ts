import Type from 'typebox'
import { lineOfText, linesOfText, secret } from '../api/index.ts'
import { brandSchema, mediaReference } from './brand-schema.ts'
import { condition } from './condition-schema.ts'
import { durationHint, durationPattern } from '../api/duration.ts'
import { emailSchema } from './email-schema.ts'
import { eventsSchema } from './event-settings.ts'
import type { Schema } from './schema.ts'
import { stepsSchema } from './step-schema.ts'
import { keysSchema } from './key-settings.ts'
import { deviceSchema } from './device-settings.ts'
import { mfaSchema } from './mfa-settings.ts'
import { tokensSchema } from './token-settings.ts'

/** One kind of object in a configuration document: a map of this name, keyed by slug. */
export type Kind = {
  readonly schema: Schema
  /** What a key has to be: a pattern, and the same in words. */
  readonly key: { readonly pattern: RegExp; readonly hint: string }
  /** Has secret fields of its own, beside those of settings. */
  readonly secrets?: boolean
  /** The objects are sections, each with a schema of its own. */
  readonly sections?: Readonly<Record<string, Schema>>
  /** Keys that addresses have already taken (architecture: addresses). */
  readonly reserved?: readonly string[]
}

const slug = {
  pattern: /^[a-z0-9][a-z0-9_-]{0,99}$/,
  hint: 'a slug: small letters, digits, - and _, starting with a letter or a digit, 100 at most',
}
/** Whether it can be read as an address, `x-url` says. */
const webAddress = '^https?://[^\\s\\\\]+$'
const username = {
  pattern: /^(?!\s)[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]{1,150}(?<!\s)$/u,
  hint: 'a user name: 1 to 150 characters, no control characters, no spaces at its ends',
}

const text = (title: string, description: string) => linesOfText({ title, description, minLength: 1, maxLength: 1000 })
const line = (title: string, description: string) => lineOfText({ title, description, minLength: 1, maxLength: 1000 })
/** `to`: the kind whose slug it is; what is named by it cannot be deleted, and follows when it is renamed. */
const reference = (title: string, description: string, to?: string) =>
  Type.String({ title, description, minLength: 1, maxLength: 100, ...(to !== undefined && { 'x-ref': to }) })
const unbuilt = (what: string) => Type.Optional(Type.Unsafe<never>({ 'x-unbuilt': what }))
/** Checked by the schema of the stage, policy or protocol that `type` names. */
const settings = Type.Optional(Type.Object({}, { title: 'Settings', description: 'Depends on the type.', additionalProperties: true }))

const designations = [
  'authentication',
  'authorization',
  'invalidation',
  'enrollment',
  'unenrollment',
  'recovery',
  'stage-configuration',
] as const

const flow = Type.Object({
  title: text('Title', 'Shown above the pages of the flow.'),
  designation: Type.Enum([...designations], { title: 'Designation', description: 'What the flow is for.' }),
  session: Type.Optional(
    Type.Object(
      {
        lifetime: Type.String({
          title: 'Lifetime',
          description: 'How long a session lasts that this flow opens.',
          pattern: durationPattern,
          'x-hint': durationHint,
        }),
        remember: unbuilt('"remember" is'),
      },
      { title: 'Session', description: 'The session that this flow opens.' },
    ),
  ),
  entry: Type.Optional(
    Type.Enum(['link', 'call'], {
      title: 'Entry',
      description: 'With `link`, only a one-time link opens the flow; with `call`, only other flows run it.',
    }),
  ),
  access: Type.Optional(
    condition({ title: 'Access', description: 'Who may enter the flow. Nobody is known yet where it begins with signing in.' }),
  ),
  steps: stepsSchema({ settings: settings as Schema, reference, slug }),
})

const provider = Type.Object({
  type: reference('Protocol', 'One of the protocols that plugins bring.'),
  name: Type.Optional(line('Name', 'Of the application that is made where no application names this provider.')),
  with: settings,
})

const flowsByUse = {
  authentication: Type.Optional(reference('Authentication', 'The flow that signs users in.', 'flows')),
  authorization: Type.Optional(reference('Authorization', 'The flow after it, e.g. asking for consent.', 'flows')),
  invalidation: Type.Optional(reference('Invalidation', 'The flow that signs users out.', 'flows')),
  recovery: Type.Optional(
    reference('Recovery', 'Where people go who forgot their password; pages lead there only while mail can be sent.', 'flows'),
  ),
}
const brand = brandSchema(flowsByUse)

const policy = Type.Object({
  type: reference('Type of policy', 'One of the policies that plugins bring.'),
  name: Type.Optional(line('Name', 'As administrators see it.')),
  with: settings,
})

/** Actions of events, as they are recorded: `login_failed`, `user.created`. */
const actionPattern = '^(\\*|[a-z][a-z0-9_-]*(\\.[a-z0-9_-]+)*(\\.\\*)?)$'

const sink = Type.Object({
  type: reference('Type of sink', 'One of the sinks that plugins bring.'),
  name: Type.Optional(line('Name', 'As administrators see it.')),
  enabled: Type.Optional(
    Type.Boolean({
      title: 'Enabled',
      description: 'A sink that is not enabled gets nothing, also not what waits for it.',
      'x-unset': true,
    }),
  ),
  on: Type.Array(
    Type.String({
      title: 'Event',
      description: 'The action of an event, e.g. `login_failed`; `user.*` and `*` stand for several.',
      pattern: actionPattern,
      maxLength: 100,
      'x-hint': 'the action of an event, such as `login_failed` or `user.created`; `user.*` for all that begin so, `*` for all',
    }),
    { title: 'Events', description: 'What is sent.', uniqueItems: true, minItems: 1, maxItems: 100 },
  ),
  with: settings,
})

const authenticator = Type.Object({
  type: reference('Type of authenticator', 'One of the authenticators that plugins bring.'),
  enabled: Type.Optional(
    Type.Boolean({
      title: 'Enabled',
      description: 'One that is not enabled can neither be set up nor used to sign in.',
      'x-unset': true,
    }),
  ),
  with: settings,
})

const application = Type.Object({
  name: line('Name', 'As people see it.'),
  provider: Type.Optional(reference('Provider', 'How it asks for sign-ins. Without one it is a link.', 'providers')),
  launchUrl: Type.Optional(
    Type.String({
      title: 'Address',
      description: 'Opened from the list of applications.',
      pattern: webAddress,
      'x-url': true,
      maxLength: 2000,
      'x-hint': 'a whole address that starts with http:// or https://',
    }),
  ),
  description: Type.Optional(text('Description', 'Shown in the list of applications.')),
  icon: mediaReference('Icon', 'Shown in the list of applications.'),
  brand: Type.Optional(reference('Brand', 'How its pages look, in place of that of the host.', 'brands')),
  flows: Type.Optional(Type.Object(flowsByUse, { title: 'Flows', description: 'In place of the default flows.' })),
  access: Type.Optional(condition({ title: 'Access', description: 'Who may open it. Everybody, where nothing is said.' })),
  backchannel: Type.Optional(Type.Array(Type.Unsafe<never>({ 'x-unbuilt': 'back-channel providers are' }))),
})

const user = Type.Object({
  name: Type.Optional(lineOfText({ title: 'Name', description: 'Full name.', maxLength: 1000 })),
  email: Type.Optional(Type.String({ title: 'E-mail', description: 'E-mail address.', maxLength: 320 })),
  enabled: Type.Optional(Type.Boolean({ title: 'Enabled', description: 'A user who is not enabled may not sign in.' })),
  groups: Type.Optional(
    Type.Array(reference('Group', 'A group.', 'groups'), {
      title: 'Groups',
      description: 'Groups the user is a member of.',
      uniqueItems: true,
    }),
  ),
  roles: Type.Optional(
    Type.Array(reference('Role', 'A role.', 'roles'), { title: 'Roles', description: 'Roles the user has.', uniqueItems: true }),
  ),
  attributes: Type.Optional(Type.Object({}, { title: 'Attributes', description: 'Anything else, as JSON.', additionalProperties: true })),
  password: Type.Optional(secret({ title: 'Password', description: 'Set only if the user has none.' })),
})

const group = Type.Object({
  name: Type.Optional(line('Name', 'As people see it; the slug where there is none.')),
  parents: Type.Optional(
    Type.Array(reference('Group', 'A group.', 'groups'), {
      title: 'Parents',
      description: 'Members of this group are members of these too.',
      uniqueItems: true,
    }),
  ),
  roles: Type.Optional(
    Type.Array(reference('Role', 'A role.', 'roles'), { title: 'Roles', description: 'Roles its members have.', uniqueItems: true }),
  ),
})

const role = Type.Object({
  name: line('Name', 'As people see it.'),
  description: Type.Optional(text('Description', 'What it is for.')),
  permissions: Type.Array(
    Type.String({ title: 'Permission', description: 'E.g. `users.view`; `users.*`, `*.view` and `*` stand for several.', maxLength: 100 }),
    { title: 'Permissions', description: 'What its holders may do.', uniqueItems: true, maxItems: 500, 'x-widget': 'permissions' },
  ),
})

const sections = {
  sessions: Type.Object({
    lifetime: Type.Optional(
      Type.String({
        title: 'Lifetime',
        description: 'How long a session lasts where the flow that opens it says nothing.',
        pattern: durationPattern,
        'x-hint': durationHint,
      }),
    ),
  }),
  tokens: tokensSchema,
  mfa: mfaSchema,
  device: deviceSchema,
  keys: keysSchema,
  email: emailSchema,
  events: eventsSchema,
  flows: Type.Object({
    ...flowsByUse,
    passwordChange: Type.Optional(
      reference('Changing the password', 'The flow by which people change their own password; for stage-configuration.', 'flows'),
    ),
    authenticatorSetup: Type.Optional(
      reference(
        'Setting up authenticators',
        'The flow by which people set up authenticators of their own; for stage-configuration.',
        'flows',
      ),
    ),
  }),
}
const claim = Type.Object(
  {
    path: Type.Optional(text('Path', 'Where the value stands, e.g. `user.email` or `user.attributes.department`.')),
    expression: Type.Optional(
      Type.String({
        title: 'Expression',
        description: 'JavaScript that comes to the value.',
        minLength: 1,
        maxLength: 65_536,
        'x-widget': 'code',
      }),
    ),
    value: Type.Optional(Type.Unsafe<unknown>({ title: 'Value', description: 'The same for everybody.' })),
  },
  { title: 'Claim', description: 'Comes from one of these.', 'x-widget': 'one-of' },
)

const scopeMapping = Type.Object({
  scope: Type.Optional(
    Type.String({
      title: 'Scope',
      description: 'What applications ask for. Defaults to the slug.',
      pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$',
      'x-hint': 'a scope: printable ASCII without spaces, quotes and backslashes',
    }),
  ),
  description: Type.Optional(text('Description', 'What the user is asked to allow.')),
  inTokens: Type.Optional(
    Type.Boolean({ title: 'In tokens', description: 'Also tell it in ID tokens, not only where the application asks for it (userinfo).' }),
  ),
  claims: Type.Record(Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' }), claim, {
    title: 'Claims',
    description: 'What the scope tells, by the name of the claim.',
    additionalProperties: false,
  }),
})

/** Addresses beside which an application's slug stands. */
const endpoints = ['authorize', 'token', 'userinfo', 'introspect', 'revoke', 'device', 'par', 'register']

/** Every kind that is built, in the order in which they are linked. */
export const kinds = {
  roles: { schema: role as Schema, key: slug },
  policies: { schema: policy as Schema, key: slug },
  authenticators: { schema: authenticator as Schema, key: slug },
  scopeMappings: { schema: scopeMapping as Schema, key: slug },
  flows: { schema: flow as Schema, key: slug, reserved: ['redirect'] },
  brands: { schema: brand as Schema, key: slug },
  providers: {
    schema: provider,
    key: slug,
    reserved: endpoints,
  },
  applications: {
    schema: application as Schema,
    key: slug,
    reserved: endpoints,
  },
  sinks: { schema: sink as Schema, key: slug },
  settings: {
    schema: { type: 'object' } as Schema,
    key: { pattern: /^/, hint: 'the name of a section' },
    sections: sections as Readonly<Record<string, Schema>>,
  },
  groups: { schema: group, key: slug },
  users: { schema: user as Schema, key: username, secrets: true },
} satisfies Readonly<Record<string, Kind>>

export type KindName = keyof typeof kinds
export const kindNames = Object.keys(kinds) as readonly KindName[]
/** What can be named: objects of a kind by their slugs, images by their ids. */
export type Referred = KindName | 'media'
/** Kinds whose objects are written to the directory; all others are revisions. */
export const isSeed = (kind: Referred): kind is 'users' | 'groups' => kind === 'users' || kind === 'groups'
/** The schema of an object: by its kind, or by its section. */
export const schemaOf = (kind: KindName, slug: string): Schema => {
  const { schema, sections: own }: Kind = kinds[kind]
  return own?.[slug] ?? schema
}

/** Kinds of the document's language that this version refuses by name. */
export const unbuiltKinds: readonly string[] = ['sources', 'invitations', 'outposts']

export type ScopeMappingSpec = Type.Static<typeof scopeMapping>
export type PolicySpec = Type.Static<typeof policy>
export type ProviderSpec = Type.Static<typeof provider>
export type AuthenticatorSpec = Type.Static<typeof authenticator>
export type SinkSpec = Type.Static<typeof sink>
export type BrandSpec = Type.Static<typeof brand>
export type ApplicationSpec = Type.Static<typeof application>
export type UserSeed = Type.Static<typeof user>
export type RoleSpec = Type.Static<typeof role>
export type SessionSettings = Type.Static<typeof sections.sessions>
export type GroupSeed = Type.Static<typeof group>
/** As it is written: durations are texts. */
export type WrittenFlow = Type.Static<typeof flow>
