import { shallowRef } from 'vue'
import { ApiError } from './client.ts'
import { type Conflict, mergeFields, type Naming, taking } from './merge.ts'

/** How the fields of a thing are called and shown to people, by their pointer. */
export type FieldWords = {
  readonly label?: (pointer: string) => string
  readonly show?: (pointer: string, value: unknown) => string
}
type Asked = FieldWords & {
  readonly conflicts: readonly Conflict[]
  /** With the conflicts in which theirs is taken; `undefined`: it is not saved. */
  readonly answer: (theirs: readonly Conflict[] | undefined) => void
}

/** What `MergeDialog` asks; it stands once in the frame. */
export const askedMerge = shallowRef<Asked | undefined>()

/** Asks whose value shall be kept in each field. Resolves to the conflicts in which theirs is; `undefined`: neither, it is not saved. */
export const askMerge = (conflicts: readonly Conflict[], words: FieldWords = {}): Promise<readonly Conflict[] | undefined> =>
  new Promise((resolve) => {
    askedMerge.value?.answer(undefined)
    askedMerge.value = {
      ...words,
      conflicts,
      answer(theirs) {
        askedMerge.value = undefined
        resolve(theirs)
      },
    }
  })

/** A version of a thing: what of it can be edited, and its ETag. */
export type Version<T> = { readonly value: T; readonly etag: string }
type Saving<T, R> = {
  /** `whole`: the thing that the pointer is of, as it is put together. */
  readonly label?: (pointer: string, whole: T) => string
  readonly show?: FieldWords['show']
  /** What the editing began with. */
  readonly base: Version<T>
  readonly mine: T
  /** Sends `value` for this version; `changed(base.value, value)` is what differs. */
  save(value: T, base: Version<T>): Promise<R>
  /** Reads it again after somebody else was faster. */
  read(): Promise<Version<T>>
  /** Of lists whose items are things of their own. */
  nameOf?: Naming
}
export type Saved<R> = {
  readonly saved: R
  /** Pointers of what others had changed meanwhile and was kept. */
  readonly taken: readonly string[]
}

/** Saves; where somebody else was faster (412), with their changes merged in. Resolves to `undefined` if people decided not to save. */
export const saveMerging = async <T extends object, R>({
  base,
  mine,
  save,
  read,
  nameOf,
  label,
  show,
}: Saving<T, R>): Promise<Saved<R> | undefined> => {
  const taken = new Set<string>()
  let [from, value] = [base, mine]
  for (;;) {
    try {
      return { saved: await save(value, from), taken: [...taken] }
    } catch (error) {
      if (!(error instanceof ApiError && error.problem.status === 412)) throw error
    }
    const now = await read()
    const merge = mergeFields(from.value, value, now.value, nameOf)
    const words = { ...(label && { label: (pointer: string) => label(pointer, merge.merged) }), ...(show && { show }) }
    const theirs = merge.conflicts.length > 0 ? await askMerge(merge.conflicts, words) : []
    if (!theirs) return undefined
    for (const pointer of [...merge.taken, ...theirs.map((conflict) => conflict.pointer)]) taken.add(pointer)
    ;[from, value] = [now, taking(merge.merged, theirs)]
  }
}
