import type { Clock, Events, Passwords, Users, UsersWrite } from '../api/index.ts'
import type { OperatorLinks } from '../access/links.ts'
import type { Database } from '../data/database.ts'
import { Conflict, type EffectHandlers } from '../data/effects.ts'
import { type ControlHandlers, Refused, type ServerStatus, type Superuser } from './control.ts'

/** What local commands work with: the running server's parts, or parts opened for one command. */
export type ActionParts = {
  readonly database: Database
  readonly users: Users
  readonly usersWrite: UsersWrite
  readonly passwords: Passwords
  readonly effects: EffectHandlers
  readonly links: OperatorLinks
  readonly events: Events
  readonly clock: Clock
  /** Where links lead, e.g. `https://id.example.com`. */
  readonly origin: string
}

/** The same as where people choose a password in a flow. */
const shortestPassword = 8
const linkLifetime = 3600

const checked = ({ username, password }: Superuser): void => {
  if (username.trim() !== username || username === '')
    throw new Refused(`the user name "${username}" must not be empty or have spaces at its ends`)
  if ([...password].length < shortestPassword) throw new Refused(`the password is too short; ${shortestPassword} characters are the least`)
}

const why = (conflict: Conflict, { username }: Superuser): string =>
  'username' in conflict.errors
    ? `the user name "${username}" is taken or not allowed; choose another (1 to 150 characters, no control characters)`
    : `not possible because of: ${Object.keys(conflict.errors).join(', ')}`

/** Makes a user with the role `admin`. From then on no set-up link is offered. */
const createSuperuser =
  ({ database, usersWrite, passwords, effects, events, clock }: ActionParts): ControlHandlers['create-superuser'] =>
  async (input) => {
    checked(input)
    const { username, name, email, password } = input
    const hash = await passwords.hash(password)
    const { id, effect } = usersWrite.create({ username, ...(name && { name }), ...(email && { email }) }, { roles: ['admin'] })
    const now = clock.now().getTime()
    try {
      await database.transaction(async (tx) => {
        for (const { effect: kind, data } of [effect, passwords.set(id, hash)]) await effects[kind]!(tx, data, now)
        await tx
          .insertInto('settings_state')
          .values({ key: 'setup-completed', value: JSON.stringify(true) })
          .onConflict((conflict) => conflict.column('key').doNothing())
          .execute()
      })
    } catch (error) {
      throw error instanceof Conflict ? new Refused(why(error, input)) : error
    }
    await events.record({ action: 'user.created', userId: id, detail: { by: 'createsuperuser' } })
    return { id, username }
  }

/** Makes a link by which one user chooses a new password, once, within an hour. */
const recoveryLink =
  ({ users, links, events, clock, origin }: ActionParts): ControlHandlers['recovery-link'] =>
  async ({ user: identifier }) => {
    const user = await users.find(identifier, ['username', 'email'])
    if (!user) throw new Refused(`there is no user "${identifier}" (or several with this e-mail address; give the user name then)`)
    if (!user.enabled) throw new Refused(`the user "${user.username}" is disabled and could not sign in; enable the user first`)
    const expiresAt = new Date(clock.now().getTime() + linkLifetime * 1000)
    const path = await links.create({ flow: 'recovery-link', user: { id: user.id, username: user.username }, lifetime: linkLifetime })
    await events.record({ action: 'recovery.link-created', userId: user.id, detail: { by: 'recover' } })
    return { url: new URL(path, origin).href, expiresAt: expiresAt.toISOString() }
  }

/** What the running server does for local commands. */
export const controlHandlers = (parts: ActionParts, status: ServerStatus): ControlHandlers => ({
  'create-superuser': createSuperuser(parts),
  'recovery-link': recoveryLink(parts),
  status: async () => status,
})
