import type { Authenticating, Json, Node, Outcome } from 'sluice/plugin'

/** What the parts keep that say who somebody is, by kind. */
export type Kept = { readonly [kind: string]: Json }
/** What such a part adds to the page. */
type Shown = { readonly kind: string; readonly nodes: readonly Node[]; readonly keep: Json }

/** What each authenticator shows that can say who somebody is. What an authenticator has to say beside its fields is left out: there are other ways. */
export const shownParts = async (authenticators: Authenticating, kept: Kept | undefined): Promise<readonly Shown[]> => {
  const kinds = authenticators.enabled.filter(({ canIdentify }) => canIdentify)
  const shown = await Promise.all(
    kinds.map(async ({ kind }) => ({ kind, outcome: await authenticators.part(kind, 'identify').show(kept?.[kind]) })),
  )
  return shown.flatMap(({ kind, outcome }) =>
    outcome.go === 'ask' ? [{ kind, nodes: outcome.screen.nodes, keep: (outcome.keep as Json | undefined) ?? null }] : [],
  )
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** What an authenticator makes of an answer that has one of its fields; undefined: none has. */
export const answeredPart = async (
  authenticators: Authenticating,
  kept: Kept | undefined,
  answer: Readonly<Record<string, unknown>>,
): Promise<Outcome | undefined> => {
  if (!Object.entries(answer).some(([name, value]) => name !== 'identifier' && isSaid(value))) return undefined
  for (const { kind, nodes } of await shownParts(authenticators, kept))
    if (nodes.some((node) => 'name' in node && node.name !== undefined && isSaid(answer[node.name])))
      return authenticators.part(kind, 'identify').submit(answer, kept?.[kind])
  return undefined
}
