import type { JobHandler } from './types.ts'

export type Known = { readonly handler: JobHandler; readonly interval: number | undefined }
/** Kinds that share places, and how many places. */
export type Lane = { readonly name: string; readonly kinds: readonly string[]; readonly most: number }

/** The lane of all that have none of their own. */
export const sharedLane = ''

/** The handler for a kind: its own, or that of the family before the colon. */
export const handlerOf = (known: ReadonlyMap<string, Known>, kind: string): Known | undefined => {
  const own = known.get(kind)
  if (own) return own.handler.each ? undefined : own
  const family = known.get(kind.slice(0, Math.max(0, kind.indexOf(':'))))
  return family?.handler.each ? family : undefined
}

/** Whose places a kind takes. */
export const laneOf = (known: ReadonlyMap<string, Known>, kind: string): string =>
  handlerOf(known, kind)?.handler.concurrency === undefined ? sharedLane : kind

/** Every lane as it is now; `most`: places of the shared one. */
export const lanesOf = (known: ReadonlyMap<string, Known>, most: number): readonly Lane[] => {
  const shared: string[] = []
  const own: Lane[] = []
  for (const [kind, { handler }] of known) {
    const kinds = handler.each ? handler.each().map((name) => `${kind}:${name}`) : [kind]
    if (handler.concurrency === undefined) shared.push(...kinds)
    else for (const name of kinds) own.push({ name, kinds: [name], most: handler.concurrency })
  }
  return shared.length > 0 ? [{ name: sharedLane, kinds: shared, most }, ...own] : own
}
