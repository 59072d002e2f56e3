import Type, { type TSchema } from 'typebox'
import { permissions } from '../../access/permissions.ts'
import { type Json, lineOfText } from '../../api/index.ts'
import { imageTypes } from '../../media/image.ts'

export const instant = (description: string) => Type.String({ description, format: 'date-time' })
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const slugs = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 150 }), { description, uniqueItems: true, maxItems: 1000 })
const attributes = Type.Unsafe<Readonly<Record<string, Json>>>(
  Type.Object({}, { description: 'Anything else, as JSON.', additionalProperties: true }),
)

export const scopes = Type.Array(Type.String({ maxLength: 100 }), {
  description: `Permissions, as in roles: ${permissions[0]}, \`users.*\`, \`*.view\`, \`*\`.`,
  uniqueItems: true,
  maxItems: 200,
})

const username = Type.String({ description: 'What the user signs in with.', minLength: 1, maxLength: 150 })
const email = nullable(Type.String({ description: 'E-mail address; null: none.', maxLength: 320 }))

export const userFields = {
  username,
  name: Type.Optional(lineOfText({ description: 'Full name.', maxLength: 1000 })),
  email: Type.Optional(email),
  enabled: Type.Optional(Type.Boolean({ description: 'A user who is not may not sign in; disabling ends all sessions.' })),
  attributes: Type.Optional(attributes),
  groups: Type.Optional(slugs('Groups that the user is in directly, by slug.')),
  roles: Type.Optional(slugs('Roles that the user has directly, by slug.')),
}

export const user = Type.Object({
  id: Type.String(),
  username: Type.String(),
  name: Type.String(),
  email: nullable(Type.String()),
  emailVerified: Type.Boolean({ description: 'Has the user shown that the address is theirs?' }),
  enabled: Type.Boolean(),
  attributes,
  groups: slugs('Groups that the user is in directly, by slug.'),
  roles: slugs('Roles that the user has directly, by slug.'),
  hasPassword: Type.Boolean(),
  avatar: nullable(Type.String({ description: 'The path of the picture; null: none.' })),
  createdAt: instant('When the user was made.'),
  updatedAt: instant('When the user, or what belongs to the user, was changed last.'),
})

export const groupFields = {
  name: Type.Optional(lineOfText({ description: 'As people see it; the slug where there is none.', minLength: 1, maxLength: 1000 })),
  parents: Type.Optional(slugs('Groups whose members the members of this one are, too.')),
  roles: Type.Optional(slugs('Roles that its members have.')),
}
export const slug = Type.String({
  description: 'What the configuration calls it; it never changes.',
  pattern: '^[a-z0-9][a-z0-9_-]{0,99}$',
  'x-hint': 'a slug: small letters, digits, - and _, starting with a letter or a digit, 100 at most',
})
export const group = Type.Object({
  id: Type.String(),
  slug,
  name: Type.String(),
  parents: slugs('Groups whose members the members of this one are, too.'),
  roles: slugs('Roles that its members have.'),
})
/** As in lists: it has no part in the ETag of the group. */
export const groupWithMembers = Type.Object({
  ...group.properties,
  members: Type.Integer({ description: 'How many users are in it directly.' }),
})

export const owner = nullable(
  Type.Object({ id: Type.String(), username: Type.String(), name: Type.String() }, { description: 'Whose it is.' }),
)

export const token = Type.Object({
  id: Type.String(),
  user: Type.String({ description: "Its user's id." }),
  owner,
  current: Type.Boolean({ description: 'Is it the one of this very request?' }),
  name: Type.String(),
  scopes: nullable(scopes),
  createdAt: instant('When it was made.'),
  expiresAt: nullable(instant('When it ends; null: never.')),
  usedAt: nullable(instant('When it was used last, to the minute.')),
  bootstrap: nullable(Type.String({ description: 'The option that it was made from.' })),
})

export const session = Type.Object({
  id: Type.String(),
  user: Type.String({ description: "Its user's id." }),
  owner,
  current: Type.Boolean({ description: 'Is it the one of this very request?' }),
  methods: Type.Array(Type.String(), { description: 'How the user proved who they are, in order.' }),
  authenticatedAt: instant('When the user last did.'),
  createdAt: instant('When it was opened.'),
  expiresAt: instant('When it ends.'),
  seenAt: instant('When it was used last, to the minute.'),
  ip: Type.String(),
  userAgent: Type.String(),
})

export const device = Type.Object({
  id: Type.String(),
  user: Type.String({ description: "Its user's id." }),
  owner,
  kind: Type.String({ description: 'Of its authenticator, e.g. `totp`.' }),
  label: Type.String({ description: 'What people call such devices.' }),
  name: Type.String({ description: 'As its owner calls it; empty where they have not said.' }),
  description: nullable(Type.String({ description: 'What else is known of it.' })),
  enabled: Type.Boolean({ description: 'Is its authenticator in use?' }),
  isBackup: Type.Boolean({ description: 'For emergencies: having only this is not having a second factor.' }),
  broken: nullable(
    Type.Enum(['unreadable', 'failing'], {
      description:
        'Why nobody can prove anything by it; null: they can. `unreadable`: what is kept of it cannot be opened, e.g. since its key was lost; `failing`: its authenticator breaks at it. It counts as there, and can be removed.',
    }),
  ),
  createdAt: instant('When it was set up.'),
  lastUsedAt: nullable(instant('When somebody last proved who they are by it.')),
})

export const trustedBrowser = Type.Object({
  id: Type.String(),
  user: Type.String({ description: "Its user's id." }),
  owner,
  current: Type.Boolean({ description: 'Is it the one of this very request?' }),
  userAgent: Type.String({ description: 'What it called itself when it was trusted.' }),
  since: instant('Since when it is trusted.'),
  until: instant('Until when.'),
})

export const media = Type.Object({
  id: Type.String({ description: 'What the configuration names it by.' }),
  url: Type.String({ description: 'The path at which everybody may read it.' }),
  name: Type.String({ description: 'As people tell it from others.' }),
  type: Type.Enum([...imageTypes], { description: 'By what it is.' }),
  size: Type.Integer({ description: 'Bytes.' }),
  width: nullable(Type.Integer({ description: 'Pixels; null: an SVG image that does not say.' })),
  height: nullable(Type.Integer({ description: 'Pixels; null: an SVG image that does not say.' })),
  sha256: Type.String({ description: 'Of its bytes, in base64url.' }),
  user: nullable(Type.String({ description: 'Id of the user whose avatar it is; null: it is for the configuration.' })),
  uploadedBy: Type.String({ description: 'Id of the user who uploaded it.' }),
  createdAt: instant('When it was uploaded.'),
})

export const event = Type.Object({
  id: Type.String(),
  at: instant('When it happened.'),
  action: Type.String(),
  user: nullable(Type.String({ description: 'Id of who did it.' })),
  userName: nullable(Type.String({ description: 'What that user signs in with; null: nobody, or not there any more.' })),
  application: nullable(Type.String()),
  ip: Type.String(),
  userAgent: Type.String(),
  request: nullable(Type.String({ description: 'Reference of the request, as in the log.' })),
  detail: Type.Unknown(),
})
