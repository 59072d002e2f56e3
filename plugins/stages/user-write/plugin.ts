import {
  definePlugin,
  defineStage,
  deny,
  facts,
  know,
  msg,
  pass,
  ports,
  Type,
  type Effect,
  type Outcome,
  type Static,
  type Users,
  type UsersWrite,
  type UserFields,
} from 'sluice/plugin'
import { fieldsOf } from './fields.ts'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

const slugs = (ref: 'role' | 'group', title: string, description: string) =>
  Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$', 'x-hint': 'a slug: lower-case letters, digits and -', 'x-ref': ref }), {
    title,
    description,
    uniqueItems: true,
    default: [],
  })

const settings = Type.Object({
  mode: Type.Enum(['create', 'update', 'create-or-update'], {
    title: 'Mode',
    description: '`create` a new user, `update` the one that the flow knows, or update if it knows one and else create.',
  }),
  roles: slugs('role', 'Roles', 'Roles that a created user gets, by slug.'),
  groups: slugs('group', 'Groups', 'Groups that a created user joins, by slug.'),
})

type Directory = { readonly users: Users; readonly write: UsersWrite }
type Written = { readonly id: string; readonly username: string; readonly effects: readonly Effect[] }

/** If the directory refuses what was typed, e.g. a user name that is taken, the prompt that asked is shown again. */
const back = facts.data.name

function create({ write }: Directory, fields: Partial<UserFields>, { roles, groups }: Static<typeof settings>): Written | undefined {
  const { username } = fields
  if (!username) return undefined
  const { id, effect } = write.create({ ...fields, username }, { roles, groups, back })
  return { id, username, effects: [effect] }
}

async function update({ users, write }: Directory, id: string, fields: Partial<UserFields>): Promise<Written | undefined> {
  const user = await users.get(id)
  if (!user) return undefined
  const username = fields.username ?? user.username
  if (Object.keys(fields).length === 0) return { id, username, effects: [] }
  // Only what was asked changes: attributes that no prompt asked for stay.
  const attributes = fields.attributes && { attributes: { ...user.attributes, ...fields.attributes } }
  return { id, username, effects: [write.update(id, { ...fields, ...attributes }, { back })] }
}

export const stage = defineStage({
  kind: 'user-write',
  settings,
  answer: Type.Object({}),
  needs: [facts.data],
  gives: [facts.user],
  use: { users: ports.users, write: ports.usersWrite, passwords: ports.passwords },

  async show({ settings, use, need, peek }): Promise<Outcome<never>> {
    const fields = fieldsOf(need(facts.data))
    const known = settings.mode === 'create' ? undefined : peek(facts.user)
    if (!known && settings.mode === 'update') return deny(msg('user-write.nobody'))

    const written = known ? await update(use, known.id, fields) : create(use, fields, settings)
    if (!written) return deny(known ? msg('user-write.gone') : msg('user-write.no-username'))

    const { id, username, effects } = written
    const password = peek(facts.newPassword)
    return pass({
      know: [know(facts.user, { id, username })],
      do: password ? [...effects, use.passwords.set(id, password.hash)] : effects,
    })
  },
  submit: () => deny(msg('user-write.no-page')),
})

export default definePlugin({ id: 'user-write', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
