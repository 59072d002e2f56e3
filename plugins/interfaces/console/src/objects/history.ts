import type { Revision } from './calls.ts'

type Change = Revision['changes'][number]
export type Entry = {
  readonly number: number
  readonly at: string
  readonly actor: string
  readonly message: string
  readonly change: Change['change']
  readonly fields: NonNullable<Change['fields']>
}

/** What revisions, the newest first, did to one object, also under the slugs that it had before. */
export const changesOf = (all: readonly Revision[], { kind, slug }: { readonly kind: string; readonly slug: string }): readonly Entry[] => {
  let name = slug
  return all.flatMap(({ number, at, actor, message, changes }) => {
    const own = changes.filter((change) => change.kind === kind && (change.to ?? change.slug) === name)
    const rename = own.find(({ to }) => to !== undefined)
    if (rename) name = rename.slug
    return own.map(({ change, fields = [] }) => ({ number, at, actor: actor.name, message, change, fields }))
  })
}
