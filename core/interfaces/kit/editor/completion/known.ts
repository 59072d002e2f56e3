/** A name, or a member of a type. */
export type Member = {
  /** `string`, `Proof`, `string[]`; of what is called, what it gives. `T`: what its list holds, `U`: what its function gives. */
  readonly type: string
  /** The same as people read it. */
  readonly shown: string
  /** It is called, with something or with nothing. */
  readonly call?: 'with' | 'bare'
  readonly doc?: string
}
/** What is known of expressions; written by `npm run docs`. The members of lists are those of the type `list`. */
export type Known = {
  readonly names: Readonly<Record<string, Member>>
  readonly types: Readonly<Record<string, Readonly<Record<string, Member>>>>
}
