import type { Clock, Events, Passwords, Users, UsersWrite } from '../api/index.ts'
import { type Links, setupLink } from '../access/links.ts'
import { isPattern, unknownPermission } from '../access/permissions.ts'
import { createToken } from '../access/tokens.ts'
import { configurationCommands } from '../configuration/commands.ts'
import { resealAll } from '../configuration/reseal.ts'
import { didYouMean } from '../configuration/suggest.ts'
import type { Plane } from '../configuration/plane-types.ts'
import type { Database } from '../data/database.ts'
import { troublesOfJobs } from '../jobs/look.ts'
import { Conflict, type EffectHandlers } from '../data/effects.ts'
import type { Chain } from '../events/chain.ts'
import { verifyEvents } from '../events/verify.ts'
import type { Rotation } from '../keys/rotation.ts'
import { type Seal, Unsealable } from '../keys/seal.ts'
import { noMailServer } from '../mail/mailer.ts'
import type { Notices } from '../mail/notices.ts'
import type { Templates } from '../mail/templates.ts'
import { testMail } from '../mail/test-mail.ts'
import { sendOnce } from '../mail/transport.ts'
import { MailError } from '../mail/types.ts'
import type { Deliveries } from '../sinks/deliveries.ts'
import { listKeys, rotateByHand } from './key-actions.ts'
import { type ControlHandlers, Refused, type ServerStatus, type Superuser } from './control.ts'

/** What local commands work with: the running server's parts, or parts opened for one command. */
export type ActionParts = {
  readonly database: Database
  /** Loaded when a command asks for it: most do not. */
  readonly plane: () => Promise<Plane>
  readonly users: Users
  readonly usersWrite: UsersWrite
  readonly passwords: Passwords
  readonly effects: EffectHandlers
  readonly links: Links
  readonly events: Events
  readonly chain: () => Promise<Chain>
  readonly clock: Clock
  /** Opened when a command asks for it, as the plane. */
  readonly rotation: () => Promise<Rotation>
  readonly seal: () => Seal
  /** Tells people of changes of their accounts; none where no server runs that would send it. */
  readonly notices?: Notices
  /** Delivers to sinks; none where no server runs. */
  readonly deliveries?: Pick<Deliveries, 'test'>
  /** Of messages. */
  readonly templates: Pick<Templates, 'render'>
  /** Where links lead, e.g. `https://id.example.com`. */
  readonly origin: string
}

/** The same as where people choose a password in a flow. */
const shortestPassword = 8
const linkLifetime = 3600

const mustBeLong = (password: string): void => {
  if (Array.from(password).length < shortestPassword) {
    throw new Refused(`the password is too short; ${shortestPassword} characters are the least`)
  }
}

/** What people can put right, by the keys of the directory's messages. */
const reasons: Readonly<Record<string, (input: Superuser) => string>> = {
  'core.username-taken': ({ username }) => `there is a user "${username}" already; choose another name`,
  'core.username-invalid': ({ username }) =>
    `"${username}" cannot be a user name: 1 to 150 characters, no control characters, no spaces at its ends`,
  'core.name-unreadable': () =>
    'the full name has to be one line without control characters, and without such as turn the direction of text',
  'core.email-invalid': ({ email }) => `"${email}" is not an e-mail address`,
}

const why = ({ errors }: Conflict, input: Superuser): string =>
  Object.values(errors)
    .map((message) => ('key' in message ? (reasons[message.key]?.(input) ?? message.key) : message.text))
    .join('\n')

/** Makes a user with the role `admin`. From then on the set-up is over, and its link dead. */
const createSuperuser =
  ({ database, usersWrite, passwords, effects, links, events, clock }: ActionParts): ControlHandlers['create-superuser'] =>
  async (input) => {
    const { username, name, email, password } = input
    mustBeLong(password)
    const hash = await passwords.hash(password)
    const { id, effect } = usersWrite.create({ username, ...(name && { name }), ...(email && { email }) }, { roles: ['admin'] })
    const now = clock.now().getTime()
    try {
      await database.transaction(async (tx) => {
        for (const { effect: kind, data } of [effect, passwords.set(id, hash)]) await effects[kind]?.(tx, data, now)
      })
    } catch (error) {
      throw error instanceof Conflict ? new Refused(why(error, input)) : error
    }
    await links.revoke(setupLink)
    await events.record({ action: 'user.created', userId: id, detail: { by: 'createsuperuser' } })
    return { id, username }
  }

const found = async ({ users }: ActionParts, identifier: string) => {
  const user = await users.find(identifier, ['username', 'email'])
  if (!user) throw new Refused(`there is no user "${identifier}" (or several with this e-mail address; give the user name then)`)
  return user
}

/** Makes a link by which one user chooses a new password, once, within an hour. */
const recoveryLink =
  (parts: ActionParts): ControlHandlers['recovery-link'] =>
  async ({ user: identifier }) => {
    const { links, events, clock, origin } = parts
    const user = await found(parts, identifier)
    if (!user.enabled) throw new Refused(`the user "${user.username}" is disabled and could not sign in; enable the user first`)
    const expiresAt = new Date(clock.now().getTime() + linkLifetime * 1000)
    const path = await links.create({ flow: 'recovery-link', user: { id: user.id, username: user.username }, lifetime: linkLifetime })
    await events.record({ action: 'recovery.link-created', userId: user.id, detail: { by: 'recover' } })
    return { url: new URL(path, origin).href, expiresAt: expiresAt.toISOString() }
  }

const setPassword =
  (parts: ActionParts): ControlHandlers['set-password'] =>
  async ({ user: identifier, password }) => {
    const { database, passwords, effects, events, clock } = parts
    mustBeLong(password)
    const { id, username } = await found(parts, identifier)
    const { effect, data } = passwords.set(id, await passwords.hash(password))
    await database.transaction(async (tx) => effects[effect]?.(tx, data, clock.now().getTime()))
    await events.record({ action: 'user.password-set', userId: id, detail: { by: 'user password' } })
    return { id, username }
  }

const newToken =
  (parts: ActionParts): ControlHandlers['create-token'] =>
  async ({ user: identifier, name, scopes, expiresAt }) => {
    const { database, events, clock, notices } = parts
    const now = clock.now().getTime()
    const unknown = scopes?.find((scope) => !isPattern(scope))
    if (unknown !== undefined) throw new Refused(unknownPermission(unknown))
    const until = expiresAt === undefined ? undefined : new Date(expiresAt)
    if (until && until.getTime() <= now) throw new Refused(`${expiresAt} is over; choose a later time`)
    const { id: userId, username } = await found(parts, identifier)
    const { id, text } = await database.transaction(async (tx) => {
      await notices?.tell(tx, 'token-created', userId)
      return createToken(tx, { userId, name, scopes, expiresAt: until }, now)
    })
    await events.record({ action: 'token.created', userId, detail: { by: 'token create', token: { id, name } } })
    return { id, username, token: text, expiresAt: until?.toISOString() ?? null }
  }

const testEmail =
  ({ plane, events, templates, origin }: ActionParts): ControlHandlers['test-email'] =>
  async ({ to }) => {
    const { email, brandOf } = (await plane()).snapshot()
    if (!email) throw new Refused(noMailServer)
    try {
      const { response } = await sendOnce(email, testMail(templates, to, 'en', brandOf(origin), origin))
      await events.record({ action: 'email.tested', detail: { by: 'email test', to, sent: true } })
      return { to, response }
    } catch (error) {
      throw error instanceof MailError ? new Refused(error.message) : error
    }
  }

const testSink =
  ({ deliveries, plane, events }: ActionParts): ControlHandlers['test-sink'] =>
  async ({ slug }) => {
    if (!deliveries) throw new Refused('no server runs here that would deliver it; start one')
    const { sinks } = (await plane()).snapshot()
    const sink = sinks.get(slug)
    if (!sink) throw new Refused(`there is no sink "${slug}"${didYouMean(slug, sinks.keys()) || '; write one into the configuration'}`)
    const { delivered, said, milliseconds } = await deliveries.test(sink, {})
    const object = { kind: 'sinks', id: sink.slug, name: sink.name }
    await events.record({ action: 'sink.tested', detail: { by: 'sink test', object, delivered } })
    return { delivered, said, milliseconds }
  }

const reseal =
  ({ database, seal, events }: ActionParts): ControlHandlers['reseal'] =>
  async ({ dry }) => {
    try {
      const counts = await resealAll(database, seal(), { dry })
      if (!dry) await events.record({ action: 'secret-key.rotated', detail: { by: 'secret-key rotate', ...counts } })
      return counts
    } catch (error) {
      throw error instanceof Unsealable ? new Refused(error.message) : error
    }
  }

const keyParts = ({ database, rotation, clock }: ActionParts) => ({ database, rotation, now: () => clock.now().getTime() })

/** What local commands do, in the running server or, where none runs, in the command's own process. */
export const actionsOf = (parts: ActionParts): Omit<ControlHandlers, 'status' | 'simulate'> => ({
  ...configurationCommands(parts.plane, parts.events),
  'create-superuser': createSuperuser(parts),
  'recovery-link': recoveryLink(parts),
  'set-password': setPassword(parts),
  'create-token': newToken(parts),
  'test-email': testEmail(parts),
  'test-sink': testSink(parts),
  'verify-audit': async () => verifyEvents(parts.database, await parts.chain()),
  jobs: async () => ({ troubles: await troublesOfJobs(parts.database, parts.clock.now().getTime()) }),
  reseal: reseal(parts),
  'list-keys': async () => ({ keys: await listKeys(keyParts(parts)) }),
  'rotate-keys': async (wish) => ({ keys: await rotateByHand(keyParts(parts), wish) }),
})

/** What the running server does for local commands. */
export const controlHandlers = (parts: ActionParts, simulate: ControlHandlers['simulate'], status: ServerStatus): ControlHandlers => ({
  ...actionsOf(parts),
  simulate,
  status: async () => status,
})
