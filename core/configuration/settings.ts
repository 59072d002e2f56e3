import { durationSeconds } from '../api/duration.ts'
import { type Item, problemOf } from './document.ts'
import { emailSchema, type EmailSettings } from './email-schema.ts'
import { retentionOf } from './event-settings.ts'
import { deviceOf, type DeviceSettings } from './device-settings.ts'
import { type MfaSettings, mfaOf } from './mfa-settings.ts'
import { keyRotation } from './key-settings.ts'
import type { SessionSettings } from './kinds.ts'
import type { Problem } from './problem.ts'
import type { Schema } from './schema.ts'
import { resolveSecrets, sealSecrets } from './secrets.ts'
import { type TokenLifetimes, tokenLifetimes } from './token-settings.ts'
import type { DefaultFlows, Items } from './types.ts'

const shippedDefaults: DefaultFlows = {
  authentication: 'default-authentication',
  authorization: 'default-authorization-implicit-consent',
  invalidation: 'default-invalidation',
  recovery: 'default-recovery',
  passwordChange: 'default-password-change',
  authenticatorSetup: 'default-authenticator-setup',
}

type Settings = {
  /** Of sessions, in seconds, where a flow says nothing. */
  readonly lifetime: number | undefined
  readonly defaultFlows: DefaultFlows
  readonly tokens: TokenLifetimes
  /** Milliseconds; undefined: signing keys are rotated by hand alone. */
  readonly rotateKeysEvery: number | undefined
  /** Undefined: no mail is sent. */
  readonly email: EmailSettings | undefined
  readonly mfa: MfaSettings
  readonly device: DeviceSettings
  /** Of events, in seconds. */
  readonly eventRetention: number
}

/** Seconds: nobody waits longer for a mail server. */
const longestTimeout = 120

/** What the schema cannot say of the section `email`, by field. */
const emailProblems = ({ security, username, password, timeout }: Omit<EmailSettings, 'password'> & { readonly password?: unknown }) => [
  ...(username !== undefined && password === undefined
    ? [['username', 'a user name needs a password beside it; write one, or leave both out']]
    : []),
  ...(password !== undefined && username === undefined
    ? [['password', 'a password needs a user name beside it; write one, or leave both out']]
    : []),
  ...(password !== undefined && security === 'none'
    ? [['security', 'a password is not sent unencrypted; use starttls or tls, or leave user name and password out']]
    : []),
  ...(timeout > longestTimeout ? [['timeout', `it may be ${longestTimeout}s at most`]] : []),
]

/** Settings of e-mail as they are used; of sections that are wrong, the lines are added to `problems`. */
const linkEmail = (item: Item | undefined, problems: Problem[]): EmailSettings | undefined => {
  if (!item?.sound) return undefined
  const schema = emailSchema as unknown as Schema
  const resolved = resolveSecrets(schema, item.spec, item.document.secrets)
  const { timeout, ...rest } = resolved.value as Omit<EmailSettings, 'timeout'> & { readonly timeout: string }
  const settings = { ...rest, timeout: durationSeconds(timeout) }
  const found = [
    ...resolved.problems.map(({ path = [], message }) => problemOf(item, path, message)),
    ...emailProblems(settings).map(([name = '', message = '']) => problemOf(item, [name], message)),
  ]
  problems.push(...found)
  return found.length > 0 ? undefined : (sealSecrets(schema, settings) as EmailSettings)
}

const linkTokens = (item: Item | undefined, problems: Problem[]): TokenLifetimes => {
  const { lifetimes, problems: found } = tokenLifetimes(item?.spec ?? {})
  if (item) problems.push(...found.map(({ name, message }) => problemOf(item, [name], message)))
  return lifetimes
}

const linkEvents = (item: Item | undefined, problems: Problem[]): number => {
  const { seconds, problem } = retentionOf(item?.spec ?? {})
  if (item && problem) problems.push(problemOf(item, ['retention'], problem))
  return seconds
}

const linkKeys = (item: Item | undefined, problems: Problem[]): number | undefined => {
  const { every, problem } = keyRotation(item?.spec ?? {})
  if (item && problem !== undefined) problems.push(problemOf(item, ['rotateEvery'], problem))
  return every
}

const linkDevice = (item: Item | undefined, problems: Problem[]): DeviceSettings => {
  const { device, problems: found } = deviceOf(item?.sound ? item.spec : {})
  if (item) problems.push(...found.map(({ path, message }) => problemOf(item, path, message)))
  return device
}

const linkMfa = (item: Item | undefined, problems: Problem[]): MfaSettings => {
  const { mfa, problems: found } = mfaOf(item?.sound ? item.spec : {})
  if (item) problems.push(...found.map(({ path, message }) => problemOf(item, path, message)))
  return mfa
}

/** What settings say for all. What is wrong is added to `problems`. */
export const linkSettings = (items: Items, problems: Problem[]): Settings => {
  const { lifetime } = (items.get('sessions')?.spec ?? {}) as SessionSettings
  const flows = (items.get('flows')?.spec ?? {}) as Partial<DefaultFlows>
  return {
    lifetime: lifetime === undefined ? undefined : durationSeconds(lifetime),
    defaultFlows: { ...shippedDefaults, ...flows },
    rotateKeysEvery: linkKeys(items.get('keys'), problems),
    tokens: linkTokens(items.get('tokens'), problems),
    mfa: linkMfa(items.get('mfa'), problems),
    device: linkDevice(items.get('device'), problems),
    email: linkEmail(items.get('email'), problems),
    eventRetention: linkEvents(items.get('events'), problems),
  }
}
