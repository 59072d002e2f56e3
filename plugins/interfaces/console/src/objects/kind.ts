import type { Group } from 'sluice/interface'
import type { Component } from 'vue'

/** Keys of texts. */
export type KindTexts = {
  /** All of them: the heading of the list. */
  readonly all: string
  readonly one: string
  readonly create: string
  readonly none: string
  readonly noneText: string
}
/** A kind of configuration, as the console shows it. */
export type ObjectKind = {
  /** As the API calls it. */
  readonly kind: string
  readonly icon: string
  readonly texts: KindTexts
  /** One goes by its type alone: nobody chooses a slug, and there is one of each at most. */
  readonly namedByType?: true
  /** Groups of its form; titles are keys of texts. Pointers begin at what a request sends: `/slug`, `/spec/name`. */
  readonly groups?: readonly Group[]
  /** What stands above the form of one: values to carry elsewhere, for example. Gets `object`. */
  readonly overview?: () => Promise<{ readonly default: Component }>
  /** What stands beside its form and follows what is typed. Gets `spec` and `problems`: what the server would refuse, with the place in words. */
  readonly preview?: () => Promise<{ readonly default: Component }>
  /** What else the list shows: a column, by the field of `spec`. */
  readonly columns?: readonly { readonly field: string; readonly label: string }[]
}
