import { useQueryClient } from '@tanstack/vue-query'
import { changed, saveMerging, t, useNotices } from 'sluice/interface'

/** Something as it was read, with its version. */
export type Read<R> = { readonly data: R; readonly etag: string | null }
type Wish<R, T extends object> = {
  /** What of it can be edited. */
  of(data: R): T
  read(): Promise<Read<R>>
  /** Sends what differs. */
  write(fields: Partial<T>, etag: string): Promise<Read<R>>
  /** The key of the query that has it; the list of all is its first part. */
  readonly key: readonly unknown[]
  /** How a field is called, by its name. */
  label(field: string): string
}

/** Saves edits of a thing of the directory; with those of others, who were faster, merged in. Resolves to whether it is saved. */
export const useSaving = <R, T extends object>({ of, read, write, key, label }: Wish<R, T>) => {
  const queries = useQueryClient()
  const notices = useNotices()
  const versionOf = ({ data, etag }: Read<R>) => ({ value: of(data), etag: etag ?? '*' })
  const labelOf = (pointer: string): string => {
    const [field = '', ...rest] = pointer.split('/').slice(1)
    return [label(field), ...rest].join(' › ')
  }
  return async (base: Read<R>, mine: Partial<T>): Promise<boolean> => {
    const from = versionOf(base)
    const done = await saveMerging({
      base: from,
      mine: { ...from.value, ...mine },
      save: (value, at) => write(changed(at.value, value), at.etag),
      read: async () => versionOf(await read()),
      label: labelOf,
    })
    if (!done) return false
    queries.setQueryData(key, done.saved)
    await queries.invalidateQueries({ queryKey: key.slice(0, 1) })
    const taken = new Set(done.taken.map((pointer) => label(pointer.split('/')[1] ?? '')))
    notices.done(t('directory.saved'), taken.size > 0 ? t('directory.saved.taken', { fields: [...taken].join(', ') }) : undefined)
    return true
  }
}
