import type { Conflict, merge } from 'sluice/interface'
import type { Loaded, Spec } from './calls.ts'

type Saving = {
  /** What was loaded, and what was made of it. */
  readonly base: Loaded
  readonly mine: Spec
  read(): Promise<Loaded>
  write(spec: Spec, etag: string | null): Promise<Loaded>
  readonly merge: typeof merge
  /** Did the server refuse a change since somebody was faster? */
  isOutdated(error: unknown): boolean
  /** Whose value each field gets that two people changed; undefined: nothing is saved. */
  ask(conflicts: readonly Conflict[], merged: Spec): Promise<Spec | undefined>
}
export type Saved = { readonly saved: Loaded; /** Fields that others had changed meanwhile. */ readonly taken: readonly string[] }

/** So often somebody else may be faster before that is an error. */
const limit = 5

/** Saves, and brings in what others saved meanwhile. */
export const save = async ({ base, mine, read, write, merge: bringTogether, isOutdated, ask }: Saving): Promise<Saved | undefined> => {
  let from = base
  let spec = mine
  const taken = new Set<string>()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { saved: await write(spec, from.etag), taken: [...taken] }
    } catch (error) {
      if (!isOutdated(error) || attempt === limit) throw error
    }
    const now = await read()
    const merged = bringTogether(from.object.spec, spec, now.object.spec)
    const whole = merged.value as Spec
    const agreed = merged.conflicts.length === 0 ? whole : await ask(merged.conflicts, whole)
    if (!agreed) return undefined
    for (const pointer of merged.taken) taken.add(pointer)
    spec = agreed
    from = now
  }
}
