import type { FastifyRequest } from 'fastify'
import { msg, type Node } from 'sluice/plugin'
import type { Unanswerable } from '../errors.ts'
import type { Context } from '../types.ts'

/** What helps an administrator: the registered address that is most like the one that was sent, and where it is kept. */
export type Cure = { readonly provider: string; readonly nearest: string }

/** How many characters two texts begin and end with alike. */
const likeness = (a: string, b: string): number => {
  const shortest = Math.min(a.length, b.length)
  let start = 0
  while (start < shortest && a[start] === b[start]) start++
  let end = 0
  while (end < shortest - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return start + end
}

/** For whoever may see providers. Strangers are told nothing of what is registered. */
export const cureFor = async (ctx: Context, request: FastifyRequest, { why, sent }: Unanswerable): Promise<Cure | undefined> => {
  const { client_id, redirect_uri } = sent
  if (why !== 'redirect-unknown' || client_id === undefined || redirect_uri === undefined) return undefined
  const provider = ctx.providers(request).find('clientId', client_id)
  if (!provider || !(await ctx.may(request, 'providers.view'))) return undefined
  const [nearest] = provider.settings.redirectUris.toSorted((a, b) => likeness(b, redirect_uri) - likeness(a, redirect_uri))
  return nearest === undefined ? undefined : { provider: provider.slug, nearest }
}

export const cureNodes = ({ provider, nearest }: Cure): readonly Node[] => [
  { node: 'values', items: [{ label: msg('oidc.refused.cure.nearest'), value: nearest }] },
  { node: 'link', label: msg('oidc.refused.cure.settings'), href: `/if/admin/providers/${provider}` },
]
