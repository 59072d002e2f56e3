import type { Document } from './document.ts'
import type { KindName, Referred } from './kinds.ts'
import type { Problem } from './problem.ts'
import type { Snapshot } from './types.ts'

/** Who commits. `file`: the server itself, from the files of its options. */
export type Actor =
  | { readonly type: 'user' | 'token'; readonly id: string; readonly name: string }
  | { readonly type: 'cli' | 'file'; readonly name: string }

/** Kinds that are revisions; `users` and `groups` of a document are written to the directory beside them. */
export type RevisionedKind = Exclude<KindName, 'users' | 'groups'>

/** What is to become of the configuration, all of it or nothing. */
export type Change = {
  /** Objects to put (each replaces the one of its slug whole) and to delete (`null`). */
  readonly documents: readonly Document[]
  readonly renames?: readonly { readonly kind: RevisionedKind; readonly from: string; readonly to: string }[]
  /** Also deletes what this owner applied before and does not name now. */
  readonly prune?: boolean
  readonly owner: string
  readonly actor: Actor
  readonly message?: string
  /** The head that the change was made for: another one is a conflict. */
  readonly head?: number
  /** Revisions of single objects that the change was made for (0: there is none): only a change of these is a conflict. */
  readonly expected?: readonly { readonly kind: RevisionedKind; readonly slug: string; readonly revision: number }[]
}

export type ObjectChange = {
  readonly kind: KindName
  readonly slug: string
  readonly change: 'create' | 'update' | 'delete' | 'rename'
  /** A rename's new slug. */
  readonly to?: string
  /** Of an update: JSON pointers (RFC 6901) into the spec. Values of secret fields are never told. */
  readonly fields?: readonly { readonly pointer: string; readonly before?: unknown; readonly after?: unknown }[]
}

/** What a change does. Empty: nothing, and no revision is made. `warnings`: allowed, but worth a look. */
export type Plan = { readonly changes: readonly ObjectChange[]; readonly warnings: readonly Problem[] }
export type Committed = Plan & {
  /** The head now. */
  readonly revision: number
}
/** Nothing was changed. `conflict`: somebody was faster; `changes` says what they changed since. */
export type NotCommitted =
  | { readonly problems: readonly Problem[] }
  | { readonly conflict: { readonly head: number; readonly changes: readonly ObjectChange[] } }

/** An object as people see it: defaults left out as written, secrets as `{ $keep: <fingerprint> }`. */
export type StoredObject = {
  readonly kind: RevisionedKind
  readonly slug: string
  /** The same through renames; undefined for a shipped one that nobody has changed. */
  readonly id: string | undefined
  readonly spec: Readonly<Record<string, unknown>>
  /** 0 for a shipped one. */
  readonly revision: number
  readonly owner: string
  readonly layer: 'shipped' | 'stored'
  /** Why it is out of use, e.g. since its plugin is gone. */
  readonly problems: readonly Problem[]
}

export type RevisionEntry = {
  readonly number: number
  readonly at: Date
  readonly actor: Actor
  readonly message: string
  readonly changes: readonly ObjectChange[]
}

/** The configuration: read as snapshots, changed by commits, and in no other way. */
export type Plane = {
  /** The compiled head, as this process knows it. A request keeps the one it started with. */
  snapshot(): Snapshot
  head(): number
  plan(change: Change): Promise<Plan | NotCommitted>
  /** The configuration as it would be; nothing is written. Its secrets are real ones. */
  tried(change: Change): Promise<(Plan & { readonly snapshot: Snapshot }) | NotCommitted>
  commit(change: Change): Promise<Committed | NotCommitted>
  objects(kind: RevisionedKind): Promise<readonly StoredObject[]>
  object(kind: RevisionedKind, slug: string): Promise<StoredObject | undefined>
  /** What is shipped under this slug, also where something stored replaces it. */
  shipped(kind: RevisionedKind, slug: string): Readonly<Record<string, unknown>> | undefined
  /** What names this object (by slug), or this image (by id): asked before it is deleted, and shown to people. */
  usedBy(kind: Referred, slug: string): readonly { readonly kind: KindName; readonly slug: string; readonly pointer: string }[]
  /** Newest first; `before` is a revision number, to page on. */
  history(query: { readonly limit: number; readonly before?: number }): Promise<readonly RevisionEntry[]>
  diff(from: number, to: number): Promise<readonly ObjectChange[]>
  /** A new revision whose content is that of an earlier one. */
  rollback(to: number, by: { readonly actor: Actor; readonly head?: number; readonly message?: string }): Promise<Committed | NotCommitted>
  /** All stored objects as one document, now or as a revision left them; with `directory` users and groups too (no passwords). */
  exported(options?: {
    readonly directory?: boolean
    readonly shipped?: boolean
    readonly revision?: number
  }): Promise<Readonly<Record<string, unknown>>>
  /** Looks whether another process has committed, and takes it up. */
  refresh(): Promise<void>
  /** Stored objects that are out of use, and references into the directory that lead nowhere. */
  broken(): Promise<readonly Problem[]>
}
