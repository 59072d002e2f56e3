import type { DeviceSettings } from './device-settings.ts'
import type { Application, Provider, Providers, Sink } from '../api/index.ts'
import type { compileFlow } from '../engine/compile.ts'
import type { Program } from '../engine/program.ts'
import type { Factors } from '../access/factors.ts'
import type { Condition, ConfiguredPolicy } from '../policy/types.ts'
import type { ConfiguredBrand } from './brands.ts'
import type { Item } from './document.ts'
import type { EmailSettings } from './email-schema.ts'
import type { GroupSeed, UserSeed } from './kinds.ts'

/** The flows that an application's sign-ins and sign-outs run, and that of whoever cannot sign in to it: slugs. */
export type ApplicationFlows = Readonly<Record<'authentication' | 'authorization' | 'invalidation' | 'recovery', string>>
/** The flows that are run where nothing else is said. */
export type DefaultFlows = ApplicationFlows & Readonly<Record<'passwordChange' | 'authenticatorSetup', string>>
export type ConfiguredApplication = Application & {
  /** Of the stored object, if it is one. */
  readonly id?: string
  readonly description?: string
  /** The path of its icon. */
  readonly icon?: string
  /** The slug of the brand that its pages have. */
  readonly brand?: string
  readonly provider: string | undefined
  readonly flows: ApplicationFlows
  /** Who may open it; everybody, where there is none. */
  readonly access?: Condition
}
export type ConfiguredProvider = Provider<any> & { readonly protocol: string }

/** `gets`: does it get events of this action? `groups`: slugs of those that its settings name, whose members it tells of events. */
export type ConfiguredSink = {
  readonly slug: string
  readonly name: string
  readonly sink: Sink
  readonly settings: Readonly<Record<string, unknown>>
  readonly enabled: boolean
  readonly gets: (action: string) => boolean
  readonly groups: readonly string[]
  readonly hash: string
}

/** What its holders may do: permissions, or `users.*`, `*.view`, `*` for several. */
export type ConfiguredRole = {
  readonly slug: string
  readonly name: string
  readonly description?: string
  readonly permissions: readonly string[]
}

/** The configuration, checked, linked and compiled: immutable. A request keeps the one that it started with. */
export type Snapshot = {
  /** Names the content: the same configuration has the same revision, on every machine. Secrets are not part of it. */
  readonly revision: string
  readonly roles: ReadonlyMap<string, ConfiguredRole>
  readonly policies: ReadonlyMap<string, ConfiguredPolicy>
  readonly flows: ReadonlyMap<string, Program>
  /** Who may enter a flow, by its slug; everybody, where there is none. */
  readonly flowAccess: ReadonlyMap<string, Condition>
  readonly applications: ReadonlyMap<string, ConfiguredApplication>
  readonly brands: ReadonlyMap<string, ConfiguredBrand>
  /** The brand of a page: by the application it is about (a slug), else by the request's origin; undefined: that of Sluice. */
  brandOf(origin: string, application?: string): ConfiguredBrand | undefined
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly sinks: ReadonlyMap<string, ConfiguredSink>
  /** The flows that are run where an application names none. */
  readonly defaultFlows: DefaultFlows
  /** What may be proved, and what has to be. */
  readonly factors: Factors
  /** What is believed of devices, and of whom. */
  readonly device: DeviceSettings
  /** By whom mail is sent; undefined: by nobody. */
  readonly email: EmailSettings | undefined
  /** Seconds for which events are kept. */
  readonly eventRetention: number
  /** Milliseconds between two rotations of signing keys; undefined: by hand alone. */
  readonly rotateKeysEvery: number | undefined
  /** The providers of one protocol, found by their application or by a setting that the protocol lists as `index`. */
  providersOf(protocol: string): Providers<any>
}

/** What a document asks of the directory; it is written there, not kept in the snapshot. */
export type Seeds = { readonly users: Readonly<Record<string, UserSeed>>; readonly groups: Readonly<Record<string, GroupSeed>> }

export type CompileFlow = typeof compileFlow

/** The objects of one kind, by slug, as the documents say them. */
export type Items = ReadonlyMap<string, Item>
