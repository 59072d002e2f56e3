/** Everything that is sent to people by templates. */
export const mailMessages = [
  'test',
  'event',
  'password-changed',
  'email-changed',
  'token-created',
  'new-browser',
  'account-disabled',
  'recovery',
  'code',
  'authenticator-added',
  'authenticator-removed',
  'authenticators-reset',
] as const
export type MailMessage = (typeof mailMessages)[number]

/** What templates can show. All of it is text, and none of it is secret, links and codes apart. */
export type MailData = {
  readonly brand: { readonly name: string; readonly color: string }
  /** Of the server; empty where nobody has said it. */
  readonly address: string
  /** `name` is empty where there is none that can be shown. */
  readonly user: { readonly name: string; readonly username: string }
  /** When it happened, as the language writes it. */
  readonly at: string
}

/** What the template `event` can show beside it. */
export type EventMailData = MailData & {
  readonly event: {
    readonly id: string
    readonly action: string
    /** Who did it, where, and by which program; empty where it is not known. */
    readonly user: string
    readonly application: string
    readonly ip: string
    readonly userAgent: string
    readonly details: readonly { readonly name: string; readonly value: string }[]
    /** Further events are left out for a while. */
    readonly held: boolean
  }
}

/** What the template `new-browser` can show beside it. */
export type SignInMailData = MailData & {
  readonly signIn: {
    /** `Firefox 140`, `Windows`, `192.0.2.1`; empty where it is not known. */
    readonly browser: string
    readonly system: string
    readonly ip: string
    /** Address of the page where sessions are ended and the password is changed. */
    readonly security: string
  }
}

/** What the template `recovery` can show beside it. */
export type LinkMailData = MailData & {
  readonly link: {
    /** It is a secret until it was used. */
    readonly url: string
    /** How long it works, in words: `30 minutes`. */
    readonly lifetime: string
  }
}

/** What the template `code` can show beside it. */
export type CodeMailData = MailData & {
  readonly code: {
    /** Digits. They are a secret until they were used. */
    readonly digits: string
    /** How long they work, in words: `10 minutes`. */
    readonly lifetime: string
  }
}

/** What the templates `authenticator-added`, `authenticator-removed` and `authenticators-reset` can show beside it. */
export type AuthenticatorMailData = MailData & {
  readonly authenticator: {
    /** What people call its kind, e.g. `Authenticator app`; empty where all were removed. */
    readonly label: string
    /** Why all were removed, as an administrator has written it; else empty. */
    readonly reason: string
    /** Address of the page where people look after their authenticators. */
    readonly security: string
  }
}

const time = new Map<string, Intl.DateTimeFormat>()

/** A moment in UTC, since nobody knows where the reader is. */
export const written = (at: number, locale: string): string => {
  const format = time.get(locale) ?? new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  time.set(locale, format)
  return `${format.format(at)} UTC`
}

/** Seconds in words: hours where they are whole, else minutes. */
export const lasting = (seconds: number, locale: string): string => {
  const [value, unit] = seconds % 3600 === 0 ? [seconds / 3600, 'hour'] : [Math.ceil(seconds / 60), 'minute']
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

/** For trying templates. */
export const sampleData = (brand: MailData['brand'], address: string, locale: string): MailData => ({
  brand,
  address,
  user: { name: 'Ada Lovelace', username: 'ada' },
  at: written(Date.UTC(2030, 0, 31, 9, 30), locale),
})

/** Where in the portal people end their sessions and change their password. */
export const securityPage = (origin: string): string => `${origin}/if/user/security`

/** For trying the template of sign-ins. */
export const sampleSignIn = (address: string): SignInMailData['signIn'] => ({
  browser: 'Firefox 140',
  system: 'Windows',
  ip: '192.0.2.1',
  security: securityPage(address),
})

/** For trying the template of links. The link leads nowhere. */
export const sampleLink = (address: string, locale: string): LinkMailData['link'] => ({
  url: `${address}/if/flow/recovery-by-email/?link=…`,
  lifetime: lasting(30 * 60, locale),
})

/** For trying the template of codes. */
export const sampleCode = (locale: string): CodeMailData['code'] => ({ digits: '012345', lifetime: lasting(10 * 60, locale) })

/** For trying the templates of authenticators. */
export const sampleAuthenticator = (address: string): AuthenticatorMailData['authenticator'] => ({
  label: 'Authenticator app',
  reason: 'The telephone was lost.',
  security: securityPage(address),
})

/** For trying the template of events. */
export const sampleEvent: EventMailData['event'] = {
  id: '00000000-0000-7000-8000-000000000000',
  action: 'login_failed',
  user: 'ada',
  application: 'wiki',
  ip: '192.0.2.1',
  userAgent: 'Browser',
  details: [{ name: 'stage', value: 'password' }],
  held: false,
}
